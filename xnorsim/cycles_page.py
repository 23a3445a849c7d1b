"""The part of a page that says what the hardware was doing: by layer, or by operation where there are many."""

import math
from collections import Counter
from collections.abc import Sequence

from rich.console import Console

from costmodel.cost import Estimate
from simulator.cycles import CycleClasses
from simulator.layer_run import LayerRun
from simulator.program import JobStep
from simulator.run import Run, function_of
from xnorsim.texts import energy_text, table_of, title

MOST_ROWS = 40
"""A network of more steps is shown by operation."""
CLASSES = {
    "issue": "operands enter the array: useful work",
    "schedule": "the array waits until the results of the tile before have drained",
    "load_stall": "operands are missing: the port is still loading them, or storing before it loads",
    "store_stall": "there is no room for results",
    "flush": "after the last operands: results drain and are stored",
    "vector": "the vector unit works, and no array does",
    "dram": "everything waits for DRAM",
}
_OF_NETWORKS = ("vector", "dram")
"""Classes that only some accelerators have: not shown where they are empty."""
_BOUND_BY = (
    "bound by  the class with most cycles; of a wait for the port, load or store, whichever moves more through it"
)


def print_cycles(out: Console, run: Run, costs: Estimate) -> None:
    """Print cycles by class, what bounds them, on-chip energy, and how busy the PEs were."""
    classes = [name for name in CLASSES if name not in _OF_NETWORKS or getattr(run.classes, name)]
    if len(run.layer_runs) > MOST_ROWS:
        _by_operation(out, run, costs, classes)
    else:
        _by_layer(out, run, costs, classes)
    for name in classes:
        out.print(f"  {name:<11} {CLASSES[name]}", style="dim")
    out.print(f"  {_BOUND_BY}", style="dim")
    if run.program.jobs:
        use = run.utilization()
        out.print(
            f"Useful PE cycles: {use.overall:.1%} of those of the jobs ({use.compute:.1%} without memory stalls), "
            f"with data in {use.lanes:.1%} of their lanes."
        )


def _by_layer(out: Console, run: Run, costs: Estimate, classes: Sequence[str]) -> None:
    title(out, "Cycles by layer, and what the hardware was doing")
    table = table_of(
        ("layer", "<"), ("m x k x n", ">"), ("cycles", ">"), *((name, ">") for name in classes),
        ("bound by", "<"), ("on-chip energy", ">"),
    )  # fmt: skip
    for layer, parts in zip(run.layer_runs, costs.energy_by_layer_pj, strict=True):
        name = layer.name if layer.count == 1 else f"{layer.name} x {layer.count}"
        cells = _class_cells(layer.total_classes, classes)
        table.add_row(name, _shape(layer), *cells, layer.bound_by, energy_text(math.fsum(parts.values())))
    cells = _class_cells(run.classes, classes)
    table.add_row("all", "", *cells, "", energy_text(costs.energy_on_chip_pj), style="bold")
    out.print(table)


def _shape(layer: LayerRun) -> str:
    if isinstance(layer.step, JobStep):
        job = layer.step.job
        return f"{job.m} x {job.k} x {job.n}"
    function, elements = function_of(layer.step)
    return f"{elements:,} x {function}"


def _class_cells(classes: CycleClasses, names: Sequence[str]) -> list[str]:
    return [f"{classes.cycles:,}", *(f"{getattr(classes, name):,}" for name in names)]


def _by_operation(out: Console, run: Run, costs: Estimate, classes: Sequence[str]) -> None:
    title(out, "Cycles by operation and unit")
    table = table_of(
        ("operation", "<"), ("unit", "<"), ("steps", ">"), ("cycles", ">"), ("share", ">"), ("bound by", "<"),
        ("on-chip energy", ">"), ("off-chip energy", ">"),
    )  # fmt: skip
    grouped: dict[tuple[str, str], list[int]] = {}
    for index, layer in enumerate(run.layer_runs):
        grouped.setdefault((layer.operation, layer.unit), []).append(index)
    cycles = {key: sum(run.layer_runs[i].total_classes.cycles for i in steps) for key, steps in grouped.items()}
    on_chip, off_chip = costs.energy_by_layer_pj, costs.off_chip_by_layer_pj
    for key in sorted(grouped, key=lambda key: -cycles[key]):
        steps = grouped[key]
        energy, beside = (math.fsum(x) for x in ((e for i in steps for e in on_chip[i].values()),
                                                 (off_chip[i] for i in steps)))  # fmt: skip
        bound_by = _mostly([run.layer_runs[i] for i in steps])
        share = f"{cycles[key] / run.cycles:.1%}"
        table.add_row(
            *key, str(len(steps)), f"{cycles[key]:,}", share, bound_by, energy_text(energy), energy_text(beside)
        )
    totals = energy_text(costs.energy_on_chip_pj), energy_text(costs.energy_off_chip_pj)
    table.add_row("all", "", str(len(run.layer_runs)), f"{run.cycles:,}", "", "", *totals, style="bold")
    out.print(table)
    out.print("Every step by itself: --json, or Run.layers() in Python. All cycles by class:")
    table = table_of(*((name, ">") for name in classes))
    table.add_row(*_class_cells(run.classes, classes)[1:])
    out.print(table)


def _mostly(layers: Sequence[LayerRun]) -> str:
    """Return what bounds most of the cycles of several steps."""
    cycles: Counter[str] = Counter()
    for layer in layers:
        cycles[layer.bound_by] += layer.total_classes.cycles
    return cycles.most_common(1)[0][0]
