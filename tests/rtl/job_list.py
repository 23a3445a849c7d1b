"""Operands for jobs, played back to back on the RTL and compared with engine and reference."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from simulator.accelerator import Accelerator, Dataflow
from simulator.cycles import CycleClasses
from simulator.engine import run_job, run_pool
from simulator.job import Job
from simulator.layout import accumulator_slot_bits
from simulator.pool import PoolJob
from workloads.encodings import Encoding
from workloads.packing import Words, pack_bits
from workloads.reference import convolution, pooled, product, threshold
from workloads.trace import Thresholds
from xnorsim.cosimulation.builds import Design
from xnorsim.cosimulation.jobs import RtlJob, RtlPool, bench_design, play_on
from xnorsim.cosimulation.memory import Area, area_at, operand_area, result_bytes, threshold_area
from xnorsim.cosimulation.network import (
    UNWRITTEN,
    Memory,
    as_classes,
    memory_words,
    read_result,
    rtl_job,
    rtl_parameters,
)
from xnorsim.cosimulation.pool import read_pool, rtl_pool

# Ones among the bits of an operand; all or none of them give the largest sums.
DENSITIES = [0.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.9, 1.0]


@dataclass(frozen=True)
class Case:
    """A job with operands, a stall pattern, and the result that the reference arithmetic says it has."""

    job: Job
    a: Words
    b: Words
    thresholds: Thresholds | None
    expected: np.ndarray
    stalls: tuple[bool, ...] = ()


@dataclass(frozen=True)
class PoolCase:
    """A pooling job with its map, a stall pattern, and the map that the reference arithmetic makes of it."""

    job: PoolJob
    bits: Words
    expected: Words
    stalls: tuple[bool, ...] = ()


def random_pool_case(job: PoolJob, rng: np.random.Generator, stalls: tuple[bool, ...] = ()) -> PoolCase:
    """Draw a map; with few ones, so that the OR of a window is not always 1."""
    pixels = job.window.size[0] * job.window.size[1]
    bits = pack_bits(rng.random((pixels, job.channels)) < rng.choice([0.05, 0.2, 0.5]))
    return PoolCase(job, bits, pooled(bits, job.window), stalls)


def random_case(job: Job, accelerator: Accelerator, rng: np.random.Generator, stalls: tuple[bool, ...] = ()) -> Case:
    """Draw operands; thresholds lie among the sums, so that both outcomes occur."""
    b = _planes(job.n, job.k, job.encoding_b, rng)
    if job.direct is None:
        a = _planes(job.m, job.k, job.encoding_a, rng)
        sums = product(a, b, job.k, job.encoding_a, job.encoding_b)
    else:
        window, channels = job.direct.window, job.direct.channels
        a = _planes(window.size[0] * window.size[1], channels, job.encoding_a, rng)
        sums = convolution(a, b, window, channels, job.encoding_a, job.encoding_b)
    if not job.thresholds:
        return Case(job, a, b, None, sums, stalls)
    most = (1 << (accelerator.arrays[job.array].accumulator_bits - 1)) - 1
    limits = np.clip(rng.choice(sums.reshape(-1), job.n) + rng.integers(-1, 2, job.n), -most - 1, most)
    thresholds = Thresholds("t", limits, rng.integers(0, 2, job.n).astype(np.bool_))
    return Case(job, a, b, thresholds, threshold(sums, thresholds.sums, thresholds.at_most)[:, 0], stalls)


def _planes(rows: int, k: int, encoding: Encoding, rng: np.random.Generator) -> Words:
    """Draw the bits of an operand's planes.

    Shapes: -> [rows, planes, words_of(k)].
    """
    return pack_bits(rng.random((rows, len(encoding.planes), k)) < rng.choice(DENSITIES))


def check_on_rtl(
    cases: Sequence[Case | PoolCase],
    accelerator: Accelerator,
    work_dir: Path,
    *,
    least_memory_words: int = 1,
    seed: int = 1,
    design: Callable[[Mapping[str, int]], Design] = bench_design,
) -> None:
    """Play all cases back to back: every cycle class as the engine's, every result as the reference's.

    Nothing but the results may change in the memory, and what is no operand in it counts nowhere.
    """
    image, rtl_jobs = placed(cases, accelerator, seed)
    parameters = rtl_parameters(accelerator, "xnor", memory_words(max(len(image), least_memory_words)))
    cycles, after = play_on(design(parameters), image, rtl_jobs, accelerator.port.latency_cycles, work_dir, seed)
    for number, (case, played, classes) in enumerate(zip(cases, rtl_jobs, as_classes(cycles), strict=True)):
        stalled = f", {sum(case.stalls)} of its first {len(case.stalls)} cycles stalled" if case.stalls else ""
        where = f"job {number}: {case.job} on {accelerator}{stalled}"
        expected = engine_classes(case, accelerator)
        assert classes == expected, f"RTL {classes}, engine {expected}; {where}"
        assert has_result(case, played, accelerator, after), where
    assert changed_only_results(cases, rtl_jobs, accelerator, image, after), "a store outside of the results"


def placed(cases: Sequence[Case], accelerator: Accelerator, seed: int) -> tuple[Area, list[RtlJob]]:
    """Place the operands of all cases in one memory, among noise; return its image and the jobs."""
    memory, noise = Memory(accelerator.port.width_bits), np.random.default_rng(seed)
    jobs = [_placed(case, accelerator, memory, noise) for case in cases]
    return memory.image(), jobs


def has_result(case: Case, played: RtlJob, accelerator: Accelerator, after: Area) -> bool:
    """Tell whether the memory holds the result that the reference arithmetic says a case has."""
    return np.array_equal(read_result(after, played.r_addr, case.job, accelerator), case.expected)


def changed_only_results(
    cases: Sequence[Case], jobs: Sequence[RtlJob], accelerator: Accelerator, image: Area, after: Area
) -> bool:
    """Tell whether nothing but the results differs from the image."""
    untouched = np.ones(len(image), dtype=np.bool_)
    for case, played in zip(cases, jobs, strict=True):
        words = _result_area(case.job, accelerator).size * 8 // accelerator.port.width_bits
        untouched[played.r_addr : played.r_addr + words] = False
    return np.array_equal(after[untouched], image[untouched])


def engine_classes(case: Case | PoolCase, accelerator: Accelerator) -> CycleClasses:
    """Return the cycles of a case by class, as the engine has them."""
    stalls = np.array(case.stalls, dtype=np.bool_)
    if isinstance(case, PoolCase):
        return run_pool(case.job, accelerator, stalls)
    return run_job(case.job, accelerator, stalls)


def _result(case: Case | PoolCase, memory: Area, address: int, accelerator: Accelerator) -> np.ndarray:
    if isinstance(case, PoolCase):
        return read_pool(memory, address, case.job, accelerator)
    return read_result(memory, address, case.job, accelerator)


def _placed(
    case: Case | PoolCase, accelerator: Accelerator, memory: Memory, noise: np.random.Generator
) -> RtlJob | RtlPool:
    array, port_bits = accelerator.arrays["xnor"], accelerator.port.width_bits
    result = memory.place(_result_area(case, accelerator))
    if isinstance(case, PoolCase):
        # Gaps and tails are zeros, as an array writes them.
        area = operand_area(case.bits[:, None], case.job.channels, array, port_bits)
        return rtl_pool(case.job, accelerator, a=memory.place(area), result=result, stalls=case.stalls)
    taps, elements = case.job.taps

    def operand(packed: Words, taps: int) -> int:
        ones = np.broadcast_to(pack_bits(np.ones((1, 1, taps * elements), dtype=np.bool_)), packed.shape)
        area, used = (operand_area(words, elements, array, port_bits, taps) for words in (packed, ones))
        return memory.place(_among_noise(area, used, noise))

    def thresholds(values: Thresholds) -> int:
        ones = Thresholds("ones", np.full_like(values.sums, -1), np.ones_like(values.at_most))
        used = threshold_area(ones, array, port_bits)
        return memory.place(_among_noise(threshold_area(values, array, port_bits), used, noise))

    return rtl_job(
        case.job,
        accelerator,
        # A pixel of A is a tap of its own.
        a=operand(case.a, 1),
        b=operand(case.b, taps),
        thresholds=thresholds(case.thresholds) if case.thresholds else 0,
        result=result,
        stalls=case.stalls,
    )


def _among_noise(area: Area, used: Area, noise: np.random.Generator) -> Area:
    """Set the bits of an area that hold nothing (tails of rows, gaps between slots) at random."""
    return area | (noise.integers(0, 256, area.shape, np.uint8) & ~used)


def _stored_sums(case: Case, accelerator: Accelerator) -> Area:
    """Return the area of accumulators whole: each fills its slot with its sign, a row ends in zeros."""
    area = np.zeros_like(_result_area(case, accelerator))
    array = accelerator.arrays["xnor"]
    written = case.expected.T if array.dataflow is Dataflow.INPUT_STATIONARY else case.expected
    slots = np.ascontiguousarray(written).astype(f"<i{accumulator_slot_bits(array) // 8}").view(np.uint8)
    area[:, : slots.shape[1]] = slots
    return area


def _result_area(case: Case | PoolCase, accelerator: Accelerator) -> Area:
    array, port_bits = accelerator.arrays["xnor"], accelerator.port.width_bits
    if isinstance(case, PoolCase):
        rows, channels, bits = case.job.window.positions, case.job.channels, True
    else:
        written = case.job.exchanged if array.dataflow is Dataflow.INPUT_STATIONARY else case.job
        rows, channels, bits = written.m, written.n, case.job.thresholds
    shape = result_bytes(rows, channels, array, port_bits, thresholds=bits)
    return np.full(shape, UNWRITTEN, dtype=np.uint8)
