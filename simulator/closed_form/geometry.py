"""Sizes of every design point: tiles, chunks, port words (docs/microarchitecture.md, sections 1 to 4)."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import numpy.typing as npt

from simulator.closed_form.points import Integers, Points
from workloads.errors import InputError, problem


@dataclass(frozen=True)
class Geometry:
    """What the schedule needs of each point.

    Shapes: [points] each.
    Units: ``chunk_*`` are those of every chunk but the last, ``last_*`` those of the last; words are the port words
    that one operand row touches, the first chunk's if they differ; issue is in cycles. ``answer`` is what an operand
    needs from its acceptance to the edge before its issue, ``drain`` what a result needs from its tile's last issue
    to the edge before its store.
    """

    rows: Integers
    cols: Integers
    last_rows: Integers
    last_cols: Integers
    m_tiles: Integers
    n_tiles: Integers
    planes_a: Integers
    planes_b: Integers
    chunks: Integers
    chunk_bits: Integers
    chunk_words: Integers
    chunk_issue: Integers
    last_words: Integers
    last_issue: Integers
    gap: Integers
    answer: Integers
    drain: Integers
    port_shift: Integers
    threshold_bits: Integers
    result_lanes: Integers
    result_slot: Integers
    result_end: Integers

    @classmethod
    def of(cls, points: Points, fitting: Integers | None = None) -> Self:
        """Derive the sizes; ``fitting`` are the k words of a chunk, where they are not those of ``chunk_words``."""
        words = k_words(points)
        chunk = np.minimum(chunk_words(points) if fitting is None else fitting, words)
        slot, shift = power_of_two(points.word_bits), power_of_two_log(points.port_bits)
        passes = points.planes_a * points.planes_b
        chunks = -(-words // chunk)
        start = (chunks - 1) * chunk
        m_tiles, n_tiles = tiles(points)
        threshold_bits, lanes, result_slot = result_layout(points)
        # A row of bits ends with a whole slot.
        result_bits = np.where(threshold_bits > 0, -(-points.n // points.lanes) * slot, points.n * result_slot)
        return cls(
            rows=points.rows,
            cols=points.cols,
            last_rows=points.m - (m_tiles - 1) * points.rows,
            last_cols=points.n - (n_tiles - 1) * points.cols,
            m_tiles=m_tiles,
            n_tiles=n_tiles,
            planes_a=points.planes_a,
            planes_b=points.planes_b,
            chunks=chunks,
            chunk_bits=chunk * slot,
            chunk_words=touched(np.int64(0), chunk * slot, shift),
            chunk_issue=chunk * passes,
            last_words=touched(start * slot, words * slot, shift),
            last_issue=(words - start) * passes,
            gap=np.maximum(0, points.rows - words * passes),
            answer=points.latency_cycles + 1,
            drain=2 * points.rows + points.cols + points.pipeline_cycles - 1,
            port_shift=shift,
            threshold_bits=threshold_bits,
            result_lanes=lanes,
            result_slot=result_slot,
            result_end=-(-result_bits >> shift) << shift,
        )

    def part(self, index: slice | npt.NDArray[np.intp]) -> Self:
        """Return the sizes of some points."""
        return type(self)(*(getattr(self, field.name)[index] for field in fields(self)))

    def issue(self) -> Integers:
        """Return the issue cycles of the job."""
        return self.m_tiles * self.n_tiles * ((self.chunks - 1) * self.chunk_issue + self.last_issue)

    def threshold_words(self, tile: Integers | np.int64) -> Integers:
        """Return the port words of an n tile's thresholds."""
        first = tile * self.cols
        end = first + np.where(self.n_tiles == tile + 1, self.last_cols, self.cols)
        return touched(first * self.threshold_bits, end * self.threshold_bits, self.port_shift)

    def store_words(self, tile: Integers | np.int64) -> Integers:
        """Return the port words that an n tile's results touch in each of their rows."""
        first = tile * self.cols
        end = np.where(self.n_tiles == tile + 1, self.result_end, self._position(first + self.cols))
        return touched(self._position(first), end, self.port_shift)

    def longest(self) -> npt.NDArray[np.float64]:
        """Return a bound of the job's cycles: everything in it one after the other."""
        lines = (self.rows * self.planes_a + self.cols * self.planes_b).astype(np.float64)
        chunk = lines * (np.maximum(self.chunk_words, self.last_words) + 1) + self.chunk_issue + self.answer
        row = (self.cols * self.result_slot + self.result_lanes >> self.port_shift) + 2
        tile = self.chunks * chunk + self.rows * row + self.cols * self.threshold_bits + self.gap + self.drain
        bound: npt.NDArray[np.float64] = tile * self.m_tiles * self.n_tiles
        return bound

    def _position(self, channel: Integers | np.int64) -> Integers:
        if self.result_lanes.max(initial=1) == 1:
            return channel * self.result_slot
        return channel // self.result_lanes * self.result_slot + channel % self.result_lanes


def tiles(points: Points) -> tuple[Integers, Integers]:
    """Return the m tiles and the n tiles."""
    return -(-points.m // points.rows), -(-points.n // points.cols)


def k_words(points: Points) -> Integers:
    """Return the k words of a row."""
    return -(-points.k // points.lanes)


def chunk_words(points: Points) -> Integers:
    """Return the k words of a row that a half of both scratchpads holds.

    Errors: InputError if it is none.
    """
    words_a = (points.scratchpad_a_bits >> 1) // (points.rows * points.word_bits * points.planes_a)
    words_b = (points.scratchpad_b_bits >> 1) // (points.cols * points.word_bits * points.planes_b)
    words = np.minimum(words_a, words_b)
    if words.min(initial=1) < 1:
        raise InputError(problem("scratchpads", "must hold a k word of every row in each half, for every design point"))
    return words


def result_layout(points: Points) -> tuple[Integers, Integers, Integers]:
    """Return the bits of a threshold (0 if there is none), and how many results share a slot of how many bits."""
    bits = points.thresholds == 1
    slot = power_of_two(points.word_bits)
    # Where the results of a k word fill its slot, or are alone in it, their positions rise evenly.
    filled = bits & (slot == points.lanes)
    lanes = np.where(bits & ~filled, points.lanes, 1)
    slot = np.where(bits, np.where(filled, 1, slot), power_of_two(points.accumulator_bits))
    return np.where(bits, power_of_two(points.accumulator_bits + 1), 0), lanes, slot


def tile_period(points: Points) -> Integers:
    """Return after how many n tiles the port words that their results and thresholds touch repeat."""
    threshold_bits, lanes, slot = result_layout(points)
    period = repetition(points.cols * slot, points.port_bits)
    packed = np.flatnonzero(lanes > 1)
    if len(packed):
        group = lanes[packed] // np.gcd(points.cols[packed], lanes[packed])
        bits = points.cols[packed] * group // lanes[packed] * slot[packed]
        period[packed] = group * repetition(bits, points.port_bits[packed])
        thresholds = repetition(points.cols[packed] * threshold_bits[packed], points.port_bits[packed])
        period[packed] = np.lcm(period[packed], thresholds)
    # The others are powers of two.
    return np.where(lanes > 1, period, np.maximum(period, repetition(points.cols * threshold_bits, points.port_bits)))


def repetition(bits: Integers, port_bits: Integers) -> Integers:
    """Return after how many runs of as many bits the port words that each of them touches repeat."""
    common = bits | port_bits
    common &= -common
    # A run that divides the port word touches one, wherever it lies.
    return np.where(common == bits, 1, port_bits // common)


def touched(first: Integers | np.int64, end: Integers, port_shift: Integers) -> Integers:
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
