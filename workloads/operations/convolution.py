"""The convolution."""

from dataclasses import dataclass
from typing import ClassVar

from workloads.encodings import Encoding, worst_product
from workloads.operations.finish import finished, sums_name
from workloads.operations.window import Window
from workloads.operations.work import ArrayWork, Feed, Value, VectorFunction, VectorWork, Work


@dataclass(frozen=True)
class Convolution:
    """``filters`` kernels over ``channels`` maps, in groups; depthwise if groups = channels.

    The map is fed ``direct``, or by the ``host``, lowered to rows of a matrix before the product, as a charged step;
    without a ``feed`` of its own the array decides, by its lanes. In groups the map is split into the groups' maps
    before that, so that each can be fed by itself. A depthwise convolution is always lowered.
    ``count`` maps (the images of a batch) lie one behind the other, and so do their results. ``thresholds`` are those
    of a convolution of one group.
    Shapes: a [count x height x width, channels]; b [filters, taps x channels / groups]; result [count x positions,
    filters].
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
    feed: Feed | None = None
    thresholds: str | None = None
    count: int = 1

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
        """Return the lowered product, one for each group of each map (zeros of the border included), and what follows.

        A depthwise product is turned round, its one filter being A: a result row then holds a whole map.
        """
        finish = finished(
            self.name, self.result, self.count * self.window.positions, self.filters, self.bias, self.encoding_result,
            (self.encoding_a, self.encoding_b), merged=self.groups > 1,
        )  # fmt: skip
        taps, filters = self.window.taps * self.channels // self.groups, self.filters // self.groups
        sums = sums_name(self.name) if finish else self.result
        split = self._split()
        source = split[0].result.name if split and split[0].result is not None else self.a
        a, b, positions, jobs = self.encoding_a, self.encoding_b, self.window.positions, self.count * self.groups
        lower = VectorFunction.LOWER
        if filters == 1 and self.groups > 1:
            product = ArrayWork(
                "product", 1, taps, positions, jobs, b, a, self.b, source, sums, dynamic=True, prepare_b=lower
            )
        else:
            product = ArrayWork(
                "product", positions, taps, filters, jobs, a, b, source, self.b, sums, prepare_a=lower,
                thresholds=self.thresholds, window=self.window, feed=self.feed,
            )  # fmt: skip
        return *split, product, *finish

    def _split(self) -> tuple[VectorWork, ...]:
        """Return the step that lays the groups' maps one behind the other; none where there is one group."""
        if self.groups == 1:
            return ()
        elements, maps = self.count * self.window.pixels * self.channels, self.count * self.groups
        value = Value(sums_name(self.name, "maps"), maps, elements // maps, self.encoding_a)
        return (VectorWork("split", VectorFunction.RELAYOUT, elements, (self.a,), value),)

    @property
    def worst_sum(self) -> int:
        """Return the largest magnitude that a sum can reach (integer encodings)."""
        k = self.window.taps * self.channels // self.groups
        return k * worst_product(self.encoding_a, self.encoding_b)
