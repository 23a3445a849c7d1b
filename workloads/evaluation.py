"""Every result of a trace that carries its operands, operation by operation, by an arithmetic that is told."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from workloads.encodings import Encoding
from workloads.errors import InputError
from workloads.operations import MatrixProduct, Operation, Pooling, Product, VectorFunction
from workloads.packing import Words, encode
from workloads.reference import convolution, pooled, product, threshold
from workloads.trace import Thresholds, Trace

Result = NDArray[np.int64] | Words
"""Sums as integers [rows, elements], bits as words [rows, words_of(elements)]."""


class Arithmetic(Protocol):
    """What computes: the reference, or hardware that is checked against it."""

    def multiply(self, operation: Product, a: Words, b: Words, thresholds: Thresholds | None) -> Result:
        """Return the sums of a product or a convolution, or the bits behind its thresholds.

        Shapes: a, b [rows, planes, words].
        """

    def pool(self, operation: Pooling, a: Words) -> Words:
        """Return the maximum of bits under a window.

        Shapes: [rows, words] -> [rows, words].
        """


class Reference:
    """The reference arithmetic."""

    def multiply(self, operation: Product, a: Words, b: Words, thresholds: Thresholds | None) -> Result:
        """Return the sums of a product or a convolution, or the bits behind its thresholds."""
        codes = operation.encoding_a, operation.encoding_b
        if isinstance(operation, MatrixProduct):
            sums = product(a, b, operation.k, *codes)
        else:
            sums = convolution(a, b, operation.window, operation.channels, *codes)
        return sums if thresholds is None else threshold(sums, thresholds.sums, thresholds.at_most)[:, 0]

    def pool(self, operation: Pooling, a: Words) -> Words:
        """Return the maximum of bits under a window."""
        return pooled(a, operation.window)


def evaluate(trace: Trace, arithmetic: Arithmetic | None = None) -> dict[str, Result]:
    """Return every result by tensor name; without an ``arithmetic`` it is the reference's.

    Errors: InputError if the trace carries no operands, or a layer is more than exact sums or a maximum of bits.
    """
    check_exact(trace)
    compute = arithmetic or Reference()
    planes = {t.name: t.packed for t in trace.tensors.values() if t.packed is not None}
    results: dict[str, Result] = {}

    def operand(name: str, code: Encoding) -> Words:
        if name not in planes:
            planes[name] = encode(results[name].astype(np.int64), code)
        return planes[name]

    for operation in trace.operations:
        if isinstance(operation, Pooling):
            bits = compute.pool(operation, operand(operation.a, operation.encoding)[:, 0])
            results[operation.result], planes[operation.result] = bits, bits[:, None]
        elif isinstance(operation, Product):
            thresholds = None if operation.thresholds is None else trace.thresholds[operation.thresholds]
            a, b = operand(operation.a, operation.encoding_a), operand(operation.b, operation.encoding_b)
            results[operation.result] = found = compute.multiply(operation, a, b, thresholds)
            if thresholds is not None:
                planes[operation.result] = found.astype(np.uint64, copy=False)[:, None]
    return results


def check_exact(trace: Trace) -> None:
    """Refuse a trace whose results cannot be computed exactly.

    Errors: InputError as evaluate's.
    """
    if not trace.has_operands:
        raise InputError(f"{trace.name}: has no operands, so no results can be computed")
    for operation in trace.operations:
        if not _is_exact(operation):
            rule = (
                "results are computed of products of integers and of maxima of bits only, without a bias or a change "
                "of encoding"
            )
            raise InputError(f"layer {operation.name}: {rule}")


def _is_exact(operation: Operation) -> bool:
    """Tell whether an operation is one exact product, and nothing behind it but thresholds, or pools bits."""
    if isinstance(operation, Pooling):
        return operation.function is VectorFunction.MAXIMUM and operation.encoding.is_binary
    if not isinstance(operation, Product) or len(operation.work) > 1:
        return False
    return not (operation.encoding_a.is_float or operation.encoding_b.is_float)
