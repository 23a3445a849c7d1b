"""The steps of a job as max-plus maps, tile by tile, for many points at once (docs/microarchitecture.md, 3, 4).

A state has the port's last edge; last issue + drain of the tiles before, the newest first; and by kind, in output
stationary with several chunks, the last issue but one; in weight stationary, where B is loaded for every tile, the
last issue but one and the edges before the last two halves of B are free; in weight stationary the cycles so far of
the class schedule, of first weight sets that wait for B.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from simulator.closed_form.kinds import Kind
from simulator.closed_form.points import Integers
from simulator.closed_form.repeat import Map, State, repeat

EARLY = -(1 << 29)
"""An edge before every other, in 32 bits."""


@dataclass(frozen=True)
class Tile:
    """The places of a tile's coefficients.

    ``b`` and ``a`` are the port words of each chunk, where those of B and A are told apart.
    """

    thresholds: int | None
    operands: tuple[int, ...]
    store: int | None
    b: tuple[int, ...] = ()
    a: tuple[int, ...] = ()

    def renumbered(self, number: dict[int, int]) -> "Tile":
        """Return the tile with its places numbered in the order in which they are first met."""

        def new(place: int) -> int:
            return number.setdefault(place, len(number))

        operands, b, a = (tuple(map(new, places)) for places in (self.operands, self.b, self.a))
        thresholds, store = (place if place is None else new(place) for place in (self.thresholds, self.store))
        return Tile(thresholds, operands, store, b, a)


@dataclass(frozen=True)
class Row:
    """Tiles; between head and tail a loop of some, as often as the coefficient in the place ``loops`` says."""

    head: tuple[Tile, ...]
    loop: tuple[Tile, ...] = ()
    tail: tuple[Tile, ...] = ()
    loops: int = 0

    def renumbered(self, number: dict[int, int]) -> "Row":
        """Return the row with its places numbered in the order in which they are first met."""
        head, loop, tail = (
            tuple(tile.renumbered(number) for tile in tiles) for tiles in (self.head, self.loop, self.tail)
        )
        return Row(head, loop, tail, number.setdefault(self.loops, len(number)))


def start(kind: Kind, depth: int, points: int, dtype: type[np.signedinteger[Any]]) -> State:
    """Return the state before a job; it remembers ``depth`` tiles."""
    never, nothing = np.full(points, EARLY, dtype=dtype), np.zeros(points, dtype=dtype)
    state = [np.ones_like(never), *[never] * depth]
    if kind.weights:
        return [*state, never, never, never, nothing]
    if kind.weight_stationary:
        return [*state, nothing]
    return [*state, never] if kind.many else state


def rows_map(kind: Kind, rows: Sequence[Row], coefficients: Sequence[Integers]) -> Map:
    """Return the map from the state before some rows to the state after them.

    The first two coefficients are those of every map: the tiles that stores are behind the loads, in rising order, and
    after how many applications a state may repeat.
    """
    number = {0: 0, 1: 1}
    rows = [row.renumbered(number) for row in rows]

    def step(values: Sequence[Integers], state: State) -> State:
        for row in rows:
            state = _advance(kind, row.head, values, state)
            if row.loop:
                state = repeat(_loop_map(kind, row.loop, values), state, values[row.loops], values[1])
                state = _advance(kind, row.tail, values, state)
        return state

    return Map(step, [coefficients[place] for place in number], kind.tallies)


def _loop_map(kind: Kind, tiles: tuple[Tile, ...], values: Sequence[Integers]) -> Map:
    number = {0: 0, 1: 1}
    tiles = tuple(tile.renumbered(number) for tile in tiles)
    return Map(lambda those, state: _advance(kind, tiles, those, state), [values[place] for place in number],
               kind.tallies)  # fmt: skip


def _advance(kind: Kind, tiles: Sequence[Tile], values: Sequence[Integers], state: State) -> State:
    """Return the state after some tiles."""
    if not tiles:
        return state
    first = len(state) - kind.others
    x, ends, others = state[0], state[1:first], state[first:]
    parts = store_parts(values[0])
    take = _weights if kind.weights else _plain if kind.weight_stationary else _several if kind.many else _one
    for tile in tiles:
        if tile.thresholds is not None:
            if kind.thresholds and kind.span < len(ends):
                x = np.maximum(x, ends[kind.span])
            x = x + values[tile.thresholds]
        x, end, others = take(kind, tile, values, x, ends, others)
        ends = [end, *ends]
        if tile.store is not None:
            for behind, part in parts:
                np.maximum(x[part], ends[behind][part], out=x[part])
            x += values[tile.store]
        ends.pop()
    return [x, *ends, *others]


def store_parts(behind: Integers) -> list[tuple[int, slice]]:
    """Return the runs of points whose stores are as many tiles behind the loads."""
    if behind[0] == behind[-1]:
        return [(int(behind[0]), slice(None))]
    numbers = range(int(behind[0]), int(behind[-1]) + 1)
    bounds = [0, *np.searchsorted(behind, numbers, side="right").tolist()]
    return [(number, slice(*part)) for number, part in zip(numbers, pairwise(bounds), strict=True) if part[0] < part[1]]


Taken = tuple[Integers, Integers, State]
"""The port's last edge, last issue + drain, and the other variables after a tile."""


