"""Random jobs for accelerators of many sizes, and how many of them are of which kind."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from simulator.accelerator import Accelerator, Dataflow
from simulator.borders import inside
from simulator.cycles import CycleClasses
from simulator.engine import run_job
from simulator.job import DirectFeed, Job, check_job
from simulator.layout import k_words, row_k_words
from simulator.tiling import Tiling
from tests.strategies import INTEGERS, exchanged, hardware, one_plane
from workloads.encodings import Digit, Encoding, Plane, encoding
from workloads.errors import InputError
from workloads.operations import Window

# Each of them a corner: one PE; lanes that are no power of two; ports narrower and far wider than a k word; halves of
# different sizes, and chunks that do not end on port words; few result places and many; places of one row and of more
# than the array has; short and long latencies. The input-stationary one runs on the build above it.
HARDWARE = {
    "1x1x1": hardware(1, 1, 1, kc=(11, 9), port_bits=8, accumulator_bits=16, places=4),
    "3x2x12": hardware(3, 2, 12, kc=(8, 13), port_bits=8, latency=3, accumulator_bits=20, places=2),
    "4x4x16": hardware(4, 4, 16, kc=(9, 9), port_bits=32, latency=7, accumulator_bits=32, places=3),
    "5x1x33": hardware(5, 1, 33, kc=(8, 8), port_bits=16, latency=1, accumulator_bits=28, places=8),
    "8x8x64": hardware(8, 8, 64, kc=(8, 12), port_bits=512, latency=5, accumulator_bits=32, places=5),
    "1x1x1 ws": hardware(1, 1, 1, kc=(9, 11), port_bits=8, accumulator_bits=17, places=3, accumulator_rows=1),
    "2x5x8 ws": hardware(
        2, 5, 8, kc=(16, 17), port_bits=64, latency=2, accumulator_bits=24, places=5, accumulator_rows=7
    ),
    "4x3x7 ws": hardware(
        4, 3, 7, kc=(12, 33), port_bits=256, latency=20, accumulator_bits=18, places=7, accumulator_rows=3
    ),
    "1x6x5 ws": hardware(
        1, 6, 5, kc=(20, 9), port_bits=128, latency=11, accumulator_bits=40, places=6, accumulator_rows=12
    ),
    "3x4x33 ws": hardware(
        3, 4, 33, kc=(24, 24), port_bits=16, latency=1, accumulator_bits=28, places=2, accumulator_rows=5
    ),
    "8x8x64 ws": hardware(
        8, 8, 64, kc=(16, 64), port_bits=512, latency=5, accumulator_bits=32, places=5, accumulator_rows=16
    ),
}
HARDWARE["4x3x7 is"] = exchanged(HARDWARE["4x3x7 ws"])
WITH_POOL = ("1x1x1", "3x2x12", "4x4x16", "8x8x64", "2x5x8 ws", "1x6x5 ws", "3x4x33 ws")
HARDWARE |= {name: replace(HARDWARE[name], or_pool=True) for name in WITH_POOL}

MOST_CYCLES = 2500
"""The longest job that is drawn, so that many jobs fit into a test."""

CONVOLUTIONS = 0.38
"""The share of convolutions among the jobs that are drawn; fewer of them are short enough."""

WIDE = 0.25
"""The share of jobs whose rows of results may fill several k words, where lanes are many and columns few."""

KEPT = 0.05
"""The share of jobs with one whole m tile, one chunk and several n tiles, which all have the same A.

