"""A trace: the tensors of a binarized network and the operations on them, in order."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from workloads.encodings import Encoding
from workloads.operations import Convolution, MatrixProduct, Operation, Pooling, Product
from workloads.packing import Words

SCHEMA_VERSION = 1
MAX_SIZE = (1 << 20) - 1
"""The largest m, k, n or count: what the hardware's counters hold."""


@dataclass(frozen=True)
class Tensor:
    """A two-dimensional tensor; ``packed`` is [rows, planes, words] where the trace carries its operands."""

    name: str
    rows: int
    elements: int
    encoding: Encoding
    packed: Words | None = None


@dataclass(frozen=True)
class Thresholds:
    """Integer thresholds, one a channel; ``at_most`` marks the channels whose bit is ``sum <= threshold``."""

    name: str
    sums: NDArray[np.int64]
    at_most: NDArray[np.bool_]


@dataclass(frozen=True)
class Labels:
    """The true class of each row of a tensor; the network's answer is the column of its largest sum."""

    tensor: str
    classes: NDArray[np.int64]


@dataclass(frozen=True)
class Trace:
    """A workload: what is computed, and on which operands where they are carried.

    ``parameters`` are those of a built-in network that were given, as text.
    """

    name: str
    description: str
    tensors: Mapping[str, Tensor]
    operations: tuple[Operation, ...]
    thresholds: Mapping[str, Thresholds] = field(default_factory=dict)
    labels: Labels | None = None
    sources: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_operands(self) -> bool:
        """Tell whether every tensor and threshold that no operation produces is carried."""
        produced = {operation.result for operation in self.operations}
        carried = all(t.packed is not None for t in self.tensors.values() if t.name not in produced)
        return carried and self.threshold_channels.keys() <= self.thresholds.keys()

    @property
    def threshold_channels(self) -> dict[str, int]:
        """Return the thresholds that operations name, carried or not, and how many channels each has."""
        products = [o for o in self.operations if isinstance(o, Product)]
        named = {o.thresholds: o.n if isinstance(o, MatrixProduct) else o.filters for o in products}
        return {name: channels for name, channels in named.items() if name is not None}

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """Return the network's own inputs: what is neither constant nor produced by an operation."""
        produced = {operation.result for operation in self.operations}
        names = dict.fromkeys(name for o in self.operations for name in o.inputs if name not in produced)
        return tuple(self.tensors[name] for name in names)

    @property
    def matrix_products(self) -> tuple[MatrixProduct, ...]:
        """Return the operations that are matrix products, in order."""
        return tuple(o for o in self.operations if isinstance(o, MatrixProduct))


def first_rows(trace: Trace, rows: int) -> Trace:
    """Return the trace on the first of the images of a batch, as many as there are to be rows of its last result.

    The operations must be a chain of products, convolutions and poolings, and each tensor that changes with the input
    have as many rows of each image.
    """
    whole = trace.tensors[trace.operations[-1].result].rows
    changing = {tensor.name for tensor in trace.inputs} | {operation.result for operation in trace.operations}

    def part(count: int) -> int:
        return count // whole * rows

    tensors = {
        name: _first(tensor, part(tensor.rows)) if name in changing else tensor
        for name, tensor in trace.tensors.items()
    }
    labels = trace.labels and replace(trace.labels, classes=trace.labels.classes[:rows])
    operations = tuple(
        replace(o, m=part(o.m)) if isinstance(o, MatrixProduct) else
        replace(o, count=part(o.count)) if isinstance(o, Convolution | Pooling) else o
        for o in trace.operations
    )  # fmt: skip
    return replace(trace, tensors=tensors, operations=operations, labels=labels)


def _first(tensor: Tensor, rows: int) -> Tensor:
    return replace(tensor, rows=rows, packed=None if tensor.packed is None else tensor.packed[:rows])
