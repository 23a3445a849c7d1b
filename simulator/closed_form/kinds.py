"""Points by kind: those that take the same steps go through their jobs together."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from simulator.closed_form.geometry import Geometry
from simulator.closed_form.points import Integers

LONG_ROW = 16
"""Tiles of a row from which on jumping costs less than taking one after the other."""
LONG_TILE = 8
"""Folds of a tile from which on it does."""
PERIODS = 6
"""Periods of n tiles from which on it does, where their port words repeat after several only."""
MOST_BEHIND = 7
"""Tiles that a store is behind the loads at most."""


@dataclass(frozen=True)
class Kind:
    """What the points of a block have in common.

    ``many``: whether tiles have several chunks; in weight stationary ``folds`` says how many, 0 for a long tile of
    folds that are alike. ``thresholds``: whether loads of thresholds may have to wait. ``sets``: whether some tiles
    have several weight sets. ``period`` is after how many n tiles port words repeat, 0 where each is taken for itself.
    A row has ``tiles``; if it is ``long``, that is their number - 1 modulo its period.
    """

    weight_stationary: bool
    many: bool
    thresholds: bool
    sets: bool
    folds: int
    period: int
    long: bool
    tiles: int

    @property
    def weights(self) -> bool:
        """Tell whether a state has to know when the halves of B are free: where B is loaded for every tile."""
        return self.weight_stationary and (self.many or (not self.long and self.tiles == 1))

    @property
    def tallies(self) -> int:
        """Return how many variables of a state are no edges."""
        return int(self.weight_stationary)

    @property
    def others(self) -> int:
        """Return how many variables of a state are neither the port's last edge nor ends of tiles."""
        return 4 if self.weights else int(self.weight_stationary or self.many)

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
    points, many = geometry.points, geometry.chunks > 1
    period = geometry.tile_period()
    if stationary:
        long = inner >= LONG_ROW
        thresholds = inner < MOST_BEHIND
        sets = (points.planes_b > 1) & (many | (inner == 1))
        alike = (geometry.chunks >= LONG_TILE) & (geometry.chunk_period() == 1)
        folds = np.where(alike, 0, geometry.chunks)
        period = np.where((period == 1) | (outer >= PERIODS * period), period, 0)
        rest = np.zeros_like(inner)
    else:
        long = inner >= np.maximum(LONG_ROW, MOST_BEHIND + 1 + PERIODS * period)
        thresholds = inner > 1
        sets, folds = np.zeros_like(long), np.ones_like(inner)
        period = np.where((period == 1) | long, period, 0)
        rest = (inner - 1) % np.maximum(period, 1)
    thresholds = thresholds & (points.thresholds == 1)
    flags = (flag.astype(np.int64) for flag in (many, thresholds, sets))
    return [*flags, folds, period, long.astype(np.int64), np.where(long, rest, inner)]


def ordered(keys: list[Integers]) -> npt.NDArray[np.intp]:
    """Return the order of points by their keys, the first one foremost."""
    shift = int(len(keys[0])).bit_length()
    packed, index = np.arange(len(keys[0])), (1 << shift) - 1
    for key in reversed(keys):
        packed |= key << shift
        shift += int(key.max(initial=0)).bit_length()
    if shift > 62:
        return np.lexsort(keys[::-1])
    packed.sort()
    return packed & index


def blocks(
    keys: list[Integers], order: npt.NDArray[np.intp], *, weight_stationary: bool, size: int
) -> Iterator[tuple[Kind, npt.NDArray[np.intp]]]:
    """Yield the kinds in order, with the points of a block of each."""
    changed = np.zeros(len(order), dtype=bool)
    for key in keys:
        alike = key[order]
        changed[1:] |= alike[1:] != alike[:-1]
    for start, stop in pairwise([0, *np.flatnonzero(changed).tolist(), len(order)]):
        many, thresholds, sets, folds, period, long, tiles = (int(key[order[start]]) for key in keys)
        kind = Kind(weight_stationary, bool(many), bool(thresholds), bool(sets), folds, period, bool(long), tiles)
        step = max(size // max(1, tiles // LONG_ROW), 64)
        for first in range(start, stop, step):
            yield kind, order[first : min(first + step, stop)]
