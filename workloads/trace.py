"""A trace: the tensors of a binarized network and the operations on them, in order."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from workloads.encodings import Encoding
from workloads.operations import MatrixProduct, Operation
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
        return carried and all(o.thresholds is None or o.thresholds in self.thresholds for o in self.matrix_products)

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
    """Return the trace on the first rows of its inputs (a smaller batch).

    The operations must be matrix products in a chain: every A is an input or an earlier result, with one row an image.
    """
    products = trace.matrix_products
    sides = {o.a for o in products} | {o.result for o in products}
    tensors = {
        name: replace(t, rows=rows, packed=None if t.packed is None else t.packed[:rows]) if name in sides else t
        for name, t in trace.tensors.items()
    }
    labels = trace.labels and replace(trace.labels, classes=trace.labels.classes[:rows])
    operations = tuple(replace(o, m=rows) for o in products)
    return replace(trace, tensors=tensors, operations=operations, labels=labels)
