"""Operations that have no product: all their work is the vector unit's."""

from dataclasses import dataclass
from typing import ClassVar

from workloads.encodings import Encoding
from workloads.operations.finish import written
from workloads.operations.window import Window
from workloads.operations.work import Value, VectorFunction, VectorWork, Work


@dataclass(frozen=True)
class Elementwise:
    """One function of each element (gelu), or of the elements at one place of several tensors (add).

    Shapes: inputs and result [rows, channels].
    """

    name: str
    function: VectorFunction
    inputs: tuple[str, ...]
    result: str
    rows: int
    channels: int
    encoding: Encoding
    constants: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Return the function's name."""
        return self.function.value

    @property
    def work(self) -> tuple[Work, ...]:
        """Return one function on every element of the result."""
        value = Value(self.result, self.rows, self.channels, self.encoding)
        return written(VectorWork("elements", self.function, self.rows * self.channels, self.inputs, value))


@dataclass(frozen=True)
class LayerNorm:
    """Each row to mean 0 and variance 1, then scaled and shifted by channel.

    Shapes: a [rows, channels]; scale [2, channels]: factors, then summands.
    """

    kind: ClassVar[str] = "layer norm"

    name: str
    a: str
    scale: str
    result: str
    rows: int
    channels: int
    encoding: Encoding

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the rows."""
        return (self.a,)

    @property
    def constants(self) -> tuple[str, ...]:
        """Return the factors and summands."""
        return (self.scale,)

    @property
    def work(self) -> tuple[Work, ...]:
        """Return one normalization of every element."""
        value, reads = Value(self.result, self.rows, self.channels, self.encoding), (self.a, self.scale)
        elements = self.rows * self.channels
        return written(VectorWork("elements", VectorFunction.LAYER_NORM, elements, reads, value, groups=self.rows))


@dataclass(frozen=True)
class Pooling:
    """The mean or the maximum under a window, channel by channel; of bits the maximum is their OR.

    What lies outside of the map takes no part. ``count`` maps lie one behind the other, and so do their results.
    Shapes: a [count x height x width, channels]; result [count x positions, channels].
    """

    kind: ClassVar[str] = "pooling"

    name: str
    function: VectorFunction
    a: str
    result: str
    window: Window
    channels: int
    encoding: Encoding
    constants: tuple[str, ...] = ()
    count: int = 1

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the maps."""
        return (self.a,)

    @property
    def work(self) -> tuple[Work, ...]:
        """Return every element that the window takes up, as often as it does."""
        positions = self.count * self.window.positions
        value = Value(self.result, positions, self.channels, self.encoding)
        elements, groups = positions * self.window.taps * self.channels, positions * self.channels
        return written(VectorWork("elements", self.function, elements, (self.a,), value, groups, self.window))
