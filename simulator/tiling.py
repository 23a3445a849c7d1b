"""The tile sequence of the engine: which slots a job runs through, and what each moves through the port."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from simulator.accelerator import Accelerator, Array, Dataflow
from simulator.columns import smaller
from simulator.job import Job
from simulator.layout import (
    ceil_div,
    k_words,
    result_position,
    result_row_words,
    row_k_words,
    slot_bits,
    threshold_bits,
    touched_words,
)


@dataclass(frozen=True)
class Span:
    """A run of rows, columns or k words: [start, stop)."""

    start: int
    stop: int

    @property
    def size(self) -> int:
        """Return how many there are."""
        return self.stop - self.start


@dataclass(frozen=True)
class Slot:
    """One chunk of k words of a tile, and the port words that its operands cost (0 where they are kept).

    It issues in ``sets`` of equal length: in output stationary there is one.
    """

    k_words: Span
    issue_cycles: int
    a_words: int
    b_words: int
    sets: int = 1


@dataclass(frozen=True)
class Moves:
    """What a tile moves through the port, and how long it issues."""

    slots: tuple[Slot, ...]
    threshold_words: int
    store_words: int
    issue_cycles: int


@dataclass(frozen=True)
class Tile:
    """One tile: its rows of A, its columns, and what it moves."""

    rows: Span
    cols: Span
    moves: Moves


@dataclass(frozen=True)
class Tiling:
    """A job cut for an array, k chunks innermost.

    Output stationary has m tiles outside and n tiles inside, weight stationary the other way round. On an
    input-stationary array ``job`` is the exchanged one. Of columns of accelerators only the numbers of tiles, chunks
    and slots can be asked for.
    """

    job: Job
    array: Array
    port_bits: int
    chunk_words: int
    tile_rows: int

    @classmethod
    def of(cls, job: Job, accelerator: Accelerator) -> Self:
        """Cut a job for the array that it is placed on."""
        array, width = accelerator.arrays[job.array], accelerator.port.width_bits
        if array.dataflow is Dataflow.INPUT_STATIONARY:
            job = job.exchanged
        words_a, words_b = accelerator.words_per_half(array, job.planes)
        if array.dataflow is Dataflow.OUTPUT_STATIONARY:
            return cls(job, array, width, smaller(words_a, words_b), array.rows)
        return cls(job, array, width, array.rows, smaller(array.accumulator_rows, words_a))

    @cached_property
    def chunks(self) -> tuple[Span, ...]:
        """Return the k words of each chunk."""
        return _spans(row_k_words(self.job, self.array), self.chunk_words)

    @cached_property
    def row_spans(self) -> tuple[Span, ...]:
        """Return the rows of each m tile."""
        return _spans(self.job.m, self.tile_rows)

    @cached_property
    def col_spans(self) -> tuple[Span, ...]:
        """Return the columns of each n tile."""
        return _spans(self.job.n, self.array.cols)

    @property
    def weight_stationary(self) -> bool:
        """Tell whether k words of B stay in the PEs, and not sums."""
        return self.array.dataflow is not Dataflow.OUTPUT_STATIONARY

    @property
    def exchanged(self) -> bool:
        """Tell whether A and B have changed places."""
        return self.array.dataflow is Dataflow.INPUT_STATIONARY

    @cached_property
    def m_tiles(self) -> int:
        """Return how many m tiles there are."""
        return ceil_div(self.job.m, self.tile_rows)

    @cached_property
    def n_tiles(self) -> int:
        """Return how many n tiles there are."""
        return ceil_div(self.job.n, self.array.cols)

    @cached_property
    def chunk_count(self) -> int:
        """Return how many chunks a row of k words is cut into."""
        return ceil_div(row_k_words(self.job, self.array), self.chunk_words)

    @property
    def slot_count(self) -> int:
        """Return how many slots all tiles have."""
        return self.m_tiles * self.n_tiles * self.chunk_count

    def tiles(self) -> Iterator[Tile]:
        """Yield the tiles in the order in which they run."""
        # Tiles of one column differ only at the first and the last m tile: their moves are computed once.
        known: dict[tuple[bool, int, int], Moves] = {}
        for i, j in self._order():
            rows, cols = self.row_spans[i], self.col_spans[j]
            key = (i == 0, rows.size, j)
            if key not in known:
                known[key] = self._moves(rows, cols, first_row=i == 0, first_col=j == 0)
            yield Tile(rows, cols, known[key])

    def _order(self) -> Iterator[tuple[int, int]]:
        m_tiles, n_tiles = range(len(self.row_spans)), range(len(self.col_spans))
        if self.weight_stationary:
            return ((i, j) for j in n_tiles for i in m_tiles)
        return ((i, j) for i in m_tiles for j in n_tiles)

    def _moves(self, rows: Span, cols: Span, *, first_row: bool, first_col: bool) -> Moves:
        # With one chunk a half keeps its content as long as the tile of its side stays the same.
        many_chunks, many_rows, many_cols = (len(spans) > 1 for spans in (self.chunks, self.row_spans, self.col_spans))
        if self.weight_stationary:
            load_a, load_b = many_chunks or many_rows or first_col, many_chunks or first_row
            new_thresholds = first_row
        else:
            load_a, load_b = many_chunks or first_col, many_chunks or many_cols or first_row
            new_thresholds = many_cols or first_row
        slots = tuple(
            self._slot(chunk, rows.size, rows.size if load_a else 0, cols.size if load_b else 0)
            for chunk in self.chunks
        )
        return Moves(
            slots=slots,
            threshold_words=self._threshold_words(cols) if self.job.thresholds and new_thresholds else 0,
            store_words=rows.size * self._store_words(cols),
            issue_cycles=sum(slot.issue_cycles for slot in slots),
        )

    def _slot(self, chunk: Span, rows: int, a_rows: int, b_rows: int) -> Slot:
        planes_a, planes_b = self.job.planes
        return Slot(
            chunk,
            issue_cycles=(rows if self.weight_stationary else chunk.size) * self.job.passes,
            a_words=a_rows * planes_a * sum(self.tap_words(chunk)),
            b_words=b_rows * planes_b * self._slot_words(chunk.start, chunk.stop),
            sets=planes_b if self.weight_stationary else 1,
        )

    def tap_words(self, chunk: Span) -> tuple[int, ...]:
        """Return the port words that a row of A costs in a chunk, tap by tap; 0 for a tap that is not in it."""
        taps, elements = self.job.taps
        each = k_words(elements, self.array.lanes)
        return tuple(
            self._slot_words(max(chunk.start - first, 0), min(chunk.stop - first, each))
            for first in range(0, taps * each, each)
        )

    def _slot_words(self, first: int, stop: int) -> int:
        """Return the port words that some k words of a row touch."""
        slot = slot_bits(self.array)
        return touched_words(first * slot, stop * slot, self.port_bits) if first < stop else 0

    def _threshold_words(self, cols: Span) -> int:
        size = threshold_bits(self.array)
        return touched_words(cols.start * size, cols.stop * size, self.port_bits)

    def _store_words(self, cols: Span) -> int:
        bits = self.job.thresholds
        first = result_position(cols.start, self.array, thresholds=bits)
        if cols.stop == self.job.n:
            end = result_row_words(self.job.n, self.array, self.port_bits, thresholds=bits) * self.port_bits
        else:
            end = result_position(cols.stop, self.array, thresholds=bits)
        return touched_words(first, end, self.port_bits)


def _spans(length: int, step: int) -> tuple[Span, ...]:
    return tuple(Span(start, min(start + step, length)) for start in range(0, length, step))
