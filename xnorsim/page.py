"""A run and its estimate as one page for a person."""

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table

from costmodel.cost import Estimate
from simulator.accelerator import Accelerator
from simulator.run import Run
from xnorsim.accuracy import accuracy
from xnorsim.console import console
from xnorsim.cycles_page import print_cycles
from xnorsim.notes import warnings_of_run
from xnorsim.texts import energy_text, listed, shares_text, table_of, time_text, title

_COMPONENTS = {
    "pe": "the processing elements",
    "skew": "registers that delay rows and columns",
    "threshold": "compare sums with thresholds, one bit out",
    "or_pool": "pools maps of bits (flip-flops and OR gates)",
    "vector_unit": "functions between the products (adders, multipliers, flip-flops)",
    "result_buffer": "finished tiles on their way out (flip-flops)",
    "scratchpad_a": "activations beside the array (SRAM)",
    "scratchpad_b": "weights beside the array (SRAM)",
    "global_buffer": "all data behind the port (SRAM)",
}


def print_page(run: Run, costs: Estimate, on: Console | None = None) -> None:
    """Print the network and its accuracy, its cycles, its costs, and where the prices come from."""
    out = on or console()
    _network(out, run)
    print_cycles(out, run, costs)
    _costs(out, run, costs)
    _prices(out, run, costs)


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
    what = [
        f"{array.rows} x {array.cols} XNOR-popcount PEs of {array.lanes} lanes"
        if array.element is None
        else f"{array.rows} x {array.cols} multiply-accumulators of {array.element.name}"
        for array in accelerator.arrays.values()
    ]
    if accelerator.vector_unit is not None:
        what.append(f"a vector unit of {accelerator.vector_unit.lanes} lanes")
    if accelerator.or_pool:
        what.append("an OR-pool")
    behind = f"a {accelerator.global_buffer_bits / 8192:g} KiB on-chip buffer"
    if accelerator.dram is not None:
        behind += f", behind it DRAM of {accelerator.dram.bits_per_cycle} bits a cycle"
    yield (
        f"Hardware: {', '.join(what)}, at {accelerator.frequency_hz / 1e6:g} MHz; operands come through a port of "
        f"{accelerator.port.width_bits} bits from {behind}."
    )


def _costs(out: Console, run: Run, costs: Estimate) -> None:
    title(out, "Latency, energy and area")
    table = table_of(("", "<"), ("", ">"), ("", "<"))
    table.show_header = False
    table.add_row("latency", time_text(costs.latency_s), f"{run.cycles:,} cycles at {costs.frequency_hz / 1e6:g} MHz")
    table.add_row("on-chip energy", energy_text(costs.energy_on_chip_pj), f"mean power {costs.power_w * 1e3:.3g} mW")
    if run.trace.labels is not None:
        images = len(run.trace.labels.classes)
        each = f"{time_text(costs.latency_s / images)} each, all {images} in one batch"
        table.add_row("energy per image", energy_text(costs.energy_on_chip_pj / images), each)
    table.add_row("off-chip energy", *_off_chip(run, costs))
    table.add_row("area", f"{costs.area_mm2:.3f} mm2", "")
    out.print(table)
    title(out, "Where energy and area go")
    out.print(_breakdown(costs))


def _off_chip(run: Run, costs: Estimate) -> tuple[str, str]:
    if run.accelerator.dram is None:
        return "not modelled", "operands start and results end in the on-chip buffer"
    words = sum(layer.dram.reads + layer.dram.writes for layer in run.layer_runs)
    moved = words * run.accelerator.port.width_bits / 8e6
    return energy_text(costs.energy_off_chip_pj), f"{moved:.3g} MB to and from DRAM; in no other number here"


def _breakdown(costs: Estimate) -> Table:
    table = table_of(("component", "<"), ("energy", ">"), ("share", ">"), ("area mm2", ">"), ("share", ">"), ("", "<"))
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


def _prices(out: Console, run: Run, costs: Estimate) -> None:
    title(out, f"Where the prices come from ({costs.technology.name})")
    table = table_of(("prices of", "<"), ("kind", "<"), ("node", "<"), ("source", "<"))
    for (kind, node_nm, source), units in _sources(costs).items():
        table.add_row(", ".join(units), kind, "unknown" if node_nm is None else f"{node_nm:g} nm", source)
    out.print(table)
    totals = {"on-chip energy": costs.energy_shares, "area": costs.area_shares}
    if costs.energy_off_chip_pj:
        totals["off-chip energy"] = costs.off_chip_shares
    text = shares_text(totals)
    out.print(f"{text[0].upper()}{text[1:]}: computed from these by the formulas of docs/costs.md.")
    listed(out, "Not priced", costs.not_priced)
    listed(out, "Mind", (*warnings_of_run(run), *costs.warnings))


def _sources(costs: Estimate) -> dict[tuple[str, float | None, str], list[str]]:
    """Return (kind, node, source) -> the units that it prices, each named once."""
    sources: dict[tuple[str, float | None, str], list[str]] = {}
    for name, price in costs.prices_used.items():
        units = sources.setdefault((price.kind.value, price.node_nm, price.source), [])
        unit = name.rsplit("_", 1)[0]
        if unit not in units:
            units.append(unit)
    sram = costs.technology.sram
    sources[sram.kind.value, sram.node_nm, sram.source] = ["memories"]
    return sources
