"""Operations that have no product: all their work is the vector unit's."""

from dataclasses import dataclass
from typing import ClassVar

from workloads.operations.convolution import Window
from workloads.operations.work import VectorFunction, VectorWork, Work


@dataclass(frozen=True)
class Elementwise:
    """One function of each element (gelu), or of the elements at one place of several tensors (add)."""

    name: str
    function: VectorFunction
    inputs: tuple[str, ...]
    result: str
    elements: int
    constants: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """Return the function's name."""
        return self.function.value

    @property
    def work(self) -> tuple[Work, ...]:
        """Return one function on every element of the result."""
        return (VectorWork("elements", self.function, self.elements),)


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
        return (VectorWork("elements", VectorFunction.LAYER_NORM, self.rows * self.channels),)


@dataclass(frozen=True)
class Pooling:
    """The mean or the maximum under a window, channel by channel.

    Shapes: a [height x width, channels]; result [positions, channels].
    """

    kind: ClassVar[str] = "pooling"

    name: str
    function: VectorFunction
    a: str
    result: str
    window: Window
    channels: int
    constants: tuple[str, ...] = ()

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the maps."""
        return (self.a,)

    @property
    def work(self) -> tuple[Work, ...]:
        """Return every element that the window takes up, as often as it does."""
        elements = self.window.positions * self.window.taps * self.channels
        return (VectorWork("elements", self.function, elements),)