The first one is like that: what a job leaves behind for the next, nothing has left for it.
"""

MULTI_PLANE = [code for code in map(encoding, INTEGERS) if len(code.planes) > 1]
BIPOLAR_PLANES = Encoding("bipolar, two planes", (Plane(Digit.BIPOLAR), Plane(Digit.BIPOLAR, 1)))
"""No encoding of a trace, but one that the hardware takes."""


@dataclass(frozen=True)
class DrawnJob:
    """A job, the stall pattern of its port, and its cycles on the engine."""

    job: Job
    stalls: tuple[bool, ...]
    classes: CycleClasses
    tiles: tuple[int, int, int]
    """m tiles, n tiles, chunks."""


def draw_jobs(accelerator: Accelerator, count: int, seed: int) -> list[DrawnJob]:
    """Draw that many jobs."""
    rng = np.random.default_rng(seed)
    return [_draw_job(accelerator, number, rng) for number in range(count)]


def _draw_job(accelerator: Accelerator, number: int, rng: np.random.Generator) -> DrawnJob:
    """Draw until the accumulators hold the job's sums and the job is short enough."""
    array = accelerator.arrays["xnor"]
    transposed = array.dataflow is Dataflow.INPUT_STATIONARY
    while True:
        code_a, code_b = _draw_encoding(rng), _draw_encoding(rng)
        job = Job(f"job{number}", "xnor", 1, 1, 1, 1, code_a, code_b)
        tiling = Tiling.of(job, accelerator)
        if min(tiling.chunk_words, tiling.tile_rows) < 1 or not _holds_a_fold(tiling, accelerator):
            continue
        units = (tiling.tile_rows, array.cols, tiling.chunk_words * array.lanes)
        many = rng.random() > 0.4
        m, n, k = _draw_many(units, rng) if many else (_draw_side(unit, rng) for unit in units)
        if rng.random() < WIDE:
            n = int(rng.integers(1, 3 * max(array.lanes, array.cols) + 1))
        if rng.random() < KEPT or number == 0:
            m, n, k, many = units[0], array.cols * int(rng.integers(2, 4)), int(rng.integers(1, units[2] + 1)), False
        if transposed:
            m, n = n, m
        job = replace(job, m=m, k=k, n=n, thresholds=not transposed and bool(rng.integers(2)))
        if not transposed and rng.random() < CONVOLUTIONS:
            job = _draw_convolution(job, tiling, rng, many=many)
        try:
            check_job(job, array.accumulator_bits)
        except InputError:
            continue
        ideal = run_job(job, accelerator)
        if ideal.cycles > MOST_CYCLES:
            continue
        stalls = draw_stalls(ideal.cycles, rng) if rng.random() < 0.4 else ()
        tiling = Tiling.of(job, accelerator)
        tiles = (len(tiling.row_spans), len(tiling.col_spans), len(tiling.chunks))
        return DrawnJob(job, stalls, run_job(job, accelerator, np.array(stalls, dtype=np.bool_)), tiles)


def _holds_a_fold(tiling: Tiling, accelerator: Accelerator) -> bool:
    """Tell whether half of scratchpad B holds a weight set of every plane."""
    words = accelerator.words_per_half(tiling.array)[1]
    return not tiling.weight_stationary or words >= tiling.array.rows * tiling.job.planes[1]


def _draw_encoding(rng: np.random.Generator) -> Encoding:
    """Draw one plane with a weight of its own, or several."""
    if rng.random() < 0.57:
        return one_plane(list(Digit)[rng.integers(2)], int(rng.integers(0, 5) if rng.random() < 0.3 else 0))
    if rng.random() < 0.1:
        return BIPOLAR_PLANES
    return MULTI_PLANE[rng.integers(len(MULTI_PLANE))]


def _draw_side(unit: int, rng: np.random.Generator) -> int:
    """Draw a side of up to three tiles; one in three is 1, one in six whole tiles."""
    chance = rng.random()
    if chance < 1 / 3:
        return 1
    return unit * int(rng.integers(1, 4)) if chance < 1 / 2 else int(rng.integers(1, 3 * unit + 1))


def _draw_many(units: tuple[int, ...], rng: np.random.Generator) -> list[int]:
    """Draw sides of two or three tiles each."""
    return [int(rng.integers(unit + 1, 3 * unit + 1)) for unit in units]


def _draw_convolution(job: Job, tiling: Tiling, rng: np.random.Generator, *, many: bool) -> Job:
    """Draw a map and a window for a job; one of several m tiles and chunks on request."""
    lanes = tiling.array.lanes
    while True:
        window = draw_window(rng)
        channels = int(rng.integers(1, 3 * lanes + 1)) if rng.random() < 0.7 else lanes * int(rng.integers(1, 3))
        drawn = replace(job, m=window.positions, k=window.taps * channels, direct=DirectFeed(window, channels))
        if not many or (drawn.m > tiling.tile_rows and row_k_words(drawn, tiling.array) > tiling.chunk_words):
            return drawn


def draw_window(rng: np.random.Generator) -> Window:
    """Draw a window with at least one place on its map."""
    size, kernel, stride, padding, dilation = zip(*(_draw_window_side(rng) for _ in range(2)), strict=True)
    return Window(size, kernel, stride, padding, dilation)


def _draw_window_side(rng: np.random.Generator) -> tuple[int, int, int, int, int]:
    """Draw one side of a map, kernel, stride, padding and dilation; one window in many has places beside its map."""
    kernel, stride, dilation = int(rng.integers(1, 5)), int(rng.integers(1, 4)), int(rng.integers(1, 4))
    reach = dilation * (kernel - 1) + 1
    padding = int(rng.integers(0, reach if rng.random() < 0.9 else reach + 3)) if rng.random() < 0.7 else 0
    least = max(1, reach - 2 * padding)
    return int(rng.integers(least, least + 6)), kernel, stride, padding, dilation


