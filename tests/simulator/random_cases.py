"""Random jobs of every dataflow and feed for the closed form, and what they are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from simulator.accelerator import Accelerator, Dataflow
from simulator.job import DirectFeed, Job
from tests.strategies import ELEMENTS, exchanged, hardware
from workloads.encodings import encoding
from workloads.operations import Window

Case = tuple[Job, Accelerator]
SMALL = 3
LARGE = 12
"""Tiles a side, and chunks."""
MANY = 40
"""Tiles a side, and chunks, of jobs that repeat themselves."""
LANES = [1, 2, 3, 5, 8, 12, 16, 48, 64, 100]


def random_cases(count: int, seed: int, side: int = SMALL, tiles: int | None = None) -> list[Case]:
    """Draw jobs of up to so many tiles a side and of as many chunks, with the accelerators that they are for.

    The accelerators are larger with more tiles a side, or are as for ``side`` where ``tiles`` are given.
    """
    random = np.random.default_rng(seed)
    return [random_case(random, side, tiles or side) for _ in range(count)]


def random_case(random: np.random.Generator, side: int, tiles: int) -> Case:
    """Draw a job: half of them output stationary, a third fed directly."""
    dataflow = list(Dataflow)[random.choice(3, p=[0.5, 0.35, 0.15])]
    stationary, direct = dataflow is not Dataflow.OUTPUT_STATIONARY, random.random() < 0.35
    element = str(random.choice(ELEMENTS)) if random.random() < 0.3 else None
    planes = (1, 1) if element else tuple(int(random.choice([1, 1, 1, 2, 3, 8])) for _ in range(2))
    rows, cols = (int(size) for size in random.integers(1, 3 * side, 2))
    words = tuple(int(random.integers(1, 2 * side)) for _ in range(2))
    # A half of B holds a fold where weights stay, and scratchpad or accumulator memory bounds the rows of a tile.
    held = (words[0], rows + words[1] - 1) if stationary else words
    accelerator = hardware(
        *(rows, cols, 1 if element else int(random.choice(LANES))),
        kc=(held[0] * planes[0], held[1] * planes[1]),
        port_bits=2 ** int(random.integers(3, 12)),
        latency=int(np.exp(random.uniform(0, 4))),
        places=int(random.integers(2, 9)),
        accumulator_bits=int(random.choice([8, 12, 16, 20, 32])),
        element=element,
        pipeline_cycles=int(random.integers(1, 10)) if element else 1,
        accumulator_rows=int(random.integers(1, 2 * side)) if stationary else 0,
    )
    (array,) = accelerator.arrays.values()
    tile_rows = min(array.accumulator_rows, words[0]) if stationary else rows
    units = tile_rows, array.lanes * (rows if stationary else min(words)), cols
    m, k, n = (int(np.exp(random.uniform(0, np.log(tiles * unit))) + 0.5) for unit in units)
    code_a, code_b = (encoding(element or f"uint{count}") for count in planes)
    job = Job("job", array.name, 1, m, k, n, code_a, code_b, element is None, bool(random.integers(0, 2)))
    if dataflow is Dataflow.INPUT_STATIONARY:
        return replace(job.exchanged, thresholds=False), exchanged(accelerator)
    return fed_directly(random, job) if direct else job, accelerator


def fed_directly(random: np.random.Generator, job: Job) -> Job:
    """Return a convolution of about as many rows and k."""
    kernel = int(random.integers(1, 4)), int(random.integers(1, 4))
    high, wide = 1 + int(np.sqrt(job.m) * random.uniform(0, 1)), 1 + int(np.sqrt(job.m))
    window = Window((high + kernel[0] - 1, wide + kernel[1] - 1), kernel, (1, 1))
    channels = -(-job.k // window.taps)
    return replace(job, m=window.positions, k=window.taps * channels, direct=DirectFeed(window, channels))


def shares(cases: Sequence[Case]) -> dict[str, float]:
    """Return the share of the jobs of each dataflow and feed."""
    kinds = Counter(
        f"{accelerator.arrays[job.array].dataflow.value}, {'host' if job.direct is None else 'direct'}"
        for job, accelerator in cases
    )
    return {kind: count / len(cases) for kind, count in sorted(kinds.items())}
