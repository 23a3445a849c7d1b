"""Small traces for tests."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workloads.encodings import encoding
from workloads.operations import (
    Convolution,
    Elementwise,
    Feed,
    MatrixProduct,
    Operation,
    Pooling,
    VectorFunction,
    Window,
)
from workloads.packing import decode, pack_bits
from workloads.trace import Labels, Tensor, Thresholds, Trace


def random_bits(name: str, rows: int, elements: int, rng: np.random.Generator, code: str = "bipolar") -> Tensor:
    """Return a tensor of random bits."""
    packed = pack_bits(rng.integers(0, 2, (rows, elements)).astype(np.bool_))[:, None]
    return Tensor(name, rows, elements, encoding(code), packed)


def signs(trace: Trace, name: str, results: Mapping[str, NDArray[Any]] | None = None) -> NDArray[np.int64]:
    """Return a bipolar tensor as -1 and +1: one of the results, or one that the trace carries."""
    tensor, made = trace.tensors[name], results or {}
    packed = made[name][:, None] if name in made else tensor.packed
    assert packed is not None
    return decode(packed, tensor.elements, encoding("bipolar"))


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


def small_cnn(maps: int = 2, seed: int = 0) -> Trace:
    """Return a network on maps of 5 x 6 bits: two convolutions with borders, a pooling, and dense layers."""
    rng, bipolar = np.random.default_rng(seed), encoding("bipolar")
    first = Window((5, 6), (3, 3), (1, 1), (1, 1))
    pool = Window((5, 6), (2, 2), (2, 2), (1, 0))
    second = Window((3, 3), (3, 2), (1, 2), (2, 1), (2, 1))
    dense = Window(second.result, second.result, (1, 1))
    shapes = [("w1", 9, 9), ("w2", 7, second.taps * 9), ("w3", 5, dense.taps * 7), ("w4", 4, 5)]
    results = [("a1", first, 9), ("p1", pool, 9), ("a2", second, 7), ("a3", dense, 5)]
    tensors = [
        random_bits("x", maps * first.pixels, 1, rng),
        *(random_bits(name, rows, elements, rng) for name, rows, elements in shapes),
        *(Tensor(name, maps * window.positions, channels, bipolar) for name, window, channels in results),
        Tensor("y", maps, 4, encoding("int32")),
    ]

    def convolution(name: str, a: str, b: str, result: str, window: Window, channels: int, filters: int) -> Convolution:
        return Convolution(
            name, a, b, result, window, channels, filters, bipolar, bipolar,
            feed=Feed.DIRECT, thresholds=f"{name}.thresholds", count=maps,
        )  # fmt: skip

    operations: tuple[Operation, ...] = (
        convolution("conv1", "x", "w1", "a1", first, 1, 9),
        Pooling("pool1", VectorFunction.MAXIMUM, "a1", "p1", pool, 9, bipolar, count=maps),
        convolution("conv2", "p1", "w2", "a2", second, 9, 7),
        convolution("fc1", "a2", "w3", "a3", dense, 7, 5),
        MatrixProduct("fc2", maps, 5, 4, "a3", "w4", "y", bipolar, bipolar),
    )
    thresholds = {
        o.thresholds: Thresholds(
            o.thresholds, rng.integers(-4, 5, o.filters), rng.integers(0, 2, o.filters).astype(np.bool_)
        )
        for o in operations
        if isinstance(o, Convolution) and o.thresholds is not None
    }
    named = {tensor.name: tensor for tensor in tensors}
    return Trace("small-cnn", "random", named, operations, thresholds, Labels("y", rng.integers(0, 4, maps)))


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
