"""How pages show numbers, tables and lists."""

from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table

from costmodel.technology import Kind

_UNITS = ((1e12, "J"), (1e9, "mJ"), (1e6, "uJ"), (1e3, "nJ"), (1, "pJ"))


def table_of(*columns: tuple[str, str]) -> Table:
    """Return a table without lines; a column is its heading and its side, ``<`` or ``>``."""
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    for heading, side in columns:
        table.add_column(heading, justify="left" if side == "<" else "right", overflow="fold")
    return table


def title(out: Console, text: str) -> None:
    """Print the title of a section."""
    out.print(f"\n{text}", style="bold")


def listed(out: Console, heading: str, lines: Iterable[str]) -> None:
    """Print lines under a heading; nothing if there are none."""
    texts = list(lines)
    if texts:
        out.print(f"{heading}:", *(f"  {text}" for text in texts), sep="\n")


def shares_text(totals: Mapping[str, Mapping[Kind, float]]) -> str:
    """Return what each total rests on: its name, and the share of each kind of number."""
    return "; ".join(
        f"of the {name} " + ", ".join(f"{share:.1%} {kind.value}" for kind, share in shares.items() if share)
        for name, shares in totals.items()
    )


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
