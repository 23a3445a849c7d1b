"""The work of an operation: products for an array, elements for the vector unit."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from workloads.encodings import Encoding
from workloads.operations.window import Window


class Feed(StrEnum):
    """How a convolution's map gets to the array: tap by tap as it lies, or lowered to rows of a matrix before."""

    DIRECT = "direct"
    HOST = "host"


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
    REQUANTIZE = "requantize"
    CONVERT = "convert"
    RELAYOUT = "relayout"
    LOWER = "lower"


@dataclass(frozen=True)
class Value:
    """A tensor that a step of the vector unit makes."""

    name: str
    rows: int
    elements: int
    encoding: Encoding


@dataclass(frozen=True)
class ArrayWork:
    """``count`` equal products A (m x k) times B (k x n).

    ``a``, ``b`` and ``result`` name tensors: of the trace, or made by a step of the same operation. B is constant
    unless the product is ``dynamic``. ``prepare_a`` and ``prepare_b`` tell what has to be done to an operand that does
    not lie as rows of k elements: RELAYOUT of a slice or a transposed matrix, LOWER of a convolution's map. A map under
    a ``window`` can be fed directly instead, with k / taps channels; ``feed`` says so, or that it must not be. The
    result are the sums as the array leaves them, or bits where it has thresholds.
    """

    step: str
    m: int
    k: int
    n: int
    count: int
    encoding_a: Encoding
    encoding_b: Encoding
    a: str
    b: str
    result: str
    dynamic: bool = False
    prepare_a: VectorFunction | None = None
    prepare_b: VectorFunction | None = None
    thresholds: str | None = None
    window: Window | None = None
    feed: Feed | None = None

    @property
    def macs(self) -> int:
        """Return the multiply-accumulates of all the products."""
        return self.count * self.m * self.k * self.n


@dataclass(frozen=True)
class VectorWork:
    """One function on that many elements, in ``groups`` that it reduces (the rows of a softmax).

    ``reads`` name the tensors that it takes from memory. A step without a result leaves its elements in the vector
    unit, for the step behind it. Where the elements are those under a ``window`` on maps of bits, an OR-pool can take
    their maximum instead.
    """

    step: str
    function: VectorFunction
    elements: int
    reads: tuple[str, ...]
    result: Value | None
    groups: int = 0
    window: Window | None = None


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
