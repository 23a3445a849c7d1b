"""Small traces for tests."""

from collections.abc import Iterable, Sequence

import numpy as np

from workloads.encodings import encoding
from workloads.operations import Elementwise, MatrixProduct, Operation, VectorFunction
from workloads.packing import pack_bits
from workloads.trace import Labels, Tensor, Thresholds, Trace


def random_bits(name: str, rows: int, elements: int, rng: np.random.Generator, code: str = "bipolar") -> Tensor:
    """Return a tensor of random bits."""
    packed = pack_bits(rng.integers(0, 2, (rows, elements)).astype(np.bool_))[:, None]
    return Tensor(name, rows, elements, encoding(code), packed)


def two_layers(m: int = 5, k: int = 70, hidden: int = 9, n: int = 3, seed: int = 0) -> Trace:
    """Return a network of two layers, thresholds of both directions between them."""
    rng = np.random.default_rng(seed)
    bipolar = encoding("bipolar")
    tensors = [
        random_bits("x", m, k, rng),
        random_bits("w1", hidden, k, rng),
        Tensor("h", m, hidden, bipolar),
        random_bits("w2", n, hidden, rng),
        Tensor("y", m, n, encoding("int32")),
    ]
    thresholds = Thresholds("t1", rng.integers(-4, 5, hidden), rng.integers(0, 2, hidden).astype(np.bool_))
    return Trace(
        name="two-layers",
        description="two random layers",
        tensors={tensor.name: tensor for tensor in tensors},
        operations=(
            MatrixProduct("fc1", m, k, hidden, "x", "w1", "h", bipolar, bipolar, "t1"),
            MatrixProduct("fc2", m, hidden, n, "h", "w2", "y", bipolar, bipolar),
        ),
        thresholds={"t1": thresholds},
        labels=Labels("y", rng.integers(0, n, m)),
        sources=("random numbers",),
    )


def trace_of(operations: Sequence[Operation], tensors: Iterable[Tensor]) -> Trace:
    """Return a trace of these, without operands."""
    return Trace("test", "", {tensor.name: tensor for tensor in tensors}, tuple(operations))


def one_function(function: VectorFunction, rows: int, channels: int, code: str = "fp32") -> Trace:
    """Return a trace of one function of each element."""
    tensors = [Tensor(name, rows, channels, encoding(code)) for name in ("x", "y")]
    operation = Elementwise("function", function, ("x",), "y", rows, channels, encoding(code))
    return Trace("one-function", "", {tensor.name: tensor for tensor in tensors}, (operation,))


def one_product(m: int, k: int, n: int, a: str = "bipolar", b: str = "bipolar") -> Trace:
    """Return a trace of one product without operands."""
    tensors = [
        Tensor("a", m, k, encoding(a)),
        Tensor("b", n, k, encoding(b)),
        Tensor("y", m, n, encoding("int64")),
    ]
    operation = MatrixProduct("product", m, k, n, "a", "b", "y", encoding(a), encoding(b))
    return Trace("one-product", "", {tensor.name: tensor for tensor in tensors}, (operation,))
