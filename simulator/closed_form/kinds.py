"""Points by kind: those that take the same steps go through their jobs together."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from simulator.closed_form.geometry import SHORT, Geometry
from simulator.closed_form.points import Integers
from simulator.closed_form.spans import chunk_period, longest, longest_row, tile_period

LONG_ROW = 8
"""Tiles of a row from which on jumping costs less than taking one after the other."""
LONG_TILE = 4
"""Folds of a tile from which on it does."""
PERIODS = 24
"""Periods of n tiles from which on it does, where their port words repeat after several only."""
FEW = 2048
"""Points of a kind from which on it pays to take them for themselves."""
MANY = 8192
"""Points of kinds with few that are enough to go together: those of like numbers of tiles are neighbours."""
KEYS = 10
"""The fields of a kind but for its dataflow; then how many tiles the stores are behind the loads."""
VARIOUS = 0
"""Tiles or folds of points that have different numbers of them."""


@dataclass(frozen=True)
class Kind:
    """What the points of a block have in common.

    ``wide``: whether sums need 64 bits. ``many``: whether tiles have several chunks. ``alone``: whether a row has a
    single tile. ``period``: after how many n tiles port words repeat; 0 where each is taken for itself. ``rest``: the
    tiles between the first and the last of a row that make no whole period. ``alike``: whether all folds but the last
    touch as many port words. ``folds`` and ``tiles`` of a row may be VARIOUS. ``sets``: whether some tiles have several
    weight sets.
    """

    weight_stationary: bool
    wide: bool
    many: bool
    alone: bool
    period: int
    rest: int
    alike: bool
    folds: int
    tiles: int
    sets: bool

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
    def row_period(self) -> int:
        """Return after how many tiles of a row port words repeat."""
        return 1 if self.weight_stationary else self.period

    @property
    def job_period(self) -> int:
        """Return after how many rows port words repeat."""
        return self.period if self.weight_stationary else 1


def kinds(geometry: Geometry) -> list[Integers]:
    """Return KEYS for each point."""
    outer, inner, many = geometry.outer_tiles, geometry.inner_tiles, geometry.chunks > 1
    alone, period, zero = inner == 1, tile_period(geometry), np.zeros_like(inner)
    wide = (longest(geometry) > SHORT) | (longest_row(geometry) > SHORT)
    if not geometry.weight_stationary:
        period = np.where((period == 1) | (inner >= np.maximum(LONG_ROW, PERIODS * period)), period, 0)
        rest = np.where(period > 1, (inner - 2) % np.maximum(period, 1), 0)
        tiles = np.where((period > 1) | ((period == 1) & (inner >= LONG_ROW)), VARIOUS, inner)
        return [wide, many, alone, period, rest, zero, zero + 1, tiles, zero, geometry.behind]
    period = np.where((period == 1) | (outer >= PERIODS * period), period, 0)
    alike = many & (chunk_period(geometry) == 1)
    folds = np.where(alike & (geometry.chunks >= LONG_TILE), VARIOUS, geometry.chunks)
    tiles = np.where(inner >= LONG_ROW, VARIOUS, inner)
    sets = (geometry.planes_b > 1) & (many | alone)
    return [wide, many, alone, period, zero, alike, folds, tiles, sets, geometry.behind]


def blocks(keys: Integers, *, weight_stationary: bool, size: int) -> Iterator[tuple[Kind, npt.NDArray[np.intp]]]:
    """Yield the kinds, with the points of a block of each, in the order in which stores are behind the loads.

    The last three fields may differ between points of a kind: points of kinds with few go together.
    """
    order, bounds = _sorted(keys)
    few: list[npt.NDArray[np.intp]] = []
    for number, (start, stop) in enumerate(pairwise(bounds)):
        own, last = keys[:, order[start]], number == len(bounds) - 2
        if stop - start >= FEW:
            yield from _cut(own, own, order[start:stop], weight_stationary, size)
        else:
            few.append(order[start:stop])
        gathered = sum(map(len, few))
        if gathered and (last or gathered >= MANY or (keys[:-4, order[stop]] != own[:-4]).any()):
            together = np.concatenate(few)
            together = together[np.argsort(keys[-1, together], kind="stable")]
            theirs = keys[:, together]
            yield from _cut(theirs.min(axis=1), theirs.max(axis=1), together, weight_stationary, size)
            few = []


def _cut(
    least: Integers, most: Integers, points: npt.NDArray[np.intp], weight_stationary: bool, size: int
) -> Iterator[tuple[Kind, npt.NDArray[np.intp]]]:
    """Yield the blocks of a kind, whose keys lie between two."""
    wide, many, alone, period, rest, alike, folds, tiles, sets, _ = most.tolist()
    same = (least == most).tolist()
    kind = Kind(weight_stationary, bool(wide), bool(many), bool(alone), period, rest, bool(alike),
                folds if same[6] else VARIOUS, tiles if same[7] else VARIOUS, bool(sets))  # fmt: skip
    for first in range(0, len(points), size):
        yield kind, points[first : first + size]


def _sorted(keys: Integers) -> tuple[npt.NDArray[np.intp], list[int]]:
    """Return the order of the keys, the first one foremost, and where all but the last one change."""
    index = keys.shape[1].bit_length()
    widths = [int(key.max(initial=0)).bit_length() for key in keys]
    if sum(widths) + index < 64:
        packed = np.zeros(keys.shape[1], dtype=np.int64)
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
        changed = np.any(keys[:-1, order[1:]] != keys[:-1, order[:-1]], axis=0)
    return order, [0, *(np.flatnonzero(changed) + 1).tolist(), len(order)]
