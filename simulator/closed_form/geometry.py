"""Sizes of every design point: tiles, chunks, port words (docs/microarchitecture.md, sections 1 to 4)."""

from dataclasses import dataclass, fields
from functools import cached_property
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from simulator.closed_form.points import Integers, Points
from workloads.errors import InputError, problem

LAST = -1
"""The last tile or chunk of each point, whatever its number."""
SHORT = float(1 << 28)
"""Cycles, and bits of a row, up to which 32 bits hold every sum, with room for an edge before every other."""


@dataclass(frozen=True)
class Geometry:
    """How points of one dataflow are cut, and what their parts cost.

    Shapes: [points] each.
    Units: ``chunk`` are the k words of every chunk but the last, ``tile_rows`` the rows of every m tile but the last.
    ``answer`` is what an operand needs from its acceptance to the edge before its issue, ``drain`` what a result needs
    from its tile's last issue to the edge before its store. ``result_lanes`` results share a slot of ``result_slot``
    bits; ``threshold_bits`` is 0 where there are no thresholds.
    """

    FIELDS: ClassVar[int] = 23
    """The columns of a table of sizes."""

    weight_stationary: bool
    behind: Integers
    rows: Integers
    cols: Integers
    m: Integers
    n: Integers
    planes_a: Integers
    planes_b: Integers
    taps: Integers
    tap_words: Integers
    k_words: Integers
    chunk: Integers
    chunks: Integers
    tile_rows: Integers
    m_tiles: Integers
    n_tiles: Integers
    answer: Integers
    drain: Integers
    slot: Integers
    port_shift: Integers
    threshold_bits: Integers
    result_lanes: Integers
    result_slot: Integers
    result_end: Integers

    @classmethod
    def of(cls, points: Points, *, weight_stationary: bool) -> Self:
        """Derive the sizes of points.

        Errors: InputError if a scratchpad is too small.
        """
        tap_words = -(-points.elements // points.lanes)
        k_words = points.taps * tap_words
        chunk, tile_rows = _fitting(points, weight_stationary=weight_stationary)
        chunk = np.minimum(chunk, k_words)
        slot, shift = power_of_two(points.word_bits), power_of_two_log(points.port_bits)
        threshold_bits, lanes, result_slot = _result_layout(points, slot)
        # A row of bits ends with a whole slot, any row with a port word.
        result_bits = np.where(threshold_bits > 0, -(-points.n // points.lanes) * slot, points.n * result_slot)
        # Sums leave the bottom row of the array; or, in output stationary, shift down from the top one.
        way = points.rows + points.cols + points.pipeline_cycles
        return cls(
            weight_stationary=weight_stationary,
            behind=points.result_tiles - 1,
            rows=points.rows,
            cols=np.minimum(points.cols, points.n),
            m=points.m,
            n=points.n,
            planes_a=points.planes_a,
            planes_b=points.planes_b,
            taps=points.taps,
            tap_words=tap_words,
            k_words=k_words,
            chunk=chunk,
            chunks=-(-k_words // chunk),
            tile_rows=np.minimum(tile_rows, points.m),
            m_tiles=-(-points.m // tile_rows),
            n_tiles=-(-points.n // points.cols),
            answer=points.latency_cycles + 1,
            drain=way if weight_stationary else way + points.rows - 1,
            slot=slot,
            port_shift=shift,
            threshold_bits=threshold_bits,
            result_lanes=lanes,
            result_slot=result_slot,
            result_end=-(-result_bits >> shift) << shift,
        )

    def __len__(self) -> int:
        return len(self.m)

    def into(self, table: Integers) -> None:
        """Write the sizes into a table with a row for each point."""
        for column, field in enumerate(fields(self)[1:]):
            table[:, column] = getattr(self, field.name)

    @classmethod
    def of_table(cls, table: Integers, *, weight_stationary: bool) -> Self:
        """Return the sizes that a table holds."""
        return cls(weight_stationary, *np.ascontiguousarray(table.T))

    def part(self, index: slice | npt.NDArray[np.intp]) -> Self:
        """Return the sizes of some points."""
        return type(self)(self.weight_stationary, *(getattr(self, field.name)[index] for field in fields(self)[1:]))

    @property
    def outer_tiles(self) -> Integers:
        """Return the tiles of the outer loop, each of which is a row of tiles."""
        return self.n_tiles if self.weight_stationary else self.m_tiles

    @property
    def inner_tiles(self) -> Integers:
        """Return the tiles of a row."""
        return self.m_tiles if self.weight_stationary else self.n_tiles

    def tile_m(self, *, last: bool) -> Integers:
        """Return the valid rows of an m tile."""
        return self.m - (self.m_tiles - 1) * self.tile_rows if last else self.tile_rows

    def tile_n(self, *, last: bool) -> Integers:
        """Return the valid columns of an n tile."""
        return self.n - (self.n_tiles - 1) * self.cols if last else self.cols

    def lines_a(self, *, last: bool) -> Integers:
        """Return the rows of A that an m tile loads, those of all planes."""
        return self.tile_m(last=last) * self.planes_a

    def lines_b(self, *, last: bool) -> Integers:
        """Return the rows of B that an n tile loads, those of all planes."""
        return self.tile_n(last=last) * self.planes_b

    @cached_property
    def gap(self) -> Integers:
        """Return the gap before each tile but the first of output stationary."""
        return np.maximum(0, self.rows - self.k_words * self._passes)

    def chunk_issue(self, chunk: int) -> Integers:
        """Return the issue cycles of a chunk in output stationary."""
        first, end = self._span(chunk)
        return (end - first) * self._passes

    @cached_property
    def _passes(self) -> Integers:
        """Return the pairs of planes."""
        return self.planes_a * self.planes_b

    @cached_property
    def _whole(self) -> bool:
        """Tell whether every tile is of one chunk."""
        return bool(self.chunks.max(initial=1) == 1)

    def words_b(self, chunk: int) -> Integers:
        """Return the port words that a row of B touches in a chunk."""
        first, end = self._span(chunk)
        return self._touched(first, end)

    def words_a(self, chunk: int) -> Integers:
        """Return the port words that a row of A touches in a chunk: those of each tap."""
        if self._whole:
            return self.taps * self._touched(0, self.tap_words)
        first, end = self._span(chunk)
        if self.taps.max(initial=1) == 1:
            return self._touched(first, end)
        each, nothing = self.tap_words, np.zeros_like(first)
        first_tap, last_tap = first // each, (end - 1) // each
        head = self._touched(first - first_tap * each, np.minimum(end - first_tap * each, each))
        tail = self._touched(nothing, end - last_tap * each)
        whole = self._touched(nothing, each)
        words: Integers = head + np.where(last_tap > first_tap, tail + (last_tap - first_tap - 1) * whole, 0)
        return words

    def threshold_words(self, tile: int) -> Integers:
        """Return the port words of an n tile's thresholds; 0 where there are none."""
        first, end = self._channels(tile)
        bits = self.threshold_bits
        return (bits > 0) * touched(first * bits, end * bits, self.port_shift)

    def store_words(self, tile: int | Integers) -> Integers:
        """Return the port words that an n tile's results touch in each of their rows."""
        if isinstance(tile, int) and 0 <= tile < self._full_tiles:
            return touched(self._position(tile * self.cols), self._position((tile + 1) * self.cols), self.port_shift)
        first, end = self._channels(tile)
        end = np.where(end == self.n, self.result_end, self._position(end))
        return touched(self._position(first), end, self.port_shift)

    @cached_property
    def _full_tiles(self) -> int:
        """Return how many n tiles every point has before its last one."""
        return int(self.n_tiles.min(initial=1)) - 1

    def _span(self, chunk: int) -> tuple[Integers, Integers]:
        """Return the k words of a chunk; one that a point does not have is like its last."""
        if self._whole:
            return np.zeros_like(self.chunk), self.chunk
        first = (self.chunks - 1 if chunk == LAST else np.minimum(chunk, self.chunks - 1)) * self.chunk
        return first, np.minimum(first + self.chunk, self.k_words)

    def _channels(self, tile: int | Integers) -> tuple[Integers, Integers]:
        """Return the channels of an n tile; one that a point does not have is like its last."""
        number = self.n_tiles - 1 if isinstance(tile, int) and tile == LAST else np.minimum(tile, self.n_tiles - 1)
        first = number * self.cols
        return first, np.minimum(first + self.cols, self.n)

    @cached_property
    def _even(self) -> bool:
        """Tell whether results lie one behind the other."""
        return bool(self.result_lanes.max(initial=1) == 1)

    def _touched(self, first: Integers | int, end: Integers) -> Integers:
        return touched(first * self.slot, end * self.slot, self.port_shift)

    def _position(self, channel: Integers) -> Integers:
        if self._even:
            return channel * self.result_slot
        return channel // self.result_lanes * self.result_slot + channel % self.result_lanes


def _fitting(points: Points, *, weight_stationary: bool) -> tuple[Integers, Integers]:
    """Return the k words of a chunk and the rows of an m tile.

    Errors: InputError if not even one fits.
    """
    words_a = (points.scratchpad_a_bits >> 1) // (points.rows * points.word_bits * points.planes_a)
    words_b = (points.scratchpad_b_bits >> 1) // (points.cols * points.word_bits * points.planes_b)
    if weight_stationary:
        chunk, rows = points.rows, np.minimum(words_a, points.accumulator_rows)
        fits, rule = (words_b >= chunk) & (rows > 0), "must hold a k word of A and a fold of B in each half"
    else:
        chunk, rows = np.minimum(words_a, words_b), points.rows
        fits, rule = chunk > 0, "must hold a k word of every row in each half"
    if not fits.all():
        raise InputError(problem("scratchpads", f"{rule}, for every design point"))
    return chunk, rows


def _result_layout(points: Points, word_slot: Integers) -> tuple[Integers, Integers, Integers]:
    """Return the bits of a threshold (0 if there is none), and how many results share a slot of how many bits."""
    bits = points.thresholds == 1
    # Where the results of a k word fill its slot, or are alone in it, their positions rise evenly.
    filled = bits & (word_slot == points.lanes)
    lanes = np.where(bits & ~filled, points.lanes, 1)
    slot = np.where(bits, np.where(filled, 1, word_slot), power_of_two(points.accumulator_bits))
    return np.where(bits, power_of_two(points.accumulator_bits + 1), 0), lanes, slot


def touched(first: Integers | int, end: Integers, port_shift: Integers) -> Integers:
    """Count the port words that hold a bit of [first, end)."""
    return ((end - 1) >> port_shift) - (first >> port_shift) + 1


def power_of_two_log(values: Integers) -> Integers:
    """Return the logarithm of the next power of two, of values below 2^53."""
    # The exponent of a double; that of 0.0 is below all others.
    exponents: Integers = (values - 1).astype(np.float64).view(np.int64) >> 52
    logarithms: Integers = np.maximum(exponents - 1022, 0)
    return logarithms


def power_of_two(values: Integers) -> Integers:
    """Return the next power of two."""
    return np.int64(1) << power_of_two_log(values)
