"""A run and its estimate as one page for a person."""

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table

from costmodel.cost import Estimate
from simulator.accelerator import Accelerator
from simulator.cycles import CycleClasses
from simulator.run import LayerRun, Run
from xnorsim.accuracy import accuracy
from xnorsim.console import console

_CLASSES = {
    "issue": "operands enter the array: useful work",
    "schedule": "the array waits until the results of the tile before have drained",
    "load_stall": "operands are missing: the port is still loading them, or storing before it loads",
    "store_stall": "there is no room for results",
    "flush": "after the last operands: results drain and are stored",
}
_BOUND_BY = (
    "bound by  the class with most cycles; of a wait for the port, load or store, whichever moves more through it"
)
_COMPONENTS = {
    "pe": "the processing elements",
    "skew": "registers that delay rows and columns",
    "threshold": "compare sums with thresholds, one bit out",
    "result_buffer": "finished tiles on their way out (flip-flops)",
    "scratchpad_a": "activations beside the array (SRAM)",
    "scratchpad_b": "weights beside the array (SRAM)",
    "global_buffer": "all data behind the port (SRAM)",
}
_UNITS = ((1e12, "J"), (1e9, "mJ"), (1e6, "uJ"), (1e3, "nJ"), (1, "pJ"))


def print_page(run: Run, costs: Estimate, on: Console | None = None) -> None:
    """Print the network and its accuracy, its cycles, its costs, and where the prices come from."""
    out = on or console()
    _network(out, run)
    _cycles(out, run, costs)
    _costs(out, run, costs)
    _prices(out, costs)


