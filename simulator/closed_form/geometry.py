"""Sizes of every design point: tiles, chunks, port words (docs/microarchitecture.md, sections 1 to 4)."""

from functools import cached_property

import numpy as np
import numpy.typing as npt

from simulator.closed_form.points import Integers, Points
from workloads.errors import InputError, problem

LAST = -1
"""The last tile or chunk of each point, whatever its number."""


class Geometry:
    """How each point is cut, and what its parts cost; all points of one dataflow.

    Tiles of the ``outer`` loop are rows of tiles. ``chunk`` are the k words of every chunk but the last, ``answer`` is
    what an operand needs from its acceptance to the edge before its issue, ``drain`` what a result needs from its
    tile's last issue to the edge before its store.
    Shapes: [points] each.
    """

    def __init__(self, points: Points, *, weight_stationary: bool) -> None:
        self.points = points
        self.weight_stationary = weight_stationary
        self.answer = points.latency_cycles + 1
        self.tap_words = -(-points.elements // points.lanes)
        self.k_words = points.taps * self.tap_words
        chunk, self.tile_rows = _fitting(points, weight_stationary=weight_stationary)
        self.chunk = np.minimum(chunk, self.k_words)
        self.chunks = -(-self.k_words // self.chunk)
        self.m_tiles, self.n_tiles = -(-points.m // self.tile_rows), -(-points.n // points.cols)
        if weight_stationary:
            self.outer_tiles, self.inner_tiles = self.n_tiles, self.m_tiles
            self.drain = points.rows + points.cols + points.pipeline_cycles
        else:
            self.outer_tiles, self.inner_tiles = self.m_tiles, self.n_tiles
            self.drain = 2 * points.rows + points.cols + points.pipeline_cycles - 1

    def __len__(self) -> int:
        return len(self.points)

    @cached_property
    def slot(self) -> Integers:
        """Return the bits that a k word takes behind the port."""
        return power_of_two(self.points.word_bits)

    @cached_property
    def _shift(self) -> Integers:
        return power_of_two_log(self.points.port_bits)

    def tile_m(self, *, last: bool) -> Integers:
        """Return the valid rows of an m tile."""
        return self.points.m - (self.m_tiles - 1) * self.tile_rows if last else self.tile_rows

    def tile_n(self, *, last: bool) -> Integers:
        """Return the valid columns of an n tile."""
        return self.points.n - (self.n_tiles - 1) * self.points.cols if last else self.points.cols

    def lines_a(self, *, last: bool) -> Integers:
        """Return the rows of A that an m tile loads, those of all planes."""
        return self.tile_m(last=last) * self.points.planes_a

    def lines_b(self, *, last: bool) -> Integers:
        """Return the rows of B that an n tile loads, those of all planes."""
        return self.tile_n(last=last) * self.points.planes_b

    def part(self, index: slice | npt.NDArray[np.intp]) -> "Geometry":
        """Return the sizes of some points."""
        return Geometry(self.points.take(index), weight_stationary=self.weight_stationary)

    @cached_property
    def gap(self) -> Integers:
        """Return the gap before each tile but the first of output stationary."""
        points = self.points
        return np.maximum(0, points.rows - self.k_words * points.planes_a * points.planes_b)

    def chunk_issue(self, chunk: int) -> Integers:
        """Return the issue cycles of a chunk in output stationary."""
        first, end = self._span(chunk)
        return (end - first) * self.points.planes_a * self.points.planes_b

    def issue(self) -> Integers:
        """Return the issue cycles of the job."""
        each = self.chunks * self.points.m if self.weight_stationary else self.m_tiles * self.k_words
        cycles: Integers = self.n_tiles * each * self.points.planes_a * self.points.planes_b
        return cycles

    def waits(self) -> Integers:
        """Return the cycles of the class schedule: the gaps, or preloads of weight sets that wait for no load of B."""
        if not self.weight_stationary:
            return (self.m_tiles * self.n_tiles - 1) * self.gap
        full, last = (np.maximum(0, self.points.rows - self.lines_a(last=last)) for last in (False, True))
        further = self.chunks * (self.points.planes_b - 1) * ((self.m_tiles - 1) * full + last)
        kept = np.where(self.chunks > 1, 0, self.m_tiles - 1) * full
        cycles: Integers = self.n_tiles * (further + kept)
        return cycles

    def words_b(self, chunk: int) -> Integers:
        """Return the port words that a row of B touches in a chunk."""
        first, end = self._span(chunk)
        return self._touched(first, end)

    def words_a(self, chunk: int) -> Integers:
        """Return the port words that a row of A touches in a chunk: those of each tap."""
        first, end = self._span(chunk)
        if self.points.taps.max(initial=1) == 1:
            return self._touched(first, end)
        each, nothing = self.tap_words, np.zeros_like(first)
        first_tap, last_tap = first // each, (end - 1) // each
        head = self._touched(first - first_tap * each, np.minimum(end - first_tap * each, each))
        tail = self._touched(nothing, end - last_tap * each)
        whole = self._touched(nothing, each)
        return head + (last_tap > first_tap) * (tail + (last_tap - first_tap - 1) * whole)

    def chunk_period(self) -> Integers:
        """Return after how many chunks the port words that a row touches in each of them repeat."""
        period = repetition(self.chunk * self.slot, self.points.port_bits)
        fed = np.flatnonzero((self.points.taps > 1) & (self.chunks > 1))
        if len(fed):
            each, chunk, aligned = self.tap_words[fed], self.chunk[fed], period[fed] == 1
            pixels = each // np.gcd(each, chunk)
            # Chunks of a part of a pixel touch alike where they are aligned.
            period[fed] = np.lcm(period[fed], np.where(aligned & (each == pixels * chunk), 1, pixels))
        return period

    def threshold_words(self, tile: int) -> Integers:
        """Return the port words of an n tile's thresholds; 0 where there are none."""
        first, end = self._channels(tile)
        bits, _, _ = self._result
        return (bits > 0) * touched(first * bits, end * bits, self._shift)

    def store_words(self, tile: int | Integers) -> Integers:
        """Return the port words that an n tile's results touch in each of their rows."""
        first, end = self._channels(tile)
        return touched(self._position(first), np.where(end == self.points.n, self._row_end, self._position(end)),
                       self._shift)  # fmt: skip

    def tile_period(self) -> Integers:
        """Return after how many n tiles the port words that their results and thresholds touch repeat."""
        cols, port = self.points.cols, self.points.port_bits
        threshold_bits, lanes, slot = self._result
        period = repetition(cols * slot, port)
        packed = np.flatnonzero(lanes > 1)
        if len(packed):
            group = lanes[packed] // np.gcd(cols[packed], lanes[packed])
            bits = cols[packed] * group // lanes[packed] * slot[packed]
            period[packed] = group * repetition(bits, port[packed])
        # The periods of those that are not packed are powers of two.
        thresholds = repetition(cols * threshold_bits, port)
        return np.lcm(period, thresholds) if len(packed) else np.maximum(period, thresholds)

    def longest(self) -> npt.NDArray[np.float64]:
        """Return a bound of the job's cycles: everything in it one after the other."""
        points = self.points
        threshold_bits, lanes, slot = self._result
        lines = (self.lines_a(last=False) + self.lines_b(last=False)).astype(np.float64)
        # Each tap may touch two port words more than its bits fill.
        words = 2 * points.taps + (self.k_words * self.slot >> self._shift) + 2 * self.chunks
        passes = (self.tile_rows * self.chunks if self.weight_stationary else self.k_words) * points.planes_a
        slots = self.chunks * (self.answer + (points.planes_b + 1) * points.rows)
        row = (points.cols * slot + lanes >> self._shift) + 2
        tile = lines * words + passes * points.planes_b + slots + self.tile_rows * row + points.cols * threshold_bits
        bound: npt.NDArray[np.float64] = (tile + self.drain) * self.m_tiles * self.n_tiles
        return bound

    def _span(self, chunk: int) -> tuple[Integers, Integers]:
        """Return the k words of a chunk; one that a point does not have is like its last."""
        first = (self.chunks - 1 if chunk == LAST else np.minimum(chunk, self.chunks - 1)) * self.chunk
        return first, np.minimum(first + self.chunk, self.k_words)

    def _channels(self, tile: int | Integers) -> tuple[Integers, Integers]:
        """Return the channels of an n tile; one that a point does not have is like its last."""
        number = self.n_tiles - 1 if isinstance(tile, int) and tile == LAST else np.minimum(tile, self.n_tiles - 1)
        first = number * self.points.cols
        return first, np.minimum(first + self.points.cols, self.points.n)

    def _touched(self, first: Integers, end: Integers) -> Integers:
        return touched(first * self.slot, end * self.slot, self._shift)

    @cached_property
    def _result(self) -> tuple[Integers, Integers, Integers]:
        """Return the bits of a threshold (0 if there is none), and how many results share a slot of how many bits."""
        points, bits = self.points, self.points.thresholds == 1
        # Where the results of a k word fill its slot, or are alone in it, their positions rise evenly.
        filled = bits & (self.slot == points.lanes)
        lanes = np.where(bits & ~filled, points.lanes, 1)
        slot = np.where(bits, np.where(filled, 1, self.slot), power_of_two(points.accumulator_bits))
        return np.where(bits, power_of_two(points.accumulator_bits + 1), 0), lanes, slot

    @cached_property
    def _row_end(self) -> Integers:
        """Return the bits of a row of results. A row of bits ends with a whole slot, any row with a port word."""
        points, (threshold_bits, _, slot) = self.points, self._result
        bits = np.where(threshold_bits > 0, -(-points.n // points.lanes) * self.slot, points.n * slot)
        return -(-bits >> self._shift) << self._shift

    def _position(self, channel: Integers) -> Integers:
        _, lanes, slot = self._result
        if lanes.max(initial=1) == 1:
            return channel * slot
        return channel // lanes * slot + channel % lanes


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


def repetition(bits: Integers, port_bits: Integers) -> Integers:
    """Return after how many runs of as many bits the port words that each of them touches repeat."""
    common = bits | port_bits
    common &= -common
    # A run that divides the port word touches one, wherever it lies.
    return np.where(common == bits, 1, port_bits // common)


def touched(first: Integers, end: Integers, port_shift: Integers) -> Integers:
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
