"""Jobs cut to what leads them: ordinary smaller jobs, the same for the RTL and for the model.

A matrix is cut to whole leading tiles. A map cannot end in the middle of a row of places: it is cut to leading pixel
rows.
"""

from bisect import bisect_right
from dataclasses import replace
from typing import TypeVar

from simulator.accelerator import Accelerator
from simulator.engines import Engine, classes_of, pool_classes_of
from simulator.job import Job
from simulator.layout import ceil_div
from simulator.pool import PoolJob
from simulator.tiling import Tiling
from workloads.operations import Window

JobT = TypeVar("JobT", Job, PoolJob)


def tile_size(job: Job, accelerator: Accelerator) -> tuple[int, int]:
    """Return how many rows and channels of a job a tile has."""
    tiling = Tiling.of(job, accelerator)
    size = (tiling.tile_rows, tiling.array.cols)
    return (size[1], size[0]) if tiling.exchanged else size


def window_of(job: Job | PoolJob) -> Window | None:
    """Return the window that moves over a job's map; None where it has a matrix."""
    if isinstance(job, PoolJob):
        return job.window
    return None if job.direct is None else job.direct.window


def steps(job: Job | PoolJob, accelerator: Accelerator) -> tuple[int, int]:
    """Return by how many steps a job is cut: m tiles, or rows of places; then n tiles."""
    window = window_of(job)
    if isinstance(job, PoolJob):
        return job.window.result[0], 1
    rows, cols = tile_size(job, accelerator)
    return ceil_div(job.m, rows) if window is None else window.result[0], ceil_div(job.n, cols)


def leading(job: JobT, accelerator: Accelerator, m_steps: int, n_tiles: int) -> JobT:
    """Return a job cut to its first m tiles, or rows of places, and n tiles."""
    if isinstance(job, PoolJob):
        return replace(job, window=leading_map(job.window, m_steps))
    rows, cols = tile_size(job, accelerator)
    n = min(job.n, n_tiles * cols)
    if job.direct is None:
        return replace(job, m=min(job.m, m_steps * rows), n=n)
    window = leading_map(job.direct.window, m_steps)
    return replace(job, m=window.positions, n=n, direct=replace(job.direct, window=window))


def leading_map(window: Window, rows: int) -> Window:
    """Return a window on the fewest leading pixel rows of its map that make so many rows of places."""
    if rows >= window.result[0]:
        return window
    width, reach = window.size[1], window.dilation[0] * (window.kernel[0] - 1) + 1
    least = (rows - 1) * window.stride[0] + reach - 2 * window.padding[0]
    return replace(window, size=(max(1, least), width))


def shortened(job: JobT, accelerator: Accelerator, max_cycles: int) -> JobT:
    """Return a job cut to as many leading steps of m as take at most so many cycles, or to n tiles if one takes more.

    One of each is left in any case.
    """
    m_steps, n_tiles = steps(job, accelerator)

    def of_m(first: int) -> int:
        return model_cycles(leading(job, accelerator, first, n_tiles), accelerator)

    def of_n(first: int) -> int:
        return model_cycles(leading(job, accelerator, 1, first), accelerator)

    fitting = bisect_right(range(1, m_steps + 1), max_cycles, key=of_m)
    if fitting:
        return leading(job, accelerator, fitting, n_tiles)
    return leading(job, accelerator, 1, max(1, bisect_right(range(1, n_tiles + 1), max_cycles, key=of_n)))


def model_cycles(job: Job | PoolJob, accelerator: Accelerator) -> int:
    """Return the cycles of one job."""
    if isinstance(job, PoolJob):
        return pool_classes_of(job, accelerator, Engine.CLOSED_FORM).cycles
    return classes_of(job, accelerator, Engine.CLOSED_FORM).cycles
