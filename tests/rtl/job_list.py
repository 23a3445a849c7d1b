"""Operands for jobs, played back to back on the RTL and compared with engine and reference."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from simulator.accelerator import Accelerator, Dataflow
from simulator.engine import run_job
from simulator.job import Job
from workloads.encodings import Encoding
from workloads.packing import Words, pack_bits
from workloads.reference import product, threshold
from workloads.trace import Thresholds
from xnorsim.cosimulation.jobs import RtlJob, play
from xnorsim.cosimulation.memory import Area, operand_area, result_bytes, threshold_area
from xnorsim.cosimulation.network import (
    UNWRITTEN,
    Memory,
    as_classes,
    memory_words,
    read_result,
    rtl_job,
    rtl_parameters,
)

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


def random_case(job: Job, accelerator: Accelerator, rng: np.random.Generator, stalls: tuple[bool, ...] = ()) -> Case:
    """Draw operands; thresholds lie among the sums, so that both outcomes occur."""
    a, b = _planes(job.m, job.k, job.encoding_a, rng), _planes(job.n, job.k, job.encoding_b, rng)
    sums = product(a, b, job.k, job.encoding_a, job.encoding_b)
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
    cases: Sequence[Case], accelerator: Accelerator, work_dir: Path, *, least_memory_words: int = 1, seed: int = 1
) -> None:
    """Play all cases back to back: every cycle class as the engine's, every result as the reference's.

    Nothing but the results may change in the memory, and what is no operand in it counts nowhere.
    """
    image, rtl_jobs = placed(cases, accelerator, seed)
    parameters = rtl_parameters(accelerator, "xnor", memory_words(max(len(image), least_memory_words)))
    cycles, after = play(parameters, image, rtl_jobs, accelerator.port.latency_cycles, work_dir, seed)
    for number, (case, played, classes) in enumerate(zip(cases, rtl_jobs, as_classes(cycles), strict=True)):
        stalled = f", {sum(case.stalls)} of its first {len(case.stalls)} cycles stalled" if case.stalls else ""
        where = f"job {number}: {case.job} on {accelerator}{stalled}"
        expected = run_job(case.job, accelerator, np.array(case.stalls, dtype=np.bool_))
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


def _placed(case: Case, accelerator: Accelerator, memory: Memory, noise: np.random.Generator) -> RtlJob:
    array, port_bits = accelerator.arrays["xnor"], accelerator.port.width_bits

    def operand(packed: Words) -> int:
        ones = np.broadcast_to(pack_bits(np.ones((1, 1, case.job.k), dtype=np.bool_)), packed.shape)
        used = operand_area(ones, case.job.k, array, port_bits)
        return memory.place(_among_noise(operand_area(packed, case.job.k, array, port_bits), used, noise))

    def thresholds(values: Thresholds) -> int:
        ones = Thresholds("ones", np.full_like(values.sums, -1), np.ones_like(values.at_most))
        used = threshold_area(ones, array, port_bits)
        return memory.place(_among_noise(threshold_area(values, array, port_bits), used, noise))

    return rtl_job(
        case.job,
        accelerator,
        a=operand(case.a),
        b=operand(case.b),
        thresholds=thresholds(case.thresholds) if case.thresholds else 0,
        result=memory.place(_result_area(case.job, accelerator)),
        stalls=case.stalls,
    )


def _among_noise(area: Area, used: Area, noise: np.random.Generator) -> Area:
    """Set the bits of an area that hold nothing (tails of rows, gaps between slots) at random."""
    return area | (noise.integers(0, 256, area.shape, np.uint8) & ~used)


def _result_area(job: Job, accelerator: Accelerator) -> Area:
    array, port_bits = accelerator.arrays["xnor"], accelerator.port.width_bits
    written = job.exchanged if array.dataflow is Dataflow.INPUT_STATIONARY else job
    shape = result_bytes(written.m, written.n, array, port_bits, thresholds=job.thresholds)
    return np.full(shape, UNWRITTEN, dtype=np.uint8)
