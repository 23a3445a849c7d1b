"""The convolution, and the window that it moves over a map."""

from dataclasses import dataclass
from typing import ClassVar

from workloads.encodings import Encoding
from workloads.operations.finish import finished, sums_name
from workloads.operations.work import ArrayWork, Value, VectorFunction, VectorWork, Work

Pair = tuple[int, int]
"""(height, width)."""


@dataclass(frozen=True)
class Window:
    """A kernel that moves over a map of that size, with ``padding`` zeros on each side.

    Neighbouring taps of the kernel are ``dilation`` pixels apart.
    """

    size: Pair
    kernel: Pair
    stride: Pair
    padding: Pair = (0, 0)
    dilation: Pair = (1, 1)

    @staticmethod
    def square(side: int, kernel: int, stride: int, padding: int = 0) -> "Window":
        """Return a square window on a square map."""
        return Window((side, side), (kernel, kernel), (stride, stride), (padding, padding))

    @property
    def result(self) -> Pair:
        """Return the size of the map that it makes."""
        height, width = (
            (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
            for size, kernel, stride, padding, dilation in zip(
                self.size, self.kernel, self.stride, self.padding, self.dilation, strict=True
            )
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

    Its feed is `host`: the map is lowered to rows of a matrix before the product, as a charged step; in groups the map
    is split into the groups' maps before that, so that each can be lowered by itself.
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
    encoding_result: Encoding | None = None

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
        """Return the lowered product, one for each group (zeros of the border included), and what follows it.

        A depthwise product is turned round, its one filter being A: a result row then holds a whole map.
        """
        finish = finished(
            self.name, self.result, self.window.positions, self.filters, self.bias, self.encoding_result,
            (self.encoding_a, self.encoding_b), merged=self.groups > 1,
        )  # fmt: skip
        taps, filters = self.window.taps * self.channels // self.groups, self.filters // self.groups
        sums = sums_name(self.name) if finish else self.result
        split = self._split()
        source = split[0].result.name if split and split[0].result is not None else self.a
        a, b, positions, groups = self.encoding_a, self.encoding_b, self.window.positions, self.groups
        lower = VectorFunction.LOWER
        if filters == 1 and groups > 1:
            product = ArrayWork(
                "product", 1, taps, positions, groups, b, a, self.b, source, sums, dynamic=True, prepare_b=lower
            )
        else:
            product = ArrayWork(
                "product", positions, taps, filters, groups, a, b, source, self.b, sums, prepare_a=lower
            )
        return *split, product, *finish

    def _split(self) -> tuple[VectorWork, ...]:
        """Return the step that lays the groups' maps one behind the other; none where there is one group."""
        if self.groups == 1:
            return ()
        pixels = self.window.size[0] * self.window.size[1]
        value = Value(sums_name(self.name, "maps"), self.groups, pixels * self.channels // self.groups, self.encoding_a)
        return (VectorWork("split", VectorFunction.RELAYOUT, pixels * self.channels, (self.a,), value),)
