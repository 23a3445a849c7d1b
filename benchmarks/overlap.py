"""Show that successive tiles overlap: the waits of a ResNet-18 for the schedule, and its cycles tile by tile."""

from collections import Counter
from dataclasses import dataclass, replace

from benchmarks.report import print_table
from simulator.accelerator import Accelerator
from simulator.accelerator_file import load_accelerator
from simulator.cycles import CycleClasses
from simulator.engine import run_job
from simulator.job import DirectFeed, Job
from simulator.tiling import Tiling
from workloads.encodings import encoding
from workloads.operations import Window

ACCELERATORS = ("xnor-16x16x64", "xnor-ws-16x16x64", "xnor-32x32x64", "xnor-ws-32x32x64")


@dataclass(frozen=True)
class Layer:
    """A convolution, ``count`` of which the network has; ``side`` is that of its map, in pixels."""

    name: str
    count: int
    side: int
    kernel: int
    stride: int
    channels: int
    filters: int

    @property
    def job(self) -> Job:
        """Return the layer as a job: bits from maps of bits, but for the first layer, which is lowered to int8."""
        pair, padding = (self.kernel, self.kernel), self.kernel // 2
        window = Window((self.side, self.side), pair, (self.stride, self.stride), (padding, padding))
        job = Job(self.name, "xnor", 1, window.positions, window.taps * self.channels, self.filters, thresholds=True)
        if self.channels >= 64:
            return replace(job, direct=DirectFeed(window, self.channels))
        return replace(job, encoding_a=encoding("int8"), encoding_b=encoding("int8"))


# ResNet-18 on 224 x 224 pixels: He et al., Deep Residual Learning for Image Recognition, 2016, table 1.
LAYERS = (
    Layer("conv1", 1, 224, 7, 2, 3, 64),
    Layer("conv2", 4, 56, 3, 1, 64, 64),
    Layer("conv3, first", 1, 56, 3, 2, 64, 128),
    Layer("conv3", 3, 28, 3, 1, 128, 128),
    Layer("conv3, shortcut", 1, 56, 1, 2, 64, 128),
    Layer("conv4, first", 1, 28, 3, 2, 128, 256),
    Layer("conv4", 3, 14, 3, 1, 256, 256),
    Layer("conv4, shortcut", 1, 28, 1, 2, 128, 256),
    Layer("conv5, first", 1, 14, 3, 2, 256, 512),
    Layer("conv5", 3, 7, 3, 1, 512, 512),
    Layer("conv5, shortcut", 1, 14, 1, 2, 256, 512),
)


def apart(job: Job, accelerator: Accelerator) -> int:
    """Return the cycles of all tiles as jobs of their own, one after the other."""
    tiling = Tiling.of(job, accelerator)
    sizes = Counter((rows.size, cols.size) for rows in tiling.row_spans for cols in tiling.col_spans)
    return sum(number * run_job(_one_tile(job, *size), accelerator).cycles for size, number in sizes.items())


def _one_tile(job: Job, rows: int, cols: int) -> Job:
    """Return a job of so many places and columns; where its taps lie on a map changes no cycle."""
    if job.direct is None:
        return replace(job, m=rows, n=cols)
    kernel = job.direct.window.kernel
    window = Window((1, rows), kernel, (1, 1), (kernel[0] // 2, kernel[1] // 2))
    return replace(job, m=rows, n=cols, direct=replace(job.direct, window=window))


def cells(classes: CycleClasses, cycles_apart: int) -> tuple[str, str]:
    """Return the share of the schedule, and how many times the cycles tiles would take by themselves."""
    return f"{classes.schedule / classes.cycles:.1%}", f"{cycles_apart / classes.cycles:.2f}"


def main() -> None:
    accelerators = [load_accelerator(name) for name in ACCELERATORS]
    rows: list[tuple[object, ...]] = []
    totals = [(CycleClasses(), 0) for _ in accelerators]
    for layer in LAYERS:
        job = layer.job
        found = [(run_job(job, accelerator), apart(job, accelerator)) for accelerator in accelerators]
        rows.append((layer.name, layer.count, job.m, job.k, job.n, *(cell for pair in found for cell in cells(*pair))))
        totals = [
            (CycleClasses.total((whole, classes.times(layer.count))), sum_apart + layer.count * cycles_apart)
            for (whole, sum_apart), (classes, cycles_apart) in zip(totals, found, strict=True)
        ]
    rows.append(("all", "", "", "", "", *(cell for pair in totals for cell in cells(*pair))))
    columns = [part for name in ACCELERATORS for part in (name.removeprefix("xnor-"), "apart")]
    title = "ResNet-18: share of schedule cycles; cycles of tiles run apart / cycles of the job"
    print_table(title, ("layer", "count", "m", "k", "n", *columns), rows)


if __name__ == "__main__":
    main()
