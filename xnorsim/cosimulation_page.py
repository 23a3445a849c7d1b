"""A co-simulation as one page for a person."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from simulator.cycles import CycleClasses
from simulator.job import Job
from simulator.pool import PoolJob
from xnorsim.console import console
from xnorsim.cosimulation.outcome import Cosimulation, LayerOutcome, Status
from xnorsim.texts import listed, table_of, title

_WIDTH = 200
"""Enough for any table: one that is folded cannot be read."""
_CLASSES = ("issue", "schedule", "load_stall", "store_stall", "flush")
_MOST_MODEL_ONLY = 20
"""More layers that are model only are shown together, by what they run on."""


def print_cosimulation(result: Cosimulation, on: Console | None = None) -> None:
    """Print a row for each layer, and where RTL and model part."""
    out = on or console(_WIDTH)
    # A narrow terminal breaks long lines better than a table folds its cells.
    out.width = max(out.width, _WIDTH)
    sources = "" if result.file_list is None else f", RTL of {result.file_list}"
    out.print(f"{result.trace.name} on {result.accelerator.name}{sources}", style="bold")
    out.print(_table(result))
    _notes(out, result)
    if result.passed:
        out.print(_agreement(result))
        return
    title(out, "RTL and model differ")
    first, *others = (str(difference) for difference in result.differences)
    out.print(f"First: {first}", soft_wrap=True)
    if result.reproduced is not None:
        out.print(f"To look at it: {result.reproduced}", soft_wrap=True)
        if result.reproduced.waves is not None:
            out.print(f"Its waveform: {result.reproduced.waves}", soft_wrap=True)
    if others:
        out.print("Then:", *(f"  {text}" for text in others), sep="\n", soft_wrap=True)


def _table(result: Cosimulation) -> Table:
    table = table_of(
        ("layer", "<"), ("m x k x n", ">"), ("operands", "<"), ("RTL cycles", ">"), ("model's", ">"),
        *((name, ">") for name in _CLASSES), ("bits compared", ">"), ("mismatches", ">"), ("", "<"),
    )  # fmt: skip
    model_only = [layer for layer in result.layer_outcomes if layer.status is Status.MODEL_ONLY]
    together = len(model_only) > _MOST_MODEL_ONLY
    for layer in result.layer_outcomes:
        if layer.outcome is not None:
            table.add_row(*_cells(layer, result.seed))
        elif not together:
            table.add_row(layer.name, "", "", "-", f"{layer.model.cycles:,}", *("",) * 7, _reason(layer))
    for reason in dict.fromkeys(map(_reason, model_only)) if together else ():
        of_reason = [layer for layer in model_only if _reason(layer) == reason]
        cycles = sum(layer.model.cycles for layer in of_reason)
        table.add_row(f"{len(of_reason)} layers", "", "", "-", f"{cycles:,}", *("",) * 7, reason)
    return table


def _reason(layer: LayerOutcome) -> str:
    return f"model only: {layer.layer.model_only}"


def _cells(layer: LayerOutcome, seed: int) -> Sequence[str]:
    outcome, cycles = layer.outcome, None if layer.outcome is None else layer.outcome.cycles
    compared = outcome is not None and outcome.found is not None
    return (
        layer.name,
        _shape(layer),
        f"random, seed {seed}" if layer.layer.random else "trace",
        "-" if cycles is None else f"{cycles.cycles:,}",
        f"{layer.model.cycles:,}",
        *(_class(cycles, layer.model, name) for name in _CLASSES),
        f"{layer.bits_compared:,}" if compared else "-",
        f"{outcome.wrong:,}" if outcome is not None and compared else "-",
        layer.status.value,
    )


def _class(cycles: CycleClasses | None, model: CycleClasses, name: str) -> str:
    """Return the RTL's cycles of a class, with the model's behind them where they are others."""
    if cycles is None:
        return "-"
    found, expected = getattr(cycles, name), getattr(model, name)
    return f"{found:,}" if found == expected else f"{found:,} not {expected:,}"


def _shape(layer: LayerOutcome) -> str:
    """Return the size of the job as it was played, and that of the network's where that is another one."""
    job, whole = layer.job, layer.whole
    if job is None or whole is None:
        return ""
    text = _size(job)
    if layer.jobs > 1:
        text = f"{layer.jobs} of {text}"
    return text if job == whole else f"{text}, cut of {_size(whole)}"


def _size(job: Job | PoolJob) -> str:
    if isinstance(job, PoolJob):
        return f"{job.window.positions} places of {job.window.taps} taps"
    return f"{job.m} x {job.k} x {job.n}"


def _notes(out: Console, result: Cosimulation) -> None:
    notes = []
    cut = [layer.name for layer in result.layer_outcomes if layer.job is not None and layer.job != layer.whole]
    if cut:
        rule = f"whole leading tiles, or rows of places, of at most {result.max_cycles:,} cycles, or to one"
        notes.append(f"cut to {rule}, by --max-cycles: {', '.join(cut)}")
    fewer = [
        f"{layer.jobs} of the {layer.whole.count} equal jobs of {layer.name}"
        for layer in result.layer_outcomes
        if layer.whole is not None and layer.jobs and layer.jobs < layer.whole.count
    ]
    if fewer:
        notes.append(f"played: {', '.join(fewer)}")
    listed(out, "Mind", notes)


def _agreement(result: Cosimulation) -> str:
    played = [layer for layer in result.layer_outcomes if layer.status is Status.EQUAL]
    cycles, bits = (sum(values) for values in zip(*((p.model.cycles, p.bits_compared) for p in played), strict=True))
    layers = "1 layer" if len(played) == 1 else f"{len(played):,} layers"
    return f"RTL and model agree: {layers}, {cycles:,} cycles, {bits:,} bits of results."
