"""Points by kind: those that take the same steps go through their jobs together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from simulator.closed_form.geometry import SHORT, Geometry
from simulator.closed_form.points import Integers
from simulator.closed_form.spans import chunk_period, longest, longest_row, tile_period

LONG_ROW = 16
"""Tiles of a row from which on jumping costs less than taking one after the other."""
LONG_TILE = 4
"""Folds of a tile from which on it does."""
PERIODS = 6
"""Periods of n tiles from which on it does, where their port words repeat after several only."""
MOST_BEHIND = 7
"""Tiles that a store is behind the loads at most."""
KIND_FIELDS = 8


@dataclass(frozen=True)
class Kind:
    """What the points of a block have in common.

    ``wide``: whether sums need 64 bits. ``many``: whether tiles have several chunks; in weight stationary ``folds``
    says how many, 0 for many that are alike. ``thresholds``: whether loads of thresholds may have to wait. ``sets``:
    whether some tiles have several weight sets. ``period`` is after how many n tiles port words repeat, 0 where each
    is taken for itself. A row has ``tiles``; if it is ``long``, that is how many are left between first and last by
    whole periods.
    """

    weight_stationary: bool
    wide: bool
    many: bool
    thresholds: bool
    sets: bool
    folds: int
    period: int
    long: bool
    tiles: int

    @property
    def alone(self) -> bool:
        """Tell whether a row has a single tile."""
        return self.tiles == 1 and not self.long

    @property
    def once(self) -> bool:
        """Tell whether the first row of a job loads what all others keep."""
        return self.alone and not (self.many and self.weight_stationary)

    @property
    def weights(self) -> bool:
        """Tell whether a state has to know when the halves of B are free: where B is loaded for every tile."""
        return self.weight_stationary and (self.many or self.alone)

    @property
    def edges(self) -> int:
        """Return how many edges of a state are neither the port's last one nor ends of tiles."""
        return 3 if self.weights else int(self.many and not self.weight_stationary)

    @property
    def tallies(self) -> int:
        """Return how many variables of a state are tallies."""
        return int(self.weight_stationary)

    @property
    def span(self) -> int:
        """Return the tiles between a tile and the last one that uses the half that its thresholds go to."""
        return self.tiles if self.weight_stationary else 1

    @property
    def row_period(self) -> int:
        """Return after how many tiles of a row port words repeat."""
        return 1 if self.weight_stationary else self.period

    @property
    def job_period(self) -> int:
        """Return after how many rows port words repeat."""
        return self.period if self.weight_stationary else 1


def kinds(geometry: Geometry) -> list[Integers]:
    """Return the fields of each point's kind, in order, but for its dataflow."""
    stationary, outer, inner = geometry.weight_stationary, geometry.outer_tiles, geometry.inner_tiles
    many, period = geometry.chunks > 1, tile_period(geometry)
    if stationary:
        long = inner >= LONG_ROW
        thresholds = inner < MOST_BEHIND
        sets = (geometry.planes_b > 1) & (many | (inner == 1))
        alike = (geometry.chunks >= LONG_TILE) & (chunk_period(geometry) == 1)
        folds = np.where(alike, 0, geometry.chunks)
        period = np.where((period == 1) | (outer >= PERIODS * period), period, 0)
        rest = np.zeros_like(inner)
    else:
        long = inner >= np.maximum(LONG_ROW, PERIODS * period)
        thresholds = inner > 1
        sets, folds = np.zeros_like(long), np.ones_like(inner)
        period = np.where((period == 1) | long, period, 0)
        rest = (inner - 2) % np.maximum(period, 1)
    thresholds = thresholds & (geometry.threshold_bits > 0)
    wide = (longest(geometry) > SHORT) | (longest_row(geometry) > SHORT)
    flags = (flag.astype(np.int64) for flag in (wide, many, thresholds, sets))
    return [*flags, folds, period, long.astype(np.int64), np.where(long, rest, inner)]


def blocks(
    keys: Integers, behind: Integers, *, weight_stationary: bool, size: int
) -> Iterator[tuple[Kind, npt.NDArray[np.intp]]]:
    """Yield the kinds, with the points of a block of each, in the order in which their stores are behind the loads."""
    order, bounds = _sorted([*keys, behind])
    for start, stop in pairwise(bounds):
        wide, many, thresholds, sets, folds, period, long, tiles = keys[:, order[start]].tolist()
        kind = Kind(
            weight_stationary, bool(wide), bool(many), bool(thresholds), bool(sets), folds, period, bool(long), tiles
        )
        step = max(size // max(1, tiles // LONG_ROW), 64)
        for first in range(start, stop, step):
            yield kind, order[first : min(first + step, stop)]


def _sorted(keys: Sequence[Integers]) -> tuple[npt.NDArray[np.intp], list[int]]:
    """Return the order of the keys, the first one foremost, and where one of them changes that is not the last."""
    index = len(keys[0]).bit_length()
    widths = [int(key.max(initial=0)).bit_length() for key in keys]
    if sum(widths) + index < 64:
        packed = np.zeros(len(keys[0]), dtype=np.int64)
        for key, width in zip(keys, widths, strict=True):
            packed <<= width
            packed |= key
        packed <<= index
        packed |= np.arange(len(packed))
        packed.sort()
        order = packed & ((1 << index) - 1)
        packed >>= index + widths[-1]
        changed = packed[1:] != packed[:-1]
    else:
        order = np.lexsort(keys[::-1])
        changed = np.any([key[order][1:] != key[order][:-1] for key in keys[:-1]], axis=0)
    return order, [0, *(np.flatnonzero(changed) + 1).tolist(), len(order)]
