"""The coefficients of a block's tiles, each computed when first asked for."""

from collections.abc import Callable

import numpy as np

from simulator.closed_form.chunks import Lines, several_chunks
from simulator.closed_form.geometry import LAST, Geometry
from simulator.closed_form.kinds import Kind
from simulator.closed_form.points import Integers
from simulator.closed_form.repeat import early
from simulator.closed_form.steps import Row, Tile, store_parts


Stored = tuple[int, bool, int]
"""The n tile of a store, whether it ends a row of tiles, and the row if it counts from LAST."""


class Coefficients:
    """Arrays by what they stand for; a place is the index of one.

    Rows of tiles are numbered from 0, or backwards from LAST, where a point's own number of rows counts.
    """

    def __init__(self, kind: Kind, geometry: Geometry) -> None:
        self._kind = kind
        self._geometry = geometry
        self.arrays: list[Integers] = []
        self._places: dict[object, tuple[int, ...]] = {}
        self.behind, self._parts = int(geometry.behind[-1]), store_parts(geometry.behind)
        self._own("behind", lambda: geometry.behind)
        self._own("period", lambda: np.lcm(geometry.behind + 1, 2))
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
        if n >= self.behind and self._kind.row_period == 1:
            # One tile of a row is like the other, but for the last.
            return self._place_of_store(self._stored(row, n - self.behind))
        runs: list[tuple[Stored | None, slice]] = []
        for behind, part in self._parts:
            stored = self._stored(row, n - behind)
            if runs and runs[-1][0] == stored:
                runs[-1] = stored, slice(runs[-1][1].start, part.stop)
            else:
                runs.append((stored, part))
        if len(runs) == 1:
            return self._place_of_store(runs[0][0])

        def compute() -> Integers:
            places = [(self._place_of_store(stored), part) for stored, part in runs]
            return np.concatenate([nothing[part] if place is None else self.arrays[place][part] for place, part in places])

        nothing = np.broadcast_to(np.zeros(1, dtype=self._geometry.m.dtype), self._geometry.m.shape)
        return self._own(("stores", *((stored, part.start) for stored, part in runs)), compute)[0]

    def rest(self, behind: int) -> int | None:
        """Return the store of the tile that comes ``behind`` before the end of the job; None if there is none."""
        return self._place_of_store(self._stored(LAST, self.tiles - behind))

    def _stored(self, row: int, n: int) -> Stored | None:
        """Return what the store of a tile depends on; n below 0 counts from the end of the row before."""
        back, n = divmod(n, self.tiles)
        if row >= 0 and row + back < 0:
            return None
        row, end = row + back, n == self.tiles - 1
        return self._row_number(row) if self._kind.weight_stationary else self._column(n), end, min(row, 0)

    def _place_of_store(self, stored: Stored | None) -> int | None:
        if stored is None:
            return None
        tile, end, row = stored
        geometry = self._geometry

        def compute() -> Integers:
            valid = geometry.tile_m(last=end if geometry.weight_stationary else row == LAST)
            words = valid * geometry.store_words(geometry.n_tiles + tile if tile < LAST else tile)
            return words * (geometry.outer_tiles >= -row) if row < LAST else words

        return self._own(("store", *stored), compute)[0]

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
        if not geometry.threshold_bits.any() or (kind.weight_stationary and n > 0):
            return None
        if kind.weight_stationary:
            tile, once = self._row_number(row), False
        else:
            tile, once = self._column(n), self.tiles == 1
        key = ("thresholds", tile, min(row, 1) if once else 0)
        return self._own(key, lambda: geometry.threshold_words(tile) * (self._first(row) if once else 1))[0]

    def _first(self, row: int) -> Integers | int:
        """Return 1 in the first row of a job, 0 in others."""
        return (self._geometry.outer_tiles == 1).astype(self._geometry.m.dtype) if row == LAST else int(row == 0)

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
            rows, between = geometry.rows, np.maximum(self._slack(before), 0)
            return (loads, loads + geometry.answer + issue, between, geometry.drain, geometry.answer + rows, rows,
                    issue)  # fmt: skip

        return self._all(("plain first", last_row, before), compute)

    def _weights(self, last_row: bool, before: bool) -> tuple[int, ...]:
        """Return the operands of a tile that loads the weights of each fold."""
        geometry = self._geometry

        def compute() -> tuple[Integers, ...]:
            rows, sets = geometry.rows, geometry.planes_b > 1
            between, slack = self._slack(before), self._slack(last_row)
            # The last of several sets is preloaded from the switch to the set before.
            further = np.where(sets, slack - np.maximum(rows, rows - slack), early(rows) // 2)
            return (geometry.drain, np.maximum(between, 0), between, geometry.chunks - 2, np.maximum(slack, 0), slack,
                    geometry.answer + rows, geometry.answer, rows, self._issue(last_row), further)  # fmt: skip

        return self._all(("weights", last_row, before), compute)

    def _issue(self, last_row: bool) -> Integers:
        """Return the cycles from the first issue of a fold to the first edge behind its last, in all sets."""
        geometry = self._geometry
        issue = geometry.lines_a(last=last_row)
        return issue + (geometry.planes_b - 1) * np.maximum(issue, geometry.rows)

    def _slack(self, last_row: bool) -> Integers:
        """Return the cycles that the preload of a weight set takes longer than the issues of a tile's set."""
        return self._geometry.rows - self._geometry.lines_a(last=last_row)

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
            arrays = compute()
            self._places[key] = tuple(range(len(self.arrays), len(self.arrays) + len(arrays)))
            self.arrays += arrays
        return self._places[key]
