"""Memories built of the macros of an SRAM table (docs/costs.md, section 5)."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, fields

from costmodel.technology import Kind, SramPoint, SramTable, worse


@dataclass(frozen=True)
class Memory:
    """Equal macros side by side, each of one or more banks one behind the other; an access opens one bank of a macro.

    Units: ``macro_bits`` are the bits of a word that one macro holds. ``banks`` are a macro's, as (how many, which);
    every access is charged as one of the ``largest``. ``notes`` say where a bank is not a point of the table.
    """

    macros: int
    macro_bits: int
    largest: SramPoint
    banks: tuple[tuple[int, SramPoint], ...]
    kind: Kind
    notes: tuple[str, ...]

    @property
    def read_pj(self) -> float:
        """Return the energy of reading a word: every macro is read."""
        return self.macros * self.largest.read_pj

    def write_pj(self, bits: int) -> float:
        """Return the energy of writing bits: as many macros as hold them, each with its whole word."""
        return self.macro_writes(bits) * self.largest.write_pj

    def macro_writes(self, bits: int) -> int:
        """Return the writes of one macro that bits take."""
        return -(-bits // self.macro_bits)

    @property
    def area_um2(self) -> float:
        """Return the area of all macros."""
        return self.macros * sum(count * bank.area_mm2 for count, bank in self.banks) * 1e6

    @property
    def leakage_mw(self) -> float:
        """Return the leakage power of all macros."""
        return self.macros * sum(count * bank.leakage_mw for count, bank in self.banks)

    @property
    def cycle_ns(self) -> float:
        """Return the shortest time between two accesses."""
        return self.largest.cycle_ns


def build_memory(capacity_bits: int, width_bits: int, table: SramTable) -> Memory:
    """Build a memory of that capacity and word width."""
    widest = table.widths_bits[-1]
    macros = math.ceil(width_bits / widest)
    macro_bits = math.ceil(width_bits / macros)
    width = next(bits for bits in table.widths_bits if bits >= macro_bits)
    words = math.ceil(capacity_bits / width_bits)
    column = table.columns[width]
    split = _split(words * width / 8, column[-1].capacity_bytes)
    banks = tuple((count, interpolate(column, capacity)) for count, capacity in split)
    notes = _notes(macro_bits, width, [capacity for _, capacity in split], column)
    kind = worse(table.kind, Kind.SCALED if notes else Kind.COMPOSED)
    return Memory(macros, macro_bits, banks[0][1], banks, kind, notes)


def _split(macro_bytes: float, largest_bytes: float) -> list[tuple[int, float]]:
    """Split a macro into banks of the table's largest capacity and one of what is left, as (how many, bytes)."""
    full, rest = divmod(macro_bytes, largest_bytes)
    return [bank for bank in ((int(full), largest_bytes), (1, rest)) if bank[0] and bank[1]]


def _notes(macro_bits: int, width: int, wanted: Sequence[float], column: Sequence[SramPoint]) -> tuple[str, ...]:
    notes = []
    if macro_bits != width:
        notes.append(f"{macro_bits} bits of a word are charged as a macro of {width}")
    known = [point.capacity_bytes for point in column]
    for capacity in wanted:
        if capacity < known[0]:
            notes.append(f"{capacity:g} bytes of {width} bits are charged as {known[0]:g}, the table's smallest")
        elif capacity not in known:
            notes.append(f"{capacity:g} bytes of {width} bits are interpolated")
    return tuple(notes)


def interpolate(column: Sequence[SramPoint], capacity_bytes: float) -> SramPoint:
    """Return the macro of that capacity between the table's points of one width.

    Every number is a power of the capacity between two points (straight lines on log-log paper). Below the smallest
    point it is that point: an upper bound.
    """
    capacities = [point.capacity_bytes for point in column]
    place = bisect_left(capacities, capacity_bytes)
    if place == 0 or capacities[place] == capacity_bytes:
        return column[place]
    low, high = column[place - 1], column[place]
    part = math.log(capacity_bytes / low.capacity_bytes) / math.log(high.capacity_bytes / low.capacity_bytes)
    values = {name: _between(getattr(low, name), getattr(high, name), part) for name in MEASURED}
    return SramPoint(capacity_bytes=capacity_bytes, width_bits=low.width_bits, **values)


MEASURED = [field.name for field in fields(SramPoint) if field.name not in ("capacity_bytes", "width_bits")]
"""What the table has for each shape of a macro."""


def _between(low: float, high: float, part: float) -> float:
    return low * math.pow(high / low, part)
