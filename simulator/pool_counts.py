"""Event counts of a job of the OR-pool."""

from collections import Counter

from simulator.accelerator import Accelerator
from simulator.borders import inside
from simulator.counts import Counts, Traffic
from simulator.inventory import OR_POOL
from simulator.layout import result_row_words
from simulator.pool import PoolJob


def pixel_words(job: PoolJob, accelerator: Accelerator) -> int:
    """Return the port words of a pixel."""
    array, width = accelerator.arrays[job.array], accelerator.port.width_bits
    return result_row_words(job.channels, array, width, thresholds=True)


def pool_traffic(job: PoolJob, accelerator: Accelerator) -> Traffic:
    """Return the port words that a job moves; the map is its operand a."""
    words, taps = pixel_words(job, accelerator), inside(job.window)
    loads = int(taps.sum())
    return Traffic(loads * words, 0, 0, len(taps) * words, void=(taps.size - loads) * words)


def pool_counts(job: PoolJob, accelerator: Accelerator, cycles: int, moved: Traffic) -> Counts:
    """Return the events of one job that took that many cycles.

    A word of every tap is written into its group's register, a void one as zeros; all but the first pass the OR.
    """
    groups, taps = job.window.positions * pixel_words(job, accelerator), job.window.taps
    return Counter(
        {
            (OR_POOL, "clock"): cycles,
            (OR_POOL, "or"): groups * (taps - 1),
            (OR_POOL, "write"): groups * taps,
            ("global_buffer", "read"): moved.loads,
            ("global_buffer", "write"): moved.results,
        }
    )