def _table(*columns: tuple[str, str]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    for heading, side in columns:
        table.add_column(heading, justify="left" if side == "<" else "right", overflow="fold")
    return table


def _title(out: Console, text: str) -> None:
    out.print(f"\n{text}", style="bold")


def _network(out: Console, run: Run) -> None:
    trace = run.trace
    out.print(f"{trace.name} on {run.accelerator.name}", style="bold")
    out.print(trace.description)
    right = accuracy(run)
    if right is not None:
        out.print(
            f"Accuracy: {right.right} of {right.total} labels right ({right.fraction:.1%}), "
            "computed from the simulated hardware's result bits."
        )
    for line in _hardware(run.accelerator):
        out.print(line)


def _hardware(accelerator: Accelerator) -> Iterable[str]:
    for array in accelerator.arrays.values():
        yield (
            f"Hardware: {array.rows} x {array.cols} processing elements, each {array.lanes} XNORs and a population "
            f"count a cycle, at {accelerator.frequency_hz / 1e6:g} MHz; operands come from a "
            f"{accelerator.global_buffer_bits / 8192:g} KiB on-chip buffer through a port of "
            f"{accelerator.port.width_bits} bits."
        )


def _cycles(out: Console, run: Run, costs: Estimate) -> None:
    _title(out, "Cycles by layer, and what the array was doing")
    table = _table(
        ("layer", "<"), ("m x k x n", ">"), ("cycles", ">"), *((name, ">") for name in _CLASSES),
        ("bound by", "<"), ("on-chip energy", ">"),
    )  # fmt: skip
    energies = [sum(parts.values()) for parts in costs.energy_by_layer_pj]
    for layer, energy in zip(run.layer_runs, energies, strict=True):
        table.add_row(*_layer(layer), layer.bound_by, energy_text(energy))
    table.add_row("all", "", *_classes(run.classes), "", energy_text(costs.energy_on_chip_pj), style="bold")
    out.print(table)
    for name, meaning in _CLASSES.items():
        out.print(f"  {name:<11} {meaning}", style="dim")
    out.print(f"  {_BOUND_BY}", style="dim")
    use = run.utilization()
    out.print(
        f"Useful PE cycles: {use.overall:.1%} of all ({use.compute:.1%} without memory stalls), with data in "
        f"{use.lanes:.1%} of their lanes."
    )


def _layer(layer: LayerRun) -> list[str]:
    job = layer.job
    name = job.name if job.count == 1 else f"{job.name} ({job.count} times)"
    return [name, f"{job.m} x {job.k} x {job.n}", *_classes(layer.total_classes)]


def _classes(classes: CycleClasses) -> list[str]:
    return [f"{classes.cycles:,}", *(f"{getattr(classes, name):,}" for name in _CLASSES)]


def _costs(out: Console, run: Run, costs: Estimate) -> None:
    _title(out, "Latency, energy and area")
    rows = run.layer_runs[0].job.m
    table = _table(("", "<"), ("", ">"), ("", "<"))
    table.show_header = False
    table.add_row("latency", time_text(costs.latency_s), f"{run.cycles:,} cycles at {costs.frequency_hz / 1e6:g} MHz")
    table.add_row("on-chip energy", energy_text(costs.energy_on_chip_pj), f"mean power {costs.power_w * 1e3:.3g} mW")
    per = "per image" if run.trace.labels else "per row"
    each = f"{time_text(costs.latency_s / rows)} each, all {rows} in one batch"
    table.add_row(f"energy {per}", energy_text(costs.energy_on_chip_pj / rows), each)
    table.add_row("off-chip energy", "not modelled", "operands start and results end in the on-chip buffer")
    table.add_row("area", f"{costs.area_mm2:.3f} mm2", "")
    out.print(table)
    _title(out, "Where energy and area go")
    out.print(_breakdown(costs))


def _breakdown(costs: Estimate) -> Table:
    table = _table(("component", "<"), ("energy", ">"), ("share", ">"), ("area mm2", ">"), ("share", ">"), ("", "<"))
    energies, areas = costs.energy_by_component_pj, costs.area_by_component_mm2
    for name in sorted(areas, key=lambda name: -energies.get(name, 0.0)):
        energy, area = energies.get(name, 0.0), areas[name]
        table.add_row(name, *_share(energy, costs.energy_on_chip_pj, energy_text(energy)),
                      *_share(area, costs.area_mm2, f"{area:.4f}"),
                      _COMPONENTS.get(name.rsplit(".", 1)[-1], ""))  # fmt: skip
        if name.endswith(".pe"):
            _parts(table, costs, costs.energy_by_part_pj[name], costs.area_by_part_um2[name])
    return table


def _parts(table: Table, costs: Estimate, energies: Mapping[str, float], areas: Mapping[str, float]) -> None:
    for part in sorted({**energies, **areas}, key=lambda part: -energies.get(part, 0.0)):
        energy, area = energies.get(part, 0.0), areas.get(part, 0.0) / 1e6
        table.add_row(f"  {part}", *_share(energy, costs.energy_on_chip_pj, energy_text(energy)),
                      *_share(area, costs.area_mm2, f"{area:.4f}"), style="dim")  # fmt: skip


def _share(value: float, total: float, text: str) -> tuple[str, str]:
    return (text, f"{value / total:.1%}") if value else ("-", "-")


def _prices(out: Console, costs: Estimate) -> None:
    _title(out, f"Where the prices come from ({costs.technology.name})")
    table = _table(("prices of", "<"), ("kind", "<"), ("node", "<"), ("source", "<"))
    for (kind, node_nm, source), units in _sources(costs).items():
        table.add_row(", ".join(units), kind, f"{node_nm:g} nm", source)
    out.print(table)
    energy = ", ".join(f"{share:.1%} {kind.value}" for kind, share in costs.energy_shares.items() if share)
    area = ", ".join(f"{share:.1%} {kind.value}" for kind, share in costs.area_shares.items() if share)
    out.print(f"Of the energy, {energy}; of the area, {area}: computed from these by the formulas of docs/costs.md.")
    _listed(out, "Not priced", costs.not_priced)
    _listed(out, "Mind", costs.warnings)


def _sources(costs: Estimate) -> dict[tuple[str, float, str], list[str]]:
    """Return (kind, node, source) -> the units that it prices, each named once."""
    sources: dict[tuple[str, float, str], list[str]] = {}
    for name, price in costs.prices_used.items():
        units = sources.setdefault((price.kind.value, price.node_nm, price.source), [])
        unit = name.rsplit("_", 1)[0]
        if unit not in units:
            units.append(unit)
    sram = costs.technology.sram
    sources[sram.kind.value, sram.node_nm, sram.source] = ["memories"]
    return sources


def _listed(out: Console, title: str, lines: Iterable[str]) -> None:
    texts = list(lines)
    if texts:
        out.print(f"{title}:", *(f"  {text}" for text in texts), sep="\n")


def energy_text(energy_pj: float) -> str:
    """Return an energy with a unit of its size."""
    scale, unit = next(((s, u) for s, u in _UNITS if energy_pj >= s), _UNITS[-1])
    return f"{energy_pj / scale:.3g} {unit}"


def time_text(seconds: float) -> str:
    """Return a time with a unit of its size."""
    for scale, unit in ((1.0, "s"), (1e-3, "ms"), (1e-6, "us")):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"
