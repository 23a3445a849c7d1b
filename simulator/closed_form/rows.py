"""A row of tiles as a max-plus map, tile by tile, for many points at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator.closed_form.points import Integers
from simulator.closed_form.repeat import Map, State, repeat
from simulator.closed_form.tiles import NEVER


@dataclass(frozen=True)
class Kind:
    """What the points of a block have in common, so that they take the same steps.

    ``many`` chunks or one; whether ``thresholds`` are loaded for every tile; whether there is a ``single_row`` of
    tiles; whether the stores of a row are ``alike`` but for the last. A row has ``n_tiles``, and before tile
    ``loop_at`` the ``loop_tiles`` from there on as many more times as each point has loops (none if ``loop_tiles`` is
    0).
    """

    result_tiles: int
    many: bool
    thresholds: bool
    single_row: bool
    alike: bool
    n_tiles: int
    loop_tiles: int

    def shares(self, other: "Kind") -> bool:
        """Tell whether the points of both have the same kinds of coefficients."""
        here = self.many, self.thresholds, self.single_row, self.alike
        return here == (other.many, other.thresholds, other.single_row, other.alike)

    @property
    def depth(self) -> int:
        """Return the tiles that a state remembers: up to the next store's, and the one before the last."""
        return max(self.result_tiles - 1, 2)

    @property
    def loop_at(self) -> int:
        """Return the first tile, after the row's first, that is followed by a store of the same row."""
        return max(self.result_tiles - 1, 1)

    @property
    def early_rows(self) -> int:
        """Return the rows in which some tile comes before the first store."""
        return -(-(self.result_tiles - 1) // self.n_tiles)

    @property
    def lags(self) -> tuple[int, ...]:
        """Return after how many tiles or rows a state may repeat: the schedule's loops take 2 or result_tiles."""
        return tuple(sorted({1, 2, self.result_tiles}))


@dataclass(frozen=True)
class Tile:
    """The places of a tile's coefficients."""

    thresholds: int | None
    operands: tuple[int, ...]
    store: int | None


@dataclass(frozen=True)
class Row:
    """Tiles; ``loops`` is the place of the coefficient that counts the loops."""

    tiles: tuple[Tile, ...]
    loops: int | None = None


def start(kind: Kind, points: int, dtype: type[np.signedinteger[Any]]) -> State:
    """Return the state before a job.

    It holds the port's last edge; last issue + drain of the tiles before, the newest first; and with many chunks the
    last issue but one.
    """
    never = np.full(points, max(NEVER, np.iinfo(dtype).min // 4), dtype=dtype)
    return [np.ones_like(never), *[never] * (kind.depth + kind.many)]


def row_map(kind: Kind, row: Row, coefficients: Sequence[Integers]) -> Map:
    """Return the map from the state before a row to the state after it."""
    row, used = _numbered(row)

    def step(values: Sequence[Integers], state: State) -> State:
        if row.loops is None:
            return _advance(kind, row.tiles, values, state)
        state = _advance(kind, row.tiles[: kind.loop_at], values, state)
        tiles = row.tiles[kind.loop_at : kind.loop_at + kind.loop_tiles]
        body = Map(lambda inner, now: _advance(kind, tiles, inner, now), values)
        settle = kind.result_tiles // kind.loop_tiles + 1
        state = repeat(body, state, values[row.loops], settle=settle, lags=kind.lags)
        return _advance(kind, row.tiles[kind.loop_at :], values, state)

    return Map(step, [coefficients[place] for place in used])


def _numbered(row: Row) -> tuple[Row, list[int]]:
    """Return the row with its coefficients numbered from 0, and their places."""
    number: dict[int, int] = {}

    def renumbered(place: int | None) -> int | None:
        return None if place is None else number.setdefault(place, len(number))

    tiles = tuple(
        Tile(
            renumbered(tile.thresholds),
            tuple(number.setdefault(place, len(number)) for place in tile.operands),
            renumbered(tile.store),
        )
        for tile in row.tiles
    )
    return Row(tiles, renumbered(row.loops)), list(number)


def _advance(kind: Kind, tiles: Sequence[Tile], coefficients: Sequence[Integers], state: State) -> State:
    """Return the state after some tiles."""
    x, *ends = state
    before = ends.pop() if kind.many else x
    for tile in tiles:
        if tile.thresholds is not None:
            x = np.maximum(x, ends[1])
            x += coefficients[tile.thresholds]
        operands = [coefficients[place] for place in tile.operands]
        if kind.many:
            x, before, end = _several(operands, x, before, ends[0])
        else:
            x, end = _one(operands, x, ends)
        ends.insert(0, end)
        if tile.store is not None:
            x = np.maximum(x, ends[kind.result_tiles - 1])
            x += coefficients[tile.store]
        ends.pop()
    return [x, *ends, before] if kind.many else [x, *ends]


def _one(operands: Sequence[Integers], x: Integers, ends: Sequence[Integers]) -> tuple[Integers, Integers]:
    """Take a tile of one chunk: return the port's last edge, and the tile's end."""
    loads, to_end, between, drain = operands
    x = np.maximum(x, ends[1] - drain)
    end = x + to_end
    np.maximum(end, ends[0] + between, out=end)
    x += loads
    return x, end


def _several(
    operands: Sequence[Integers], x: Integers, before: Integers, last: Integers
) -> tuple[Integers, Integers, Integers]:
    """Take a tile of several chunks: return the port's last edge, the last issue but one, and the tile's end."""
    x_x, last_x, x_last, last_last, x_before, last_before = operands
    x = np.maximum(x, before)
    loaded = x + x_x
    np.maximum(loaded, last + last_x, out=loaded)
    end = x + x_last
    np.maximum(end, last + last_last, out=end)
    before = x + x_before
    np.maximum(before, last + last_before, out=before)
    return loaded, before, end
