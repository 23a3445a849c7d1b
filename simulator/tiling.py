"""The tile sequence of the engine: which slots a job runs through, and what each moves through the port."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from simulator.accelerator import Accelerator, Array
from simulator.job import Job
from simulator.layout import (
    ceil_div,
    k_words,
    result_position,
    result_row_words,
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
    """One chunk of k words of a tile, and the port words that its operands cost (0 where they are kept)."""

    k_words: Span
    issue_cycles: int
    a_words: int
    b_words: int


@dataclass(frozen=True)
class Moves:
    """What a tile moves through the port, and how long it issues."""

    slots: tuple[Slot, ...]
    threshold_words: int
    store_words: int
    issue_cycles: int

    @property
    def load_words(self) -> int:
        """Return the port words that the tile loads."""
        return self.threshold_words + sum(slot.a_words + slot.b_words for slot in self.slots)


@dataclass(frozen=True)
class Tile:
    """One tile: its rows of A, its columns, and what it moves."""

    rows: Span
    cols: Span
    moves: Moves


@dataclass(frozen=True)
class Tiling:
    """A job cut for an array: m tiles outer, n tiles inner, k chunks innermost."""

    job: Job
    array: Array
    port_bits: int
    chunk_words: int

    @classmethod
    def of(cls, job: Job, accelerator: Accelerator) -> Self:
        """Cut a job for the array that it is placed on."""
        array = accelerator.arrays[job.array]
        halves = zip(accelerator.words_per_half(array), job.planes, strict=True)
        return cls(job, array, accelerator.port.width_bits, min(words // planes for words, planes in halves))

    @cached_property
    def chunks(self) -> tuple[Span, ...]:
        """Return the k words of each chunk."""
        return _spans(k_words(self.job.k, self.array.lanes), self.chunk_words)

    @cached_property
    def row_spans(self) -> tuple[Span, ...]:
        """Return the rows of each m tile."""
        return _spans(self.job.m, self.array.rows)

    @cached_property
    def col_spans(self) -> tuple[Span, ...]:
        """Return the columns of each n tile."""
        return _spans(self.job.n, self.array.cols)

    @property
    def slot_count(self) -> int:
        """Return how many slots all tiles have."""
        array, words = self.array, k_words(self.job.k, self.array.lanes)
        m_tiles, n_tiles = ceil_div(self.job.m, array.rows), ceil_div(self.job.n, array.cols)
        return m_tiles * n_tiles * ceil_div(words, self.chunk_words)

    def tiles(self) -> Iterator[Tile]:
        """Yield the tiles in the order in which they run."""
        # Tiles of one column differ only at the first and the last m tile: their moves are computed once.
        known: dict[tuple[bool, int, int], Moves] = {}
        for i, rows in enumerate(self.row_spans):
            for j, cols in enumerate(self.col_spans):
                key = (i == 0, rows.size, j)
                if key not in known:
                    known[key] = self._moves(rows, cols, first_row=i == 0, first_col=j == 0)
                yield Tile(rows, cols, known[key])

    def _moves(self, rows: Span, cols: Span, *, first_row: bool, first_col: bool) -> Moves:
        single_chunk, single_col = len(self.chunks) == 1, len(self.col_spans) == 1
        # With one chunk a half keeps its content as long as the tile of its side stays the same.
        a_rows = 0 if single_chunk and not first_col else rows.size
        b_rows = 0 if single_chunk and single_col and not first_row else cols.size
        words = [self._operand_words(chunk) for chunk in self.chunks]
        planes_a, planes_b = self.job.planes
        slots = tuple(
            Slot(chunk, chunk.size * self.job.passes, a_rows * planes_a * w, b_rows * planes_b * w)
            for chunk, w in zip(self.chunks, words, strict=True)
        )
        new_thresholds = self.job.thresholds and (first_row or not single_col)
        return Moves(
            slots=slots,
            threshold_words=self._threshold_words(cols) if new_thresholds else 0,
            store_words=rows.size * self._store_words(cols),
            issue_cycles=sum(slot.issue_cycles for slot in slots),
        )

    def _operand_words(self, chunk: Span) -> int:
        slot = slot_bits(self.array)
        return touched_words(chunk.start * slot, chunk.stop * slot, self.port_bits)

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
