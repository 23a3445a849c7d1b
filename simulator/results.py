"""Result bits: a second pass over the engine's own tile sequence, with the PE's arithmetic.

Timing never touches operand values; this pass does, on request, fold by fold at the hardware's accumulator width.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.accelerator import Accelerator
from simulator.errors import SimulationError
from simulator.job import Job, Product
from simulator.tiling import Span, Tile, Tiling
from workloads.packing import Words, pack_bits, popcount, unpack_bits
from workloads.trace import Thresholds, Trace

Sums = NDArray[np.int64]
Bits = NDArray[np.bool_]


def job_sums(job: Job, accelerator: Accelerator, a: Words, b: Words) -> Sums:
    """Return the accumulators of a job, tile by tile and fold by fold.

    Shapes: a [m, words], b [n, words] (one plane each) -> [m, n].
    Errors: SimulationError if an accumulator overflows.
    """
    tiling = Tiling.of(job, accelerator)
    chunks_a = _chunk_words(unpack_bits(a, job.k), tiling)
    chunks_b = _chunk_words(unpack_bits(b, job.k), tiling)
    sums = np.empty((job.m, job.n), dtype=np.int64)
    for tile in tiling.tiles():
        sums[tile.rows.start : tile.rows.stop, tile.cols.start : tile.cols.stop] = _tile_sums(
            tiling, tile, chunks_a, chunks_b
        )
    return sums


def _chunk_words(bits: Bits, tiling: Tiling) -> list[tuple[Words, int]]:
    """Pack each chunk's elements by themselves, with their number (the last chunk has a masked tail)."""
    lanes = tiling.array.lanes
    parts = [bits[:, chunk.start * lanes : chunk.stop * lanes] for chunk in tiling.chunks]
    return [(pack_bits(part), part.shape[1]) for part in parts]


def _tile_sums(
    tiling: Tiling, tile: Tile, chunks_a: Sequence[tuple[Words, int]], chunks_b: Sequence[tuple[Words, int]]
) -> Sums:
    accumulator = np.zeros((tile.rows.size, tile.cols.size), dtype=np.int64)
    for (words_a, valid), (words_b, _) in zip(chunks_a, chunks_b, strict=True):
        values = _values(tiling.job.product, _lines(words_a, tile.rows), _lines(words_b, tile.cols), valid)
        accumulator += values << tiling.job.shift
        _check_width(accumulator, tiling, tile)
    return accumulator


def _lines(words: Words, span: Span) -> Words:
    return words[span.start : span.stop]


def _values(product: Product, a: Words, b: Words, valid: int) -> Sums:
    if product is Product.AND:
        return _count(a[:, None] & b[None])
    return 2 * (valid - _count(a[:, None] ^ b[None])) - valid


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


def trace_results(trace: Trace, jobs: Sequence[Job], accelerator: Accelerator) -> dict[str, NDArray[np.int64] | Words]:
    """Return every result of a trace that carries its operands, by tensor name.

    Shapes: bits as [m, words_of(n)] words, accumulators as [m, n].
    """
    planes: dict[str, Words] = {t.name: t.packed[:, 0] for t in trace.tensors.values() if t.packed is not None}
    results: dict[str, NDArray[np.int64] | Words] = {}
    for operation, job in zip(trace.matrix_products, jobs, strict=True):
        sums = job_sums(job, accelerator, planes[operation.a], planes[operation.b])
        if operation.thresholds is None:
            results[operation.result] = sums
        else:
            bits = job_bits(job, accelerator, sums, trace.thresholds[operation.thresholds])
            results[operation.result] = planes[operation.result] = bits
    return results


def predicted_classes(trace: Trace, results: Mapping[str, NDArray[np.int64] | Words]) -> NDArray[np.int64]:
    """Return the column of the largest sum of each row of the labelled tensor; the first one of equals."""
    if trace.labels is None:
        raise ValueError(f"{trace.name} has no labels")
    return np.asarray(np.argmax(results[trace.labels.tensor], axis=1), dtype=np.int64)