def _one(kind: Kind, tile: Tile, values: Sequence[Integers], x: Integers, ends: State, others: State) -> Taken:
    """Take a tile of one chunk, whose A and B are both there for its first issue."""
    loads, to_end, between, drain = [values[place] for place in tile.operands]
    x = np.maximum(x, ends[1] - drain)
    end = x + to_end
    np.maximum(end, ends[0] + between, out=end)
    x += loads
    return x, end, others


def _several(kind: Kind, tile: Tile, values: Sequence[Integers], x: Integers, ends: State, others: State) -> Taken:
    """Take a tile of several chunks."""
    x_x, last_x, x_last, last_last, x_before, last_before = [values[place] for place in tile.operands]
    x = np.maximum(x, others[0])
    loaded = x + x_x
    np.maximum(loaded, ends[0] + last_x, out=loaded)
    end = x + x_last
    np.maximum(end, ends[0] + last_last, out=end)
    before = x + x_before
    np.maximum(before, ends[0] + last_before, out=before)
    return loaded, end, [before]


def _plain(kind: Kind, tile: Tile, values: Sequence[Integers], x: Integers, ends: State, others: State) -> Taken:
    """Take a tile of one fold in weight stationary, which loads its A, and B too if it is the first of its row."""
    if not tile.b:
        return _one(kind, tile, values, x, ends, others)
    loads, to_end, between, drain, preload, rows, issue = [values[place] for place in tile.operands]
    x = x + values[tile.b[0]]
    preloaded, last = x + preload, ends[0] - drain
    np.maximum(x, ends[1] - drain, out=x)
    ready = last + between
    np.maximum(ready, preloaded, out=ready)
    preloaded -= rows
    np.maximum(preloaded, last, out=preloaded)
    tally = others[0] + ready
    tally -= preloaded
    end = x + to_end
    np.maximum(end, ready + issue, out=end)
    x += loads
    return x, end, [tally]


def _weights(kind: Kind, tile: Tile, values: Sequence[Integers], x: Integers, ends: State, others: State) -> Taken:
    """Take a tile that loads B for each of its folds."""
    drain, between, slack, loops, *same = [values[place] for place in tile.operands]
    first, *chunks = [(values[b], values[a]) for b, a in zip(tile.b, tile.a, strict=True)]
    now = _fold(kind, [*first, between, slack, *same[2:]], [x, ends[0] - drain, *others])
    if not kind.folds:
        body = Map(lambda those, state: _fold(kind, those, state), [*chunks[0], *same], 1)
        now, chunks = repeat(body, now, loops, 2), chunks[1:]
    for chunk in chunks:
        now = _fold(kind, [*chunk, *same], now)
    x, last, *others = now
    return x, last + drain, others


def _fold(kind: Kind, values: Sequence[Integers], state: State) -> State:
    """Take one fold: its loads, the preload and issue of its first weight set, and all further sets."""
    b, a, between, slack, preload, answer, rows, issue, further = values
    x, last, before, b_free, b_before, tally = state
    x = np.maximum(x, b_before)
    x += b
    preloaded = x + preload
    if kind.many:
        np.maximum(x, before, out=x)
    x += a
    ready = last + between
    np.maximum(ready, preloaded, out=ready)
    free = last + slack
    np.maximum(free, preloaded, out=free)
    preloaded -= rows
    np.maximum(preloaded, last, out=preloaded)
    tally = tally + ready
    tally -= preloaded
    end = x + answer
    np.maximum(end, ready, out=end)
    end += issue
    if kind.sets:
        np.maximum(free, end + further, out=free)
    return [x, end, last, free, b_free, tally]
