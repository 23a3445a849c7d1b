"""The coefficients of a block's tiles, each computed when first asked for."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from simulator.closed_form.chunks import Lines, several_chunks
from simulator.closed_form.geometry import LAST, Geometry
from simulator.closed_form.kinds import VARIOUS, Kind
from simulator.closed_form.points import Integers
from simulator.closed_form.repeat import early
from simulator.closed_form.steps import Row, Tile

T = TypeVar("T")


class Coefficients:
    """Tiles by their place in a job.

    Rows and the tiles of a row are numbered from 0; LAST is the last one of each point. The same arrays are returned
    whenever they are asked for.
    """

    def __init__(self, kind: Kind, geometry: Geometry, depth: int) -> None:
        self._kind = kind
        self._depth = depth
        self._geometry = geometry
        self._known: dict[object, Any] = {}
        self._short_m, self._short_n = (
            bool((size(last=True) != size(last=False)).any()) for size in (geometry.tile_m, geometry.tile_n)
        )

    def row(self, row: int) -> Row:
        """Return a row of tiles."""
        kind, last, period = self._kind, self._tile(row, LAST), self._kind.row_period
        if kind.alone:
            return Row((last,))
        first = self._tile(row, 0)
        if kind.tiles != VARIOUS:
            middle = [self._tile(row, 1)] * (kind.tiles - 2) if period == 1 else self._tiles(row, kind.tiles - 2)
            return Row((first, *middle, last))
        inner = self._geometry.inner_tiles
        loops = self._known.setdefault("loops", (inner - 2) // max(period, 1))
        rest = self._tiles(row, kind.rest)
        return Row((first,), loops, self._tiles(row, period or int(inner.max()) - 2), (*rest, last))

    def _tiles(self, row: int, count: int) -> tuple[Tile, ...]:
        """Return as many tiles behind the first."""
        return tuple(self._tile(row, 1 + n) for n in range(count))

    def _tile(self, row: int, n: int) -> Tile:
        kind = self._kind
        begins = n == 0 or kind.alone
        thresholds, waits = self._thresholds(row, n, begins)
        store, last_m, last_n = self._store(row, n), self._short_m, self._short_n
        if not kind.weight_stationary:
            last_m, last_n = row == LAST and last_m, n == LAST and last_n
            operands = self._several(last_m, last_n) if kind.many else self._one(row, begins, last_m, last_n)
            return Tile(thresholds, waits, operands, store)
        after_last, last_m, last_n = begins and last_m, n == LAST and last_m, row == LAST and last_n
        if not kind.weights:
            if not begins:
                return Tile(thresholds, waits, self._plain(last_m), store)
            return Tile(thresholds, waits, self._plain_first(last_m), store, (self._words_b(last_n, 0),))
        b = tuple(self._words_b(last_n, chunk) for chunk in self._chunks)
        a = tuple(self._words_a(last_m, chunk, row) for chunk in self._chunks)
        return Tile(thresholds, waits, self._weights(last_m, after_last), store, b, a)

    @property
    def _chunks(self) -> Sequence[int]:
        """Return the chunks of a tile."""
        kind = self._kind
        if kind.folds != VARIOUS:
            return range(kind.folds)
        middle = 1 if kind.alike else int(self._geometry.chunks.max()) - 2
        return [*range(1 + middle), LAST]

    def _n_tile(self, row: int, n: int) -> int:
        """Return an n tile that stands for that of a tile."""
        n_tile = row if self._kind.weight_stationary else n
        return 0 if self._kind.period == 1 and n_tile != LAST else n_tile

    def _store(self, row: int, n: int) -> Integers:
        """Return the port words of the results of a tile."""
        geometry, n_tile = self._geometry, self._n_tile(row, n)
        last = (n if geometry.weight_stationary else row) == LAST and self._short_m
        return self._all(("store", n_tile, last), lambda: geometry.tile_m(last=last) * geometry.store_words(n_tile))

    def _thresholds(self, row: int, n: int, begins: bool) -> tuple[Integers | None, tuple[Integers | None, ...]]:
        """Return the port words of the thresholds that a tile loads, and what they wait for: ends of tiles before."""
        kind, geometry, n_tile = self._kind, self._geometry, self._n_tile(row, n)
        if not geometry.threshold_bits.any() or (kind.weight_stationary and not begins):
            return None, ()
        once = 0 if kind.weight_stationary else self._once(row)
        words = self._all(("thresholds", n_tile, once), lambda: geometry.threshold_words(n_tile) * self._first(once))
        return words, () if once else self._all("waits", self._waits)

    def _waits(self) -> tuple[Integers | None, ...]:
        """Return for each of the tiles before whether it is the last one to use the half that thresholds go to."""
        geometry = self._geometry
        span = geometry.inner_tiles if geometry.weight_stationary else np.ones_like(geometry.m)
        span = np.where(geometry.threshold_bits > 0, span, 0)
        waiting = [span == tiles for tiles in range(1, self._depth)]
        return None, *(np.where(here, 0, early(span) // 2) if here.any() else None for here in waiting)

    def _once(self, row: int) -> int:
        """Return 0, or for what is loaded with the first tile of a job only, in rows of one tile, what row it is."""
        return min(row, 1) + 2 if self._kind.alone else 0

    def _first(self, once: int) -> Integers | int:
        """Return 1 where a tile loads, 0 elsewhere."""
        if once == LAST + 2:
            alone: Integers = (self._geometry.outer_tiles == 1).astype(self._geometry.m.dtype)
            return alone
        return int(once in (0, 2))

    def _one(self, row: int, begins: bool, last_row: bool, last_col: bool) -> tuple[Integers, ...]:
        """Return the operands of a tile of one chunk in output stationary."""
        geometry, once = self._geometry, self._once(row)

        def compute() -> tuple[Integers, ...]:
            loads = geometry.lines_b(last=last_col) * geometry.words_b(0) * self._first(once)
            if begins:
                loads = loads + geometry.lines_a(last=last_row) * geometry.words_a(0)
            issue = geometry.chunk_issue(0)
            return loads, loads + geometry.answer + issue + geometry.drain, geometry.gap + issue, geometry.drain

        return self._all(("one", begins, last_row, last_col, once), compute)

    def _several(self, last_row: bool, last_col: bool) -> tuple[Integers, ...]:
        """Return the operands of a tile of several chunks in output stationary: tiles of all sizes at once."""
        geometry = self._geometry
        if ("several", last_row, last_col) not in self._known:
            sizes = [(m, n) for m in sorted({False, self._short_m}) for n in sorted({False, self._short_n})]
            lines = Lines(
                np.stack([geometry.lines_a(last=m) for m, _ in sizes]),
                np.stack([geometry.lines_b(last=n) for _, n in sizes]),
            )
            x_x, end_x, x_end, end_end, x_before, end_before = several_chunks(geometry, lines)
            drain = geometry.drain
            operands = x_x, end_x - drain, x_end + drain, end_end, x_before, end_before - drain
            for size, of_size in zip(sizes, zip(*operands, strict=True), strict=True):
                self._known["several", *size] = of_size
        known: tuple[Integers, ...] = self._known["several", last_row, last_col]
        return known

    def _plain(self, last_row: bool) -> tuple[Integers, ...]:
        """Return the operands of a tile of one fold that keeps its weights."""
        geometry = self._geometry

        def compute() -> tuple[Integers, ...]:
            loads, issue = self._loads_a(last_row), self._issue(last_row)
            between = np.maximum(self._slack(False), 0) + issue
            return loads, loads + geometry.answer + issue + geometry.drain, between, geometry.drain

        return self._all(("plain", last_row), compute)

    def _plain_first(self, last_row: bool) -> tuple[Integers, ...]:
        """Return the operands of a tile of one fold that loads its weights; the tile before is the last of its row."""
        geometry = self._geometry

        def compute() -> tuple[Integers, ...]:
            loads, issue = self._loads_a(last_row), self._issue(last_row) + geometry.drain
            rows, between = geometry.rows, np.maximum(self._slack(self._short_m), 0)
            return (loads, loads + geometry.answer + issue, between, geometry.drain, geometry.answer + rows, rows,
                    issue)  # fmt: skip

        return self._all(("plain first", last_row), compute)

    def _weights(self, last_row: bool, after_last: bool) -> tuple[Integers, ...]:
        """Return the operands of a tile that loads the weights of each fold."""
        geometry = self._geometry

        def compute() -> tuple[Integers, ...]:
            rows, before, slack = geometry.rows, self._slack(after_last), self._slack(last_row)
            # The last of several sets is preloaded from the switch to the set before.
            further = np.where(geometry.planes_b > 1, slack - np.maximum(rows, rows - slack), early(rows) // 2)
            return (geometry.drain, np.maximum(before, 0), before, geometry.chunks - 2, np.maximum(slack, 0), slack,
                    geometry.answer + rows, geometry.answer, rows, self._issue(last_row), further)  # fmt: skip

        return self._all(("weights", last_row, after_last), compute)

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

    def _words_b(self, last_col: bool, chunk: int) -> Integers:
        geometry = self._geometry
        return self._all(("b", last_col, chunk), lambda: geometry.lines_b(last=last_col) * geometry.words_b(chunk))

    def _words_a(self, last_row: bool, chunk: int, row: int) -> Integers:
        """Return the port words of A; one fold of one tile keeps it for the whole job."""
        geometry, once = self._geometry, 0 if self._kind.many else self._once(row)
        key = "a", last_row, chunk, once
        return self._all(key, lambda: geometry.lines_a(last=last_row) * geometry.words_a(chunk) * self._first(once))

    def _all(self, key: object, compute: Callable[[], T]) -> T:
        """Return arrays, computed the first time that they are asked for."""
        if key not in self._known:
            self._known[key] = compute()
        known: T = self._known[key]
        return known
