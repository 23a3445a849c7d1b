"""Why a design is as it is, as tables for a person."""

from collections.abc import Sequence

from rich.console import Console

from xnorsim.console import console
from xnorsim.sweeps.accelerator_text import value_text
from xnorsim.sweeps.explaining import Reasons
from xnorsim.sweeps.front_table import number_text
from xnorsim.sweeps.reading import numbers_of
from xnorsim.sweeps.roofline import BoundLayer
from xnorsim.sweeps.spec import Spec
from xnorsim.sweeps.spread import spread
from xnorsim.sweeps.why import Move
from xnorsim.texts import table_of, title

MOST_VALUES = 9
"""Values of one axis that are printed: the page has more."""
MOST_LAYERS = 25
"""Layers that are printed, those with the most cycles."""
CAUSES = {
    "issue": "operands enter the array: useful work",
    "drain": "the array waits until the results of the tile before have drained",
    "load": "waits for the port, which loads more than it stores",
    "store": "waits for the port, which stores more than it loads",
    "flush": "after the last operands: results drain and are stored",
    "vector": "the vector unit computes",
    "dram": "everything waits for DRAM",
}


def print_reasons(spec: Spec, reasons: Reasons) -> None:
    """Print how the objectives of a row move with each axis, and what bounds its layers."""
    out = console()
    row = reasons.row
    out.print(f"Row {row['row']}: {row['workload']} on {row['technology']}", style="bold")
    out.print(", ".join(f"{name} {number_text(name, row[name])}" for name in numbers_of(spec)))
    title(out, "How each objective moves with each axis, all others fixed (* is this design)")
    for move in reasons.moves:
        if len(move.values) > 1:
            _move(out, move.take(spread(len(move.values), MOST_VALUES, move.place)))
    _layers(out, reasons.layers)
    _roofs(out, reasons)


def _move(out: Console, move: Move) -> None:
    table = table_of((move.axis, ">"), *((name, ">") for name in move.objectives for _ in range(2)), ("", "<"))
    for column in table.columns[2:-1:2]:
        column.header = ""
    for place, value in enumerate(move.values):
        mark = "*" if place == move.place else ""
        cells = [
            text
            for name, numbers in move.objectives.items()
            for text in (
                ("", "") if move.rules[place] else (number_text(name, numbers[place]), _change(move, name, place))
            )
        ]
        table.add_row(f"{mark}{value_text(value)}", *cells, move.rules[place])
    out.print(table)
    out.print()


def _change(move: Move, objective: str, place: int) -> str:
    change = move.change(objective, place)
    return "" if change is None or place == move.place else f"{change:+.1%}"


def _layers(out: Console, layers: Sequence[BoundLayer]) -> None:
    cycles = sum(layer.cycles for layer in layers)
    title(out, "What bounds each layer")
    table = table_of(
        ("layer", "<"), ("cycles", ">"), ("share", ">"), ("bound by", ">"), ("MACs a cycle", ">"), ("a port bit", ">"),
        ("a DRAM bit", ">"), ("lowest roof", ">"),
    )  # fmt: skip
    table.columns[0].no_wrap = True
    most = sorted(layers, key=lambda layer: -layer.cycles)[:MOST_LAYERS]
    for layer in layers:
        if layer in most:
            bound = f"{layer.bound_by} {layer.spent[layer.bound_by] / layer.cycles:.0%}"
            share = f"{layer.cycles / cycles:.1%}"
            table.add_row(layer.name, f"{layer.cycles:,}", share, bound, *_roofline(layer))
    table.add_row("all", f"{cycles:,}", style="bold")
    out.print(table)
    if len(layers) > len(most):
        out.print(f"{len(layers) - len(most)} layers of fewer cycles are on the page.")
    for cause, meaning in CAUSES.items():
        if any(layer.spent[cause] for layer in layers):
            out.print(f"  {cause:<7} {meaning}", style="dim")


def _roofline(layer: BoundLayer) -> tuple[str, ...]:
    """Return where a layer stands under its roofs; nothing if it multiplies nothing."""
    roof = layer.lowest_roof
    if not roof:
        return ("",) * 4
    of_dram = f"{layer.macs / layer.dram_bits:.3g}" if layer.dram_bits else ""
    reached = layer.macs_per_cycle / layer.roofs[roof]
    return f"{layer.macs_per_cycle:,.0f}", f"{layer.macs / layer.port_bits:.3g}", of_dram, f"{roof} {reached:.0%}"


def _roofs(out: Console, reasons: Reasons) -> None:
    title(out, "The roofs: a layer's MACs a cycle are at most each peak, and each pace times its MACs a bit")
    for roof in reasons.roofs:
        out.print(f"  {roof.name}" + (f": {roof.macs_per_cycle:,.6g} MACs a cycle" if roof.macs_per_cycle else ""))
