"""A block of points that take the same steps, and their way through the job."""

import numpy as np

from simulator.closed_form.points import Integers
from simulator.closed_form.repeat import Map, State, plainly, repeat
from simulator.closed_form.rows import Kind, Row, Tile, row_map, start
from simulator.closed_form.sheet import LAST, Sheet

SHORT = float(1 << 28)
"""Cycles up to which 32 bits hold every sum, with room for an edge before every other."""


class Block:
    """Points of one kind: a part of a sheet."""

    def __init__(self, kind: Kind, sheet: Sheet, part: slice) -> None:
        geometry = sheet.geometry.part(part)
        self._kind = kind
        self._sheet = sheet
        self._part = part
        self._dtype = np.int32 if geometry.longest().max() < SHORT else np.int64
        self._full_rows: Integers = (geometry.m_tiles - 1).astype(self._dtype)
        self._drain = geometry.drain
        self._coefficients: list[Integers] = []
        self._places: dict[int, int] = {}
        self._loops = None
        if kind.loop_tiles:
            self._loops = self._own((geometry.n_tiles - kind.n_tiles) // kind.loop_tiles)

    def run(self) -> tuple[Integers, Integers]:
        """Return the last issue and the last store's edge of every point."""
        kind, rows = self._kind, self._full_rows
        state = start(kind, len(rows), self._dtype)
        if not kind.single_row:
            for number in range(kind.early_rows):
                state = plainly(self._map(number, last=False), state, np.clip(rows - number, 0, 1))
            later = np.maximum(rows - kind.early_rows, 0)
            state = repeat(self._map(kind.early_rows, last=False), state, later, settle=1, lags=kind.lags)
        state = self._map(0 if kind.single_row else 1, last=True)(state)
        return state[1].astype(np.int64) - self._drain, self._rest(state).astype(np.int64)

    def _rest(self, state: State) -> Integers:
        """Return the edge of the last store, after the stores that no load follows."""
        kind, x = self._kind, state[0]
        for back in range(kind.result_tiles - 1, 0, -1):
            rows_back, before = divmod(back - 1, kind.n_tiles)
            if rows_back and kind.single_row:
                continue
            store = self._coefficients[self._store_of(kind.n_tiles - 1 - before, last=rows_back == 0)]
            if rows_back:
                store = np.where(self._full_rows >= rows_back, store, 0)
            x = np.maximum(x, state[back]) + store
        return x

    def _map(self, number: int, *, last: bool) -> Map:
        """Return the map of a row; the last row's number only tells whether it is the first."""
        tiles = tuple(self._tile(number, n_tile, last=last) for n_tile in range(self._kind.n_tiles))
        return row_map(self._kind, Row(tiles, self._loops), self._coefficients)

    def _tile(self, number: int, n_tile: int, *, last: bool) -> Tile:
        kind, end = self._kind, n_tile == self._kind.n_tiles - 1
        first = number == 0 and n_tile == 0
        operands = self._sheet.operands(
            last_row=last,
            last_col=end,
            loads_a=kind.many or n_tile == 0,
            loads_b=kind.many or first or kind.n_tiles > 1,
        )
        thresholds = None
        if kind.thresholds or first:
            thresholds = self._shared(self._sheet.thresholds(LAST if end else n_tile))
        places = tuple(self._shared(array) for array in operands)
        return Tile(thresholds, places, self._store(number, n_tile, last=last))

    def _store(self, number: int, n_tile: int, *, last: bool) -> int | None:
        """Return the store after the loads of a tile: that of the tile result_tiles - 1 before, if there is one."""
        kind = self._kind
        back = n_tile - (kind.result_tiles - 1)
        if back >= 0:
            return self._store_of(back, last=last)
        if not last or kind.single_row:
            return self._store_of(back % kind.n_tiles, last=False) if number * kind.n_tiles + back >= 0 else None
        full = self._store_of(back % kind.n_tiles, last=False)
        if kind.n_tiles + back >= 0:
            return full
        # Whether there is such a tile depends on the point's rows.
        return self._own(np.where(self._full_rows * kind.n_tiles >= -back, self._coefficients[full], 0))

    def _store_of(self, n_tile: int, *, last: bool) -> int:
        return self._shared(self._sheet.store(LAST if n_tile == self._kind.n_tiles - 1 else n_tile, last_row=last))

    def _shared(self, array: Integers) -> int:
        """Return the place of a part of one of the sheet's arrays, which live as long as the sheet."""
        if id(array) not in self._places:
            self._places[id(array)] = self._own(array[self._part])
        return self._places[id(array)]

    def _own(self, array: Integers) -> int:
        self._coefficients.append(array.astype(self._dtype, copy=False))
        return len(self._coefficients) - 1
