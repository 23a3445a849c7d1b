"""The convolution, and the window that it moves over a map."""

from dataclasses import dataclass
from typing import ClassVar

from workloads.encodings import Encoding
from workloads.operations.work import ArrayWork, VectorFunction, VectorWork, Work

Pair = tuple[int, int]
"""(height, width)."""


@dataclass(frozen=True)
class Window:
    """A kernel that moves over a map of that size, with ``padding`` zeros on each side."""

    size: Pair
    kernel: Pair
    stride: Pair
    padding: Pair = (0, 0)

    @staticmethod
    def square(side: int, kernel: int, stride: int, padding: int = 0) -> "Window":
        """Return a square window on a square map."""
        return Window((side, side), (kernel, kernel), (stride, stride), (padding, padding))

    @property
    def result(self) -> Pair:
        """Return the size of the map that it makes."""
        height, width = (
            (size + 2 * padding - kernel) // stride + 1
            for size, kernel, stride, padding in zip(self.size, self.kernel, self.stride, self.padding, strict=True)
        )
        return height, width

    @property
    def positions(self) -> int:
        """Return at how many places the kernel stands."""
        return self.result[0] * self.result[1]

    @property
    def taps(self) -> int:
        """Return how many places of the map the kernel covers."""
        return self.kernel[0] * self.kernel[1]


@dataclass(frozen=True)
class Convolution:
    """``filters`` kernels over ``channels`` maps, in groups; depthwise if groups = channels.

    Shapes: a [height x width, channels]; b [filters, taps x channels / groups]; result [positions, filters].
    """

    kind: ClassVar[str] = "convolution"

    name: str
    a: str
    b: str
    result: str
    window: Window
    channels: int
    filters: int
    encoding_a: Encoding
    encoding_b: Encoding
    groups: int = 1
    bias: str | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return the maps."""
        return (self.a,)

    @property
    def constants(self) -> tuple[str, ...]:
        """Return the kernels and the bias."""
        return (self.b,) if self.bias is None else (self.b, self.bias)

    @property
    def work(self) -> tuple[Work, ...]:
        """Return the lowered product, one for each group (zeros of the border included), and the bias."""
        product = ArrayWork(
            "product",
            m=self.window.positions,
            k=self.window.taps * self.channels // self.groups,
            n=self.filters // self.groups,
            count=self.groups,
            encoding_a=self.encoding_a,
            encoding_b=self.encoding_b,
        )
        if self.bias is None:
            return (product,)
        return product, VectorWork("bias", VectorFunction.ADD, self.window.positions * self.filters)
