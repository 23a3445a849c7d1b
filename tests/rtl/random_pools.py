"""Random pooling jobs for the accelerators that have an OR-pool, and how many of them are of which kind."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.accelerator import Accelerator
from simulator.borders import inside
from simulator.cycles import CycleClasses
from simulator.engine import run_pool
from simulator.layout import result_row_words, slot_bits
from simulator.pool import PoolJob
from tests.rtl.random_jobs import MOST_CYCLES, draw_stalls, draw_window

MOST_WORDS = 4
"""The most port words of a pixel that are drawn."""


@dataclass(frozen=True)
class DrawnPool:
    """A pooling job, the stall pattern of its port, and its cycles on the engine."""

    job: PoolJob
    stalls: tuple[bool, ...]
    classes: CycleClasses


def draw_pools(accelerator: Accelerator, count: int, seed: int) -> list[DrawnPool]:
    """Draw that many pooling jobs."""
    rng = np.random.default_rng(seed)
    return [_draw_pool(accelerator, number, rng) for number in range(count)]


def _draw_pool(accelerator: Accelerator, number: int, rng: np.random.Generator) -> DrawnPool:
    """Draw until the job is short enough."""
    array, port_bits = accelerator.arrays["xnor"], accelerator.port.width_bits
    most = max(array.lanes, MOST_WORDS * port_bits * array.lanes // slot_bits(array))
    while True:
        channels = int(rng.integers(1, most + 1))
        job = PoolJob(f"pool{number}", "xnor", 1, draw_window(rng), channels)
        ideal = run_pool(job, accelerator)
        if ideal.cycles > MOST_CYCLES:
            continue
        stalls = draw_stalls(ideal.cycles, rng) if rng.random() < 0.4 else ()
        return DrawnPool(job, stalls, run_pool(job, accelerator, np.array(stalls, dtype=np.bool_)))


def pool_shares(drawn: Sequence[tuple[Accelerator, DrawnPool]]) -> dict[str, float]:
    """Return the share of the pooling jobs of each kind."""
    kinds = [_kinds(accelerator, pool) for accelerator, pool in drawn]
    return {name: sum(kind[name] for kind in kinds) / len(kinds) for name in kinds[0]}


def _kinds(accelerator: Accelerator, drawn: DrawnPool) -> dict[str, bool]:
    job, array = drawn.job, accelerator.arrays["xnor"]
    window, on_map = job.window, inside(job.window)
    words = result_row_words(job.channels, array, accelerator.port.width_bits, thresholds=True)
    apart = zip(window.dilation, window.kernel, strict=True)
    return {
        "border": not on_map.all(),
        "place beside the map": not on_map.any(axis=1).all(),
        "first tap beside the map": not on_map[:, 0].all(),
        "one tap": window.taps == 1,
        "kernel not square": window.kernel[0] != window.kernel[1],
        "stride": max(window.stride) > 1,
        "dilation": any(dilation > 1 < taps for dilation, taps in apart),
        "several port words a pixel": words > 1,
        "fewer groups than places": window.positions * words < array.result_tiles,
        "more groups than places": window.positions * words > array.result_tiles,
        "stall pattern": any(drawn.stalls),
    }
