"""Memories of many design points at once: the rules of costmodel/sram.py, in columns (simulator/columns.py)."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from costmodel.sram import MEASURED, Memory
from costmodel.technology import Kind, SramPoint, SramTable, worse
from simulator.columns import Floats

Places = NDArray[np.intp]


def build_columns(capacity_bits: int, width_bits: int, table: SramTable) -> Memory:
    """Build a memory of each capacity and word width, without notes."""
    grid = _grid(table)
    macros = -(-width_bits // grid.widths[-1])
    macro_bits = -(-width_bits // macros)
    width = np.searchsorted(grid.widths, macro_bits)
    macro_bytes = -(-capacity_bits // width_bits) * grid.widths[width] / 8
    full, rest = np.divmod(macro_bytes, grid.capacities[-1])
    whole = {name: grid.values[name][width, -1] for name in MEASURED}
    part = grid.between(width, rest)
    largest = {name: np.where(full > 0, whole[name], part[name]) for name in MEASURED}
    banks = (full, _point(whole)), (rest > 0, _point(part))
    return Memory(macros, macro_bits, _point(largest), banks, worse(table.kind, Kind.COMPOSED), ())


def _point(values: dict[str, Any]) -> SramPoint:
    """Return macros of given values; their shape is no longer asked for."""
    return SramPoint(capacity_bytes=0, width_bits=0, **values)


class _Grid:
    """The table as arrays. Shapes: ``values`` and ``rises`` are [widths, capacities]."""

    def __init__(self, table: SramTable) -> None:
        columns = [table.columns[width] for width in table.widths_bits]
        self.widths = np.array(table.widths_bits)
        self.capacities = np.array([point.capacity_bytes for point in columns[0]])
        self.values = {
            name: np.array([[getattr(point, name) for point in column] for column in columns]) for name in MEASURED
        }
        # Logarithms of the steps from each capacity to the next; behind the last one there is nothing.
        self.steps = np.log(np.append(self.capacities[1:], np.inf) / self.capacities)
        self.rises = {name: np.log(np.roll(values, -1, axis=1) / values) for name, values in self.values.items()}

    def between(self, width: Places, capacity_bytes: Floats) -> dict[str, Floats]:
        """Return the values of macros up to the largest: powers of the capacity between two of the table's."""
        at_least = np.maximum(capacity_bytes, self.capacities[0])
        low = np.maximum(np.searchsorted(self.capacities, at_least) - 1, 0)
        share = np.log(at_least / self.capacities[low]) / self.steps[low]
        return {
            name: values[width, low] * np.exp(share * self.rises[name][width, low])
            for name, values in self.values.items()
        }


@lru_cache(maxsize=8)
def _grid(table: SramTable) -> _Grid:
    return _Grid(table)
