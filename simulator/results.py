"""Result bits: a second pass over the engine's own tile sequence, with the PE's arithmetic.

Timing never touches operand values; this pass does, on request, fold by fold at the hardware's accumulator width.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.accelerator import Accelerator
from simulator.borders import pixels
from simulator.errors import SimulationError
from simulator.folds import Fold, Places, Rows
from simulator.job import Job
from simulator.tiling import Tile, Tiling
from workloads.encodings import Digit
from workloads.evaluation import Result, evaluate
from workloads.operations import Convolution, Pooling, Product, Window
from workloads.packing import Words, pack_bits, popcount
from workloads.trace import Thresholds, Trace

Sums = NDArray[np.int64]
_MAPS_AT_ONCE = 64
"""Maps whose tiles are computed together, so that memory stays small for any batch."""


def job_sums(job: Job, accelerator: Accelerator, a: Words, b: Words, window: Window | None = None) -> Sums:
    """Return the accumulators of a job, tile by tile and fold by fold; under a ``window`` those of equal jobs.

    Shapes: a [m, planes, words], or [maps x pixels, planes, words] under a window; b [n, planes, words] -> [m, n], or
    [maps x m, n].
    Errors: SimulationError if an accumulator overflows.
    """
    tiling = Tiling.of(job, accelerator)
    columns = Rows(b, job.encoding_b, tiling)
    operands: list[Rows | Places] = []
    if window is None:
        operands.append(Rows(a, job.encoding_a, tiling))
    else:
        step = window.pixels * (1 if tiling.exchanged else _MAPS_AT_ONCE)
        blocks = (a[first : first + step] for first in range(0, len(a), step))
        operands += [Places(block, job.encoding_a, window, tiling) for block in blocks]
    if tiling.exchanged:
        return np.concatenate([_sums(columns, rows, tiling).T for rows in operands])
    return np.concatenate([_sums(rows, columns, tiling) for rows in operands])


def _sums(rows: Rows | Places, columns: Rows | Places, tiling: Tiling) -> Sums:
    """Return the accumulators of a job, or of equal jobs that take the same tiles side by side.

    Shapes: [jobs x m, n].
    """
    job = tiling.job
    sums = np.empty((rows.jobs, job.m, job.n), dtype=np.int64)
    for tile in tiling.tiles():
        folds = list(zip(rows.of(tile.rows), columns.of(tile.cols), strict=True))
        found = _tile_sums(tiling, tile, folds)
        sums[:, tile.rows.start : tile.rows.stop, tile.cols.start : tile.cols.stop] = found.reshape(
            rows.jobs, tile.rows.size, tile.cols.size
        )
    return sums.reshape(-1, job.n)


def _tile_sums(tiling: Tiling, tile: Tile, folds: Sequence[tuple[Fold, Fold]]) -> Sums:
    accumulator = np.zeros(1, dtype=np.int64)
    for a, b in folds:
        for value in _passes(tiling.job, a, b):
            accumulator = accumulator + value
            _check_width(accumulator, tiling, tile)
    return accumulator


def _passes(job: Job, a: Fold, b: Fold) -> Iterator[Sums]:
    """Yield what the PEs add in each pass over a fold: of planes, or of whole elements."""
    if not job.bit_serial:
        yield a.integers @ b.integers.T
        return
    for i, plane_a in enumerate(job.encoding_a.planes):
        for j, plane_b in enumerate(job.encoding_b.planes):
            sums = _digit_sums(a.planes[:, i], b.planes[:, j], a.valid, plane_a.digit, plane_b.digit)
            yield plane_a.weight * plane_b.weight * sums


def _digit_sums(a: Words, b: Words, valid: Words, digit_a: Digit, digit_b: Digit) -> Sums:
    """Return a PE's values for one pair of planes; of a mixed pair the sum of the unipolar side is taken off."""
    if digit_a is digit_b is Digit.BIPOLAR:
        lanes = _count(valid)[:, None]
        return 2 * (lanes - _count((a[:, None] ^ b[None]) & valid[:, None])) - lanes
    both = _count(a[:, None] & b[None])
    if digit_a is digit_b:
        return both
    return 2 * both - (_count(b[None] & valid[:, None]) if digit_a is Digit.BIPOLAR else _count(a)[:, None])


def _count(words: Words) -> Sums:
    return np.asarray(popcount(words).sum(axis=-1, dtype=np.int64))


def _check_width(accumulator: Sums, tiling: Tiling, tile: Tile) -> None:
    limit = 1 << (tiling.array.accumulator_bits - 1)
    if accumulator.min() < -limit or accumulator.max() >= limit:
        raise SimulationError(f"layer {tiling.job.name}: an accumulator overflows in the tile at row {tile.rows.start}")


def job_bits(job: Job, accelerator: Accelerator, sums: Sums, thresholds: Thresholds) -> Words:
    """Return the threshold units' bits, packed as the next job's A.

    Shapes: sums [m, n] -> [m, words_of(n)].
    """
    bits = np.empty(sums.shape, dtype=np.bool_)
    for span in Tiling.of(job, accelerator).col_spans:
        cols = slice(span.start, span.stop)
        limit, at_most = thresholds.sums[cols], thresholds.at_most[cols]
        bits[:, cols] = np.where(at_most, sums[:, cols] <= limit, sums[:, cols] >= limit)
    return pack_bits(bits)


class _Hardware:
    """What the arrays make of operands, and what is pooled of bits."""

    def __init__(self, jobs: Mapping[str, Job], accelerator: Accelerator) -> None:
        self._jobs = jobs
        self._accelerator = accelerator

    def multiply(self, operation: Product, a: Words, b: Words, thresholds: Thresholds | None) -> Result:
        """Return the sums of a layer, or the bits behind its thresholds."""
        job = self._jobs[operation.name]
        window = operation.window if isinstance(operation, Convolution) else None
        sums = job_sums(job, self._accelerator, a, b, window)
        return sums if thresholds is None else job_bits(job, self._accelerator, sums, thresholds)

    def pool(self, operation: Pooling, bits: Words) -> Words:
        """Return the OR of the words under each place, those of void loads being zeros."""
        window, under = operation.window, pixels(operation.window)
        maps = bits.reshape(-1, window.pixels, bits.shape[1])
        loaded = np.where(under[..., None] >= 0, maps[:, under], np.uint64(0))
        return np.asarray(np.bitwise_or.reduce(loaded, axis=2), dtype=np.uint64).reshape(-1, bits.shape[1])


def trace_results(trace: Trace, jobs: Mapping[str, Job], accelerator: Accelerator) -> dict[str, Result]:
    """Return every result of a trace that carries its operands, by tensor name; ``jobs`` are by layer.

    Errors: InputError as evaluate's.
    """
    return evaluate(trace, _Hardware(jobs, accelerator))


def predicted_classes(trace: Trace, results: Mapping[str, Result]) -> NDArray[np.int64]:
    """Return the column of the largest sum of each row of the labelled tensor; the first one of equals."""
    if trace.labels is None:
        raise ValueError(f"{trace.name} has no labels")
    return np.asarray(np.argmax(results[trace.labels.tensor], axis=1), dtype=np.int64)