def draw_stalls(cycles: int, rng: np.random.Generator) -> tuple[bool, ...]:
    """Draw a stall pattern that ends somewhere in the job or behind it."""
    length, density = int(rng.integers(1, 2 * cycles)), rng.choice([0.1, 0.3, 0.5, 0.8])
    # Runs of up to eight equal bits, since single stalls seldom meet the end of a load.
    bits = np.repeat(rng.random(length) < density, rng.integers(1, 9))
    return tuple(bits[:length].tolist())


def shares(drawn: Sequence[tuple[Accelerator, DrawnJob]]) -> dict[str, float]:
    """Return the share of the jobs of each kind."""
    kinds = [_kinds(accelerator, job) for accelerator, job in drawn]
    return {name: sum(kind[name] for kind in kinds) / len(kinds) for name in kinds[0]}


def _kinds(accelerator: Accelerator, drawn: DrawnJob) -> dict[str, bool]:
    """Tell what kinds a job is of."""
    job, classes = drawn.job, drawn.classes
    digits = {job.encoding_a.planes[0].digit, job.encoding_b.planes[0].digit}
    names = {job.encoding_a.name, job.encoding_b.name}
    others = (classes.issue, classes.schedule, classes.flush)
    return {
        "one plane by one": job.passes == 1,
        "several planes": job.passes > 1,
        "several planes by several": min(job.planes) > 1,
        "eight planes": max(job.planes) == 8,
        "XNOR": digits == {Digit.BIPOLAR},
        "AND": digits == {Digit.UNIPOLAR},
        "mixed digits": len(digits) == 2,
        "signed": any(name.startswith("int") for name in names),
        "ternary": "ternary" in names,
        "thresholds": job.thresholds,
        "results of several k words": job.thresholds and job.n > accelerator.arrays["xnor"].lanes,
        "m of 1": job.m == 1,
        "k of 1": job.k == 1,
        "n of 1": job.n == 1,
        "k no multiple of lanes": job.k % accelerator.arrays["xnor"].lanes != 0,
        **_kinds_of_convolution(job, accelerator),
        "several m tiles, n tiles and chunks": min(drawn.tiles) > 1,
        "more tiles than places": drawn.tiles[0] * drawn.tiles[1] > accelerator.arrays["xnor"].result_tiles,
        "weight stationary": accelerator.arrays["xnor"].dataflow is Dataflow.WEIGHT_STATIONARY,
        "input stationary": accelerator.arrays["xnor"].dataflow is Dataflow.INPUT_STATIONARY,
        "port-bound": classes.stall_cycles > max(others),
        "drain-bound": classes.schedule > 0,
        "stall pattern": any(drawn.stalls),
    }


def _kinds_of_convolution(job: Job, accelerator: Accelerator) -> dict[str, bool]:
    """Tell what kinds of convolution a job is of."""
    window, array = (job.direct.window if job.direct else Window((1, 1), (1, 1), (1, 1))), accelerator.arrays["xnor"]
    on_map, each = inside(window), k_words(job.taps[1], array.lanes)
    chunk = Tiling.of(job, accelerator).chunk_words
    kinds = {
        "convolution": True,
        "weight-stationary convolution": array.dataflow is not Dataflow.OUTPUT_STATIONARY,
        "convolution of several planes": job.passes > 1,
        "convolution of mixed digits": job.encoding_a.planes[0].digit is not job.encoding_b.planes[0].digit,
        "border": not on_map.all(),
        "place beside the map": not on_map.any(axis=1).all(),
        "tap beside the map": not on_map.any(axis=0).all(),
        "kernel not square": window.kernel[0] != window.kernel[1],
        "stride": max(window.stride) > 1,
        "dilation": any(apart > 1 < taps for apart, taps in zip(window.dilation, window.kernel, strict=True)),
        "tap with a tail": job.taps[1] % array.lanes != 0,
        "chunk that ends in a tap": row_k_words(job, array) > chunk and chunk % each != 0,
    }
    return {name: job.direct is not None and bool(kind) for name, kind in kinds.items()}


def shares_text(drawn: Sequence[tuple[Accelerator, DrawnJob]]) -> str:
    """Return the distribution as a table."""
    lines = [f"{len(drawn)} jobs, {sum(job.classes.cycles for _, job in drawn):,} cycles"]
    return "\n".join(lines + [f"  {name:<36}{share:7.1%}" for name, share in shares(drawn).items()])
