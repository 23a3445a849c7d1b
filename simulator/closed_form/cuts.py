"""The tiles, chunks and port words of points that are taken step by step (docs/microarchitecture.md, sections 1, 2)."""

from functools import cached_property

import numpy as np
import numpy.typing as npt

from simulator.closed_form.geometry import Geometry, power_of_two, power_of_two_log, tile_period, touched
from simulator.closed_form.points import Integers, Points
from workloads.errors import InputError, problem

LONGEST_LAG = 16
"""Tiles after which port words repeat, up to which a repetition is looked for."""

Flags = npt.NDArray[np.bool_]


class Cuts:
    """How each point is cut; all of one dataflow.

    ``outer`` and ``inner`` count tiles of the outer and the inner loop. Shapes: [points] each.
    """

    def __init__(self, points: Points, *, weight_stationary: bool) -> None:
        self._points = points
        self.weight_stationary = weight_stationary
        self.rows, self.result_tiles = points.rows, points.result_tiles
        self.planes_a, self.planes_b = points.planes_a, points.planes_b
        self.answer = points.latency_cycles + 2
        self._tap_words = -(-points.elements // points.lanes)
        self.k_words = points.taps * self._tap_words
        self.chunk, self._tile_rows = sizes(points, weight_stationary=weight_stationary)
        if min(self.chunk.min(initial=1), self._tile_rows.min(initial=1)) < 1:
            rule = (
                "must hold a k word of every row in each half (a fold of B where weights stay), for every design point"
            )
            raise InputError(problem("scratchpads", rule))
        self.chunks = -(-self.k_words // self.chunk)
        self._m_tiles, self._n_tiles = -(-points.m // self._tile_rows), -(-points.n // points.cols)
        self._slot, self._shift = power_of_two(points.word_bits), power_of_two_log(points.port_bits)
        depth = points.pipeline_cycles - 1
        if weight_stationary:
            self.outer_tiles, self.inner_tiles = self._n_tiles, self._m_tiles
            self.drain = points.rows + points.cols + depth
            self.gap = np.zeros_like(points.rows)
        else:
            self.outer_tiles, self.inner_tiles = self._m_tiles, self._n_tiles
            self.drain = 2 * points.rows + points.cols - 1 + depth
            self.gap = np.maximum(0, points.rows - self.k_words * points.planes_a * points.planes_b)

    def __len__(self) -> int:
        return len(self._points)

    @cached_property
    def _geometry(self) -> Geometry:
        return Geometry.of(self._points, self.chunk)

    @cached_property
    def _n_lag(self) -> Integers:
        period = tile_period(self._points)
        return np.where(period <= LONGEST_LAG, period, 0)

    @property
    def inner_lags(self) -> Integers:
        """Return after how many tiles of a row the port words repeat."""
        return np.ones_like(self.rows) if self.weight_stationary else self._n_lag

    @property
    def outer_lags(self) -> Integers:
        """Return after how many rows of tiles the port words repeat."""
        return self._n_lag if self.weight_stationary else np.ones_like(self.rows)

    @property
    def inner_settle(self) -> Integers:
        """Return the tiles of a row before which stores are those of another row."""
        return self.result_tiles

    @property
    def outer_settle(self) -> Integers:
        """Return the rows before which there are no stores yet, or those of the first row."""
        return -(-(self.result_tiles - 1) // self.inner_tiles) + 1

    def tile_number(self, outer: Integers, inner: Integers) -> Integers:
        """Return the tiles before this one."""
        return outer * self.inner_tiles + inner

    def _n_tile(self, outer: Integers, inner: Integers) -> Integers:
        return outer if self.weight_stationary else inner

    def _m_tile(self, outer: Integers, inner: Integers) -> Integers:
        return inner if self.weight_stationary else outer

    def _valid_rows(self, m_tile: Integers) -> Integers:
        return np.minimum(self._tile_rows, self._points.m - m_tile * self._tile_rows)

    def tile_size(self, outer: Integers, inner: Integers) -> tuple[Integers, Integers]:
        """Return the valid rows and columns of a tile."""
        cols = np.minimum(self._points.cols, self._points.n - self._n_tile(outer, inner) * self._points.cols)
        return self._valid_rows(self._m_tile(outer, inner)), cols

    def loads_a(self, outer: Integers, inner: Integers) -> Flags:
        """Tell whether the slots of a tile load A: the slot before had another m tile or chunk."""
        if self.weight_stationary:
            return np.asarray((self.chunks > 1) | (self.inner_tiles > 1) | (outer == 0))
        return np.asarray((self.chunks > 1) | (inner == 0))

    def loads_b(self, outer: Integers, inner: Integers) -> Flags:
        """Tell whether the slots of a tile load B: the slot before had another n tile or chunk."""
        if self.weight_stationary:
            return np.asarray((self.chunks > 1) | (inner == 0))
        return np.asarray((self.chunks > 1) | (self.inner_tiles > 1) | (outer == 0))

    def loads_thresholds(self, outer: Integers, inner: Integers) -> Flags:
        """Tell whether a tile loads thresholds: the tile before had another n tile."""
        new = (inner == 0) if self.weight_stationary else (self.inner_tiles > 1) | (outer == 0)
        return np.asarray((self._points.thresholds == 1) & new)

    def threshold_words(self, outer: Integers, inner: Integers) -> Integers:
        """Return the port words of a tile's thresholds."""
        return self._geometry.threshold_words(self._n_tile(outer, inner))

    def store_words(self, number: Integers) -> Integers:
        """Return the port words of the results of the tile of a number."""
        outer, inner = np.divmod(number, self.inner_tiles)
        words: Integers = self._geometry.store_words(self._n_tile(outer, inner))
        return self._valid_rows(self._m_tile(outer, inner)) * words

    def words_b(self, chunk: int) -> Integers:
        """Return the port words of a column of B in a chunk, all planes."""
        first, end = self._span(chunk)
        return self.planes_b * self._touched(first, end)

    def words_a(self, chunk: int) -> Integers:
        """Return the port words of a row of A in a chunk, all planes: those of each tap."""
        first, end = self._span(chunk)
        each = self._tap_words
        first_tap, last_tap = first // each, (end - 1) // each
        head = self._touched(first - first_tap * each, np.minimum(end - first_tap * each, each))
        tail = self._touched(np.zeros_like(first), end - last_tap * each)
        whole = self._touched(np.zeros_like(first), each)
        words = head + np.where(last_tap > first_tap, tail + (last_tap - first_tap - 1) * whole, 0)
        return self.planes_a * words

    def issues(self, chunk: int) -> Integers:
        """Return the issue cycles of a slot in output stationary."""
        first, end = self._span(chunk)
        return (end - first) * self.planes_a * self.planes_b

    def all_issues(self) -> Integers:
        """Return the issue cycles of the job."""
        passes = self.planes_a * self.planes_b
        each = self.chunks * self._points.m if self.weight_stationary else self._m_tiles * self.k_words
        issues: Integers = self._n_tiles * each * passes
        return issues

    def _span(self, chunk: int) -> tuple[Integers, Integers]:
        """Return the k words of a chunk; one that a point does not have is like its last."""
        first = np.minimum(chunk, self.chunks - 1) * self.chunk
        return first, np.minimum(first + self.chunk, self.k_words)

    def _touched(self, first: Integers, end: Integers) -> Integers:
        return touched(first * self._slot, end * self._slot, self._shift)


def sizes(points: Points, *, weight_stationary: bool) -> tuple[Integers, Integers]:
    """Return the k words of a chunk and the rows of an m tile, 0 where not even one fits."""
    words_a = (points.scratchpad_a_bits >> 1) // (points.rows * points.word_bits * points.planes_a)
    words_b = (points.scratchpad_b_bits >> 1) // (points.cols * points.word_bits * points.planes_b)
    if not weight_stationary:
        return np.minimum(words_a, words_b), points.rows
    return np.where(words_b >= points.rows, points.rows, 0), np.minimum(words_a, points.accumulator_rows)
