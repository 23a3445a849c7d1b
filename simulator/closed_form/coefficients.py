"""The coefficients of a block's tiles, each computed when first asked for."""

from collections.abc import Callable
from functools import partial

import numpy as np

from simulator.closed_form.chunks import Lines, several_chunks
from simulator.closed_form.geometry import LAST, Geometry
from simulator.closed_form.kinds import Kind
from simulator.closed_form.points import Integers
from simulator.closed_form.steps import EARLY, Row, Tile, store_parts

SHORT = float(1 << 28)
"""Cycles up to which 32 bits hold every sum, with room for an edge before every other."""


class Coefficients:
    """Arrays by what they stand for; a place is the index of one.

    Rows of tiles are numbered from 0, or backwards from LAST, where a point's own number of rows counts.
    """

    def __init__(self, kind: Kind, geometry: Geometry) -> None:
        self._kind = kind
        self._geometry = geometry
        self.dtype = np.int32 if geometry.longest().max() < SHORT else np.int64
        self.arrays: list[Integers] = []
        self._places: dict[object, tuple[int, ...]] = {}
        behind = geometry.points.result_tiles - 1
        self.behind, self._parts = int(behind[-1]), store_parts(behind)
        self._own("behind", lambda: behind)
        self._own("period", lambda: np.lcm(geometry.points.result_tiles, 2))
        # A long row has its loops behind the tiles that are followed by stores of the row before.
        ahead, period = self.behind, kind.row_period
        self._loop = slice(ahead, ahead + period) if kind.long else None
        self.tiles = ahead + period + (kind.tiles - ahead) % period + 1 if kind.long else kind.tiles
        """The tiles of a row, those of a single loop among them."""
        self._short_m, self._short_n = (
            bool((size(last=True) != size(last=False)).any()) for size in (geometry.tile_m, geometry.tile_n)
        )

    def row(self, number: int) -> Row:
        """Return a row of tiles."""
        tiles: list[Tile] = []
        for n in range(self.tiles):
            alike = self._kind.row_period == 1 and self.behind < n < self.tiles - 1
            tiles.append(tiles[-1] if alike else self._tile(number, n))
        if self._loop is None:
            return Row(tuple(tiles))
        inner, once, period = self._geometry.inner_tiles, self.tiles, self._kind.row_period
        (loops,) = self._own("loops", lambda: (inner - once) // period)
        return Row(tuple(tiles[: self._loop.start]), tuple(tiles[self._loop]), tuple(tiles[self._loop.start :]), loops)

    def store(self, row: int, n: int) -> int | None:
        """Return the store after the loads of a tile, which is of an earlier one; None if there is none."""
        places = [self._store_of(row, n - behind) for behind, _ in self._parts]
        if len(places) == 1 or not any(places):
            return places[0]

        def compute() -> Integers:
            words = np.zeros(len(self._geometry), dtype=self.dtype)
            for place, (_, part) in zip(places, self._parts, strict=True):
                if place is not None:
                    words[part] = self.arrays[place][part]
            return words

        return self._own(("stores", *places), compute)[0]

    def rest(self, behind: int) -> int | None:
        """Return the store of the tile that comes ``behind`` before the end of the job; None if there is none."""
        return self._store_of(LAST, self.tiles - behind)

    def _store_of(self, row: int, n: int) -> int | None:
        """Return the results of a tile, in port words; n below 0 counts from the end of the row before."""
        kind, geometry = self._kind, self._geometry
        back, n = divmod(n, self.tiles)
        if row >= 0 and row + back < 0:
            return None
        row += back
        end = n == self.tiles - 1
        if kind.weight_stationary:
            number, valid = self._row_number(row), partial(geometry.tile_m, last=end)
        else:
            number, valid = self._column(n), partial(geometry.tile_m, last=row == LAST)
        before_first = row < LAST

        def compute() -> Integers:
            tile = geometry.n_tiles + number if number < LAST else number
            words = valid() * geometry.store_words(tile)
            return words * (geometry.outer_tiles >= -row) if before_first else words

        return self._own(("store", number, end, row if row < 0 else 0), compute)[0]

    def _column(self, n: int) -> int:
        """Return an n tile that stands for a tile of a row of output stationary."""
        return LAST if n == self.tiles - 1 else 0 if self._kind.period == 1 else n

    def _row_number(self, row: int) -> int:
        """Return an n tile that stands for a row of weight stationary."""
        return 0 if self._kind.period == 1 and row != LAST else row

    def _tile(self, row: int, n: int) -> Tile:
        kind, end = self._kind, n == self.tiles - 1
        thresholds, store = self._thresholds(row, n), self.store(row, n)
        if not kind.weight_stationary:
            last_row, last_col = row == LAST and self._short_m, end and self._short_n
            operands = self._several(last_row, last_col) if kind.many else self._one(row, n, last_row, last_col)
            return Tile(thresholds, operands, store)
        last_row, last_col = end and self._short_m, row == LAST and self._short_n
        before = (n == 0 or self.tiles == 1) and self._short_m
        if not kind.weights:
            if n > 0:
                return Tile(thresholds, self._plain(last_row, before), store)
            return Tile(thresholds, self._plain_first(last_row, before), store, self._words_b(last_col, 0))
        chunks = range(kind.folds) if kind.folds else (0, 1, LAST)
        b, a = [], []
        for chunk in chunks:
            b += self._words_b(last_col, chunk)
            a += self._words_a(last_row, chunk, row)
        return Tile(thresholds, self._weights(last_row, before), store, tuple(b), tuple(a))

    def _thresholds(self, row: int, n: int) -> int | None:
        """Return the port words of the thresholds that a tile loads; None if there are none."""
        kind, geometry = self._kind, self._geometry
        if not geometry.points.thresholds.any() or (kind.weight_stationary and n > 0):
            return None
        if kind.weight_stationary:
            tile, once = self._row_number(row), False
        else:
            tile, once = self._column(n), self.tiles == 1
        key = ("thresholds", tile, min(row, 1) if once else 0)
        return self._own(key, lambda: geometry.threshold_words(tile) * (self._first(row) if once else 1))[0]

    def _first(self, row: int) -> Integers | int:
        """Return 1 in the first row of a job, 0 in others."""
        return (self._geometry.outer_tiles == 1).astype(np.int64) if row == LAST else int(row == 0)

    def _one(self, row: int, n: int, last_row: bool, last_col: bool) -> tuple[int, ...]:
        """Return the operands of a tile of one chunk in output stationary."""
        geometry, once = self._geometry, self.tiles == 1

        def compute() -> tuple[Integers, ...]:
            loads = geometry.lines_b(last=last_col) * geometry.words_b(0) * (self._first(row) if once else 1)
            if n == 0:
                loads = loads + geometry.lines_a(last=last_row) * geometry.words_a(0)
            issue = geometry.chunk_issue(0)
            return loads, loads + geometry.answer + issue + geometry.drain, geometry.gap + issue, geometry.drain

        return self._all(("one", last_row, last_col, n == 0, min(row, 1) if once else 0), compute)

    def _several(self, last_row: bool, last_col: bool) -> tuple[int, ...]:
        """Return the operands of a tile of several chunks in output stationary: tiles of all sizes at once."""
        geometry = self._geometry
        sizes = [(m, n) for m in sorted({False, self._short_m}) for n in sorted({False, self._short_n})]
        if ("several", last_row, last_col) not in self._places:
            lines = Lines(*(np.stack(part) for part in zip(
                *((geometry.lines_a(last=m), geometry.lines_b(last=n)) for m, n in sizes), strict=True)))  # fmt: skip
            x_x, end_x, x_end, end_end, x_before, end_before = several_chunks(geometry, lines)
            drain = geometry.drain
            operands = x_x, end_x - drain, x_end + drain, end_end, x_before, end_before - drain
            for size, arrays in zip(sizes, zip(*operands, strict=True), strict=True):
                self._all(("several", *size), lambda arrays=arrays: arrays)
        return self._places["several", last_row, last_col]

    def _plain(self, last_row: bool, before: bool) -> tuple[int, ...]:
        """Return the operands of a tile of one fold that keeps its weights."""
        geometry = self._geometry

        def compute() -> tuple[Integers, ...]:
            loads, issue = self._loads_a(last_row), self._issue(last_row)
            between = np.maximum(self._slack(before), 0) + issue
            return loads, loads + geometry.answer + issue + geometry.drain, between, geometry.drain

        return self._all(("plain", last_row, before), compute)

    def _plain_first(self, last_row: bool, before: bool) -> tuple[int, ...]:
        """Return the operands of a tile of one fold that loads its weights."""
        geometry = self._geometry

        def compute() -> tuple[Integers, ...]:
            loads, issue = self._loads_a(last_row), self._issue(last_row) + geometry.drain
            rows, between = geometry.points.rows, np.maximum(self._slack(before), 0)
            return (loads, loads + geometry.answer + issue, between, geometry.drain, geometry.answer + rows, rows,
                    issue)  # fmt: skip

        return self._all(("plain first", last_row, before), compute)

    def _weights(self, last_row: bool, before: bool) -> tuple[int, ...]:
        """Return the operands of a tile that loads the weights of each fold."""
        geometry = self._geometry

        def compute() -> tuple[Integers, ...]:
            rows, sets = geometry.points.rows, geometry.points.planes_b > 1
            between, slack = self._slack(before), self._slack(last_row)
            # The last of several sets is preloaded from the switch to the set before.
            further = np.where(sets, slack - np.maximum(rows, rows - slack), EARLY >> 1)
            return (geometry.drain, np.maximum(between, 0), between, geometry.chunks - 2, np.maximum(slack, 0), slack,
                    geometry.answer + rows, geometry.answer, rows, self._issue(last_row), further)  # fmt: skip

        return self._all(("weights", last_row, before), compute)

    def _issue(self, last_row: bool) -> Integers:
        """Return the cycles from the first issue of a fold to the first edge behind its last, in all sets."""
        geometry = self._geometry
        issue = geometry.lines_a(last=last_row)
        return issue + (geometry.points.planes_b - 1) * np.maximum(issue, geometry.points.rows)

    def _slack(self, last_row: bool) -> Integers:
        """Return the cycles that the preload of a weight set takes longer than the issues of a tile's set."""
        return self._geometry.points.rows - self._geometry.lines_a(last=last_row)

    def _loads_a(self, last_row: bool) -> Integers:
        return self._geometry.lines_a(last=last_row) * self._geometry.words_a(0)

    def _words_b(self, last_col: bool, chunk: int) -> tuple[int, ...]:
        geometry = self._geometry
        return self._own(("b", last_col, chunk), lambda: geometry.lines_b(last=last_col) * geometry.words_b(chunk))

    def _words_a(self, last_row: bool, chunk: int, row: int) -> tuple[int, ...]:
        """Return the port words of A; one fold of one tile keeps it for the whole job."""
        geometry, once = self._geometry, not self._kind.many

        def compute() -> Integers:
            return geometry.lines_a(last=last_row) * geometry.words_a(chunk) * (self._first(row) if once else 1)

        return self._own(("a", last_row, chunk, min(row, 1) if once else 0), compute)

    def _own(self, key: object, compute: Callable[[], Integers]) -> tuple[int, ...]:
        return self._all(key, lambda: (compute(),))

    def _all(self, key: object, compute: Callable[[], tuple[Integers, ...]]) -> tuple[int, ...]:
        """Return the places of arrays, computed the first time that they are asked for."""
        if key not in self._places:
            first = len(self.arrays)
            self.arrays += [array.astype(self.dtype, copy=False) for array in compute()]
            self._places[key] = tuple(range(first, len(self.arrays)))
        return self._places[key]
