"""The steps of a job as max-plus maps, tile by tile, for many points at once (docs/microarchitecture.md, 3, 4).

A state has the port's last edge, and of the tiles before, the newest first, last issue + drain; then by kind, in
output stationary with several chunks, the last issue but one; in weight stationary, where B is loaded for every tile,
the last issue but one and the edges before the last two halves of B are free. Behind these edges come the port words
of the results of the tiles before; in weight stationary the cycles so far of the class schedule, of first weight sets
that wait for B.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from simulator.closed_form.kinds import VARIOUS, Kind
from simulator.closed_form.points import Integers
from simulator.closed_form.repeat import Map, State, each, early, repeat


class Tile(NamedTuple):
    """The coefficients of a tile.

    ``store`` are the port words of its own results. ``b`` and ``a`` are those of each chunk, where B and A are told
    apart.
    """

    thresholds: Integers | None
    waits: tuple[Integers | None, ...]
    operands: tuple[Integers, ...]
    store: Integers
    b: tuple[Integers, ...] = ()
    a: tuple[Integers, ...] = ()


class Row(NamedTuple):
    """The tiles of a row: between head and tail those of ``loop``.

    They are taken ``loops`` times; or, where each tile is taken for itself, as many of them as ``loops`` says.
    """

    head: tuple[Tile, ...]
    loops: Integers | None = None
    loop: tuple[Tile, ...] = ()
    tail: tuple[Tile, ...] = ()


def start(kind: Kind, depth: int, like: Integers) -> State:
    """Return the state before a job, which remembers ``depth`` tiles."""
    never, nothing = np.full_like(like, early(like)), np.zeros_like(like)
    edges = [np.ones_like(like), *[never] * (kind.edges + depth)]
    return [*edges, *[nothing] * (depth + kind.tallies)]


def rows_map(kind: Kind, rows: Sequence[Row], depth: int, behind: Integers) -> Map:
    """Return the map from the state before some rows to the state after them; ``behind`` are in rising order."""
    return _map(kind, depth, _rows, (behind, *rows))


def _map(kind: Kind, depth: int, step: Callable[[Kind, int, Any, State], State], values: tuple[Any, ...]) -> Map:
    return Map(lambda those, state: step(kind, depth, those, state), values, 1 + depth + kind.edges, kind.tallies)


def _rows(kind: Kind, depth: int, values: tuple[Integers, *tuple[Row, ...]], state: State) -> State:
    """Return the state after some rows."""
    behind, *rows = values
    for head, loops, loop, tail in rows:
        state = _tiles(kind, depth, (behind, *head), state)
        if loops is None:
            continue
        if kind.row_period:
            # The schedule's own loops take one tile, two or as many as there are places for results.
            state = repeat(_map(kind, depth, _tiles, (behind, *loop)), state, loops, np.lcm(behind + 1, 2))
        else:
            state = each([_map(kind, depth, _tiles, (behind, tile)) for tile in loop], state, loops)
        state = _tiles(kind, depth, (behind, *tail), state)
    return state


def _tiles(kind: Kind, depth: int, values: tuple[Integers, *tuple[Tile, ...]], state: State) -> State:
    """Return the state after some tiles."""
    behind, *tiles = values
    parts, edges = _parts(behind), 1 + depth + kind.edges
    x, ends, others, stores = state[0], state[1 : 1 + depth], state[1 + depth : edges], state[edges : edges + depth]
    others += state[edges + depth :]
    take = _weights if kind.weights else _plain if kind.weight_stationary else _several if kind.many else _one
    for tile in tiles:
        for end, wait in zip(ends, tile.waits, strict=False):
            if wait is not None:
                x = np.maximum(x, end + wait)
        if tile.thresholds is not None:
            x = x + tile.thresholds
        x, end, others = take(kind, tile, x, ends, others)
        ends, stores = [end, *ends], [tile.store, *stores]
        for number, part in parts:
            view = x[part]
            np.maximum(view, ends[number][part], out=view)
            view += stores[number][part]
        ends.pop()
        stores.pop()
    return [x, *ends, *others[: kind.edges], *stores, *others[kind.edges :]]


def _parts(behind: Integers) -> list[tuple[int, slice]]:
    """Return the runs of points whose stores are as many tiles behind the loads."""
    if behind[0] == behind[-1]:
        return [(int(behind[0]), slice(None))]
    numbers = range(int(behind[0]), int(behind[-1]) + 1)
    bounds = [0, *np.searchsorted(behind, numbers, side="right").tolist()]
    return [(number, slice(*part)) for number, part in zip(numbers, pairwise(bounds), strict=True) if part[0] < part[1]]


def stored(state: State, edges: int, behind: Integers) -> Integers:
    """Return the edge of the last store, after the stores that no load follows."""
    x = state[0].copy()
    for back in range(int(behind[-1]), 0, -1):
        part = slice(int(np.searchsorted(behind, back)), None)
        np.maximum(x[part], state[back][part], out=x[part])
        x[part] += state[edges + back - 1][part]
    return x


Taken = tuple[Integers, Integers, State]
"""The port's last edge, last issue + drain, and the other variables after a tile."""


def _one(_: Kind, tile: Tile, x: Integers, ends: State, others: State) -> Taken:
    """Take a tile of one chunk, whose A and B are both there for its first issue."""
    loads, to_end, between, drain = tile.operands
    x = np.maximum(x, ends[1] - drain)
    end = x + to_end
    np.maximum(end, ends[0] + between, out=end)
    x += loads
    return x, end, others


def _several(_: Kind, tile: Tile, x: Integers, ends: State, others: State) -> Taken:
    """Take a tile of several chunks."""
    x_x, last_x, x_last, last_last, x_before, last_before = tile.operands
    x = np.maximum(x, others[0])
    loaded = x + x_x
    np.maximum(loaded, ends[0] + last_x, out=loaded)
    end = x + x_last
    np.maximum(end, ends[0] + last_last, out=end)
    before = x + x_before
    np.maximum(before, ends[0] + last_before, out=before)
    return loaded, end, [before]


def _plain(kind: Kind, tile: Tile, x: Integers, ends: State, others: State) -> Taken:
    """Take a tile of one fold in weight stationary, which loads its A, and B too if it is the first of its row."""
    if not tile.b:
        return _one(kind, tile, x, ends, others)
    loads, to_end, between, drain, preload, rows, issue = tile.operands
    x = x + tile.b[0]
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


def _weights(kind: Kind, tile: Tile, x: Integers, ends: State, others: State) -> Taken:
    """Take a tile that loads B for each of its folds."""
    drain, between, slack, loops, *same = tile.operands
    first, *chunks = zip(tile.b, tile.a, strict=True)
    now = _fold(kind, (*first, between, slack, *same[2:]), [x, ends[0] - drain, *others])
    if kind.folds == VARIOUS:
        *middle, last_one = chunks
        maps = [Map(lambda values, state: _fold(kind, values, state), (*chunk, *same), 5, 1) for chunk in middle]
        now, chunks = repeat(maps[0], now, loops, 2) if kind.alike else each(maps, now, loops), [last_one]
    for chunk in chunks:
        now = _fold(kind, (*chunk, *same), now)
    x, last, *others = now
    return x, last + drain, others


def _fold(kind: Kind, values: tuple[Integers, ...], state: State) -> State:
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
