"""The work of an operation: products for an array, elements for the vector unit."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from workloads.encodings import Encoding


class VectorFunction(StrEnum):
    """What the vector unit does with an element."""

    ADD = "add"
    MULTIPLY = "multiply"
    MULTIPLY_ADD = "multiply_add"
    EXP = "exp"
    RECIPROCAL = "reciprocal"
    SIGN = "sign"
    GELU = "gelu"
    SOFTMAX = "softmax"
    LAYER_NORM = "layer_norm"
    L2_NORM = "l2_norm"
    MEAN = "mean"
    MAXIMUM = "maximum"


@dataclass(frozen=True)
class ArrayWork:
    """``count`` equal products A (m x k) times B (k x n); both operands of a ``dynamic`` one are made at run time."""

    step: str
    m: int
    k: int
    n: int
    count: int
    encoding_a: Encoding
    encoding_b: Encoding
    dynamic: bool = False

    @property
    def macs(self) -> int:
        """Return the multiply-accumulates of all the products."""
        return self.count * self.m * self.k * self.n


@dataclass(frozen=True)
class VectorWork:
    """One function on that many elements."""

    step: str
    function: VectorFunction
    elements: int


Work = ArrayWork | VectorWork


class Operation(Protocol):
    """A layer of a network: the tensors that it reads and makes, by name, and its work."""

    @property
    def kind(self) -> str:
        """Return what the operation is called in messages and tables."""

    @property
    def name(self) -> str:
        """Return the layer's name, unique in a trace."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the tensors that change with the network's input."""

    @property
    def constants(self) -> tuple[str, ...]:
        """Return the tensors that do not: weights, biases, anchors."""

    @property
    def result(self) -> str:
        """Return the tensor that the operation makes."""

    @property
    def work(self) -> tuple[Work, ...]:
        """Return the steps in the order in which they run; each step's name occurs once."""


def macs(operation: Operation) -> int:
    """Return the multiply-accumulates of an operation's products."""
    return sum(work.macs for work in operation.work if isinstance(work, ArrayWork))


def vector_elements(operation: Operation) -> int:
    """Return the elements that an operation gives to the vector unit, each step's counted."""
    return sum(work.elements for work in operation.work if isinstance(work, VectorWork))
