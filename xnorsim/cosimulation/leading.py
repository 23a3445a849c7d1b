"""Jobs cut to whole leading tiles: ordinary smaller jobs, the same for the RTL and for the model."""

from bisect import bisect_right
from dataclasses import replace

from simulator.accelerator import Accelerator
from simulator.closed_form import job_classes
from simulator.job import Job
from simulator.layout import ceil_div
from simulator.tiling import Tiling


def tile_size(job: Job, accelerator: Accelerator) -> tuple[int, int]:
    """Return how many rows and channels of a job a tile has."""
    tiling = Tiling.of(job, accelerator)
    size = (tiling.tile_rows, tiling.array.cols)
    return (size[1], size[0]) if tiling.exchanged else size


def leading(job: Job, accelerator: Accelerator, m_tiles: int, n_tiles: int) -> Job:
    """Return a job cut to its leading tiles."""
    rows, cols = tile_size(job, accelerator)
    return replace(job, m=min(job.m, m_tiles * rows), n=min(job.n, n_tiles * cols))


def shortened(job: Job, accelerator: Accelerator, max_cycles: int) -> Job:
    """Return a job cut to as many leading m tiles as take at most so many cycles, or to n tiles if one takes more.

    One tile is left in any case.
    """
    rows, cols = tile_size(job, accelerator)
    m_tiles, n_tiles = ceil_div(job.m, rows), ceil_div(job.n, cols)

    def of_m(tiles: int) -> int:
        return job_classes(leading(job, accelerator, tiles, n_tiles), accelerator).cycles

    def of_n(tiles: int) -> int:
        return job_classes(leading(job, accelerator, 1, tiles), accelerator).cycles

    fitting = bisect_right(range(1, m_tiles + 1), max_cycles, key=of_m)
    if fitting:
        return leading(job, accelerator, fitting, n_tiles)
    return leading(job, accelerator, 1, max(1, bisect_right(range(1, n_tiles + 1), max_cycles, key=of_n)))
