"""Result bits: a second pass over the engine's own tile sequence, with the PE's arithmetic.

Timing never touches operand values; this pass does, on request, fold by fold at the hardware's accumulator width.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.accelerator import Accelerator
from simulator.errors import SimulationError
from simulator.job import Job
from simulator.tiling import Tile, Tiling
from workloads.encodings import Digit, Encoding
from workloads.errors import InputError
from workloads.operations import MatrixProduct, Operation
from workloads.packing import Words, encode, pack_bits, popcount, unpack_bits
from workloads.trace import Thresholds, Trace

Sums = NDArray[np.int64]
Bits = NDArray[np.bool_]


def job_sums(job: Job, accelerator: Accelerator, a: Words, b: Words) -> Sums:
    """Return the accumulators of a job, tile by tile and fold by fold.

    Shapes: a [m, planes, words], b [n, planes, words] -> [m, n].
    Errors: SimulationError if an accumulator overflows.
    """
    tiling = Tiling.of(job, accelerator)
    folds = list(zip(_folds(a, job.encoding_a, tiling), _folds(b, job.encoding_b, tiling), strict=True))
    sums = np.empty((job.m, job.n), dtype=np.int64)
    for tile in tiling.tiles():
        rows, cols = slice(tile.rows.start, tile.rows.stop), slice(tile.cols.start, tile.cols.stop)
        sums[rows, cols] = _tile_sums(tiling, tile, [(fold_a.of(rows), fold_b.of(cols)) for fold_a, fold_b in folds])
    return sums


@dataclass(frozen=True)
class _Fold:
    """One operand's elements of a chunk, as the PEs take them: packed planes, or integers.

    Shapes: words [rows, planes, words]; integers [rows, k].
    """

    valid: int
    words: Words
    integers: Sums

    def of(self, lines: slice) -> "_Fold":
        return _Fold(self.valid, self.words[lines], self.integers[lines])


def _folds(words: Words, code: Encoding, tiling: Tiling) -> list[_Fold]:
    """Cut an operand into chunks: what lies behind the last element is masked by not being there."""
    bits, lanes = unpack_bits(words, tiling.job.k), tiling.array.lanes
    parts = [bits[..., chunk.start * lanes : chunk.stop * lanes] for chunk in tiling.chunks]
    if tiling.job.bit_serial:
        return [_Fold(part.shape[-1], pack_bits(part), np.empty((len(part), 0), dtype=np.int64)) for part in parts]
    return [_Fold(part.shape[-1], words[:, :, :0], _elements(part, code)) for part in parts]


def _tile_sums(tiling: Tiling, tile: Tile, folds: Sequence[tuple[_Fold, _Fold]]) -> Sums:
    accumulator = np.zeros((tile.rows.size, tile.cols.size), dtype=np.int64)
    for a, b in folds:
        for value in _passes(tiling.job, a, b):
            accumulator += value
            _check_width(accumulator, tiling, tile)
    return accumulator


def _passes(job: Job, a: _Fold, b: _Fold) -> Iterator[Sums]:
    """Yield what the PEs add in each pass over a fold: of planes, or of whole elements."""
    if not job.bit_serial:
        yield a.integers @ b.integers.T
        return
    for i, plane_a in enumerate(job.encoding_a.planes):
        for j, plane_b in enumerate(job.encoding_b.planes):
            sums = _digit_sums(a.words[:, i], b.words[:, j], a.valid, plane_a.digit, plane_b.digit)
            yield plane_a.weight * plane_b.weight * sums


def _elements(bits: Bits, code: Encoding) -> Sums:
    """Return the integers that a multiply-accumulator takes.

    Shapes: [rows, planes, k] -> [rows, k].
    """
    digits = np.stack([_digits(bits[:, i], plane.digit) for i, plane in enumerate(code.planes)])
    weights = np.array([plane.weight for plane in code.planes], dtype=np.int64)
    return np.asarray(np.tensordot(weights, digits, axes=1), dtype=np.int64)


def _digits(bits: Bits, digit: Digit) -> Sums:
    ones = bits.astype(np.int64)
    return 2 * ones - 1 if digit is Digit.BIPOLAR else ones


def _digit_sums(a: Words, b: Words, valid: int, digit_a: Digit, digit_b: Digit) -> Sums:
    """Return a PE's values for one pair of planes; of a mixed pair the sum of the unipolar side is taken off."""
    if digit_a is digit_b is Digit.BIPOLAR:
        return 2 * (valid - _count(a[:, None] ^ b[None])) - valid
    both = _count(a[:, None] & b[None])
    if digit_a is digit_b:
        return both
    return 2 * both - (_count(b)[None] if digit_a is Digit.BIPOLAR else _count(a)[:, None])


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


def check_results(trace: Trace) -> None:
    """Refuse a trace whose results cannot be computed.

    Errors: InputError if it carries no operands, or has a layer that is more than a product of integers.
    """
    if not trace.has_operands:
        raise InputError(f"{trace.name}: has no operands, so no results can be computed")
    for operation in trace.operations:
        if not _is_plain(operation):
            rule = "results are computed of products of integers only, without a bias or a change of encoding"
            raise InputError(f"layer {operation.name}: {rule}")


def _is_plain(operation: Operation) -> bool:
    """Tell whether an operation is one exact product, and nothing behind it but thresholds."""
    if not isinstance(operation, MatrixProduct) or len(operation.work) > 1:
        return False
    return not (operation.encoding_a.is_float or operation.encoding_b.is_float)


def trace_results(
    trace: Trace, jobs: Mapping[str, Job], accelerator: Accelerator
) -> dict[str, NDArray[np.int64] | Words]:
    """Return every result of a trace of matrix products that carries its operands, by tensor name.

    ``jobs`` are by layer. Shapes: bits as [m, words_of(n)] words, accumulators as [m, n].
    """
    planes: dict[str, Words] = {t.name: t.packed for t in trace.tensors.values() if t.packed is not None}
    results: dict[str, NDArray[np.int64] | Words] = {}
    for operation in trace.matrix_products:
        job = jobs[operation.name]
        for name, code in ((operation.a, operation.encoding_a), (operation.b, operation.encoding_b)):
            if name not in planes:
                planes[name] = encode(results[name].astype(np.int64), code)
        sums = job_sums(job, accelerator, planes[operation.a], planes[operation.b])
        if operation.thresholds is None:
            results[operation.result] = sums
        else:
            bits = job_bits(job, accelerator, sums, trace.thresholds[operation.thresholds])
            results[operation.result], planes[operation.result] = bits, bits[:, None]
    return results


def predicted_classes(trace: Trace, results: Mapping[str, NDArray[np.int64] | Words]) -> NDArray[np.int64]:
    """Return the column of the largest sum of each row of the labelled tensor; the first one of equals."""
    if trace.labels is None:
        raise ValueError(f"{trace.name} has no labels")
    return np.asarray(np.argmax(results[trace.labels.tensor], axis=1), dtype=np.int64)
