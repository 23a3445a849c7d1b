"""Random operands for jobs, played back to back on the RTL and compared with engine and reference."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from simulator.accelerator import Accelerator
from simulator.engine import run_job
from simulator.job import Job
from tests.traces import random_bits
from workloads.packing import Words
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


@dataclass(frozen=True)
class Case:
    """A job with operands, and the result that the reference arithmetic says it has."""

    job: Job
    a: Words
    b: Words
    thresholds: Thresholds | None
    expected: np.ndarray


def random_case(job: Job, rng: np.random.Generator) -> Case:
    """Draw operands; thresholds lie among the sums, so that both outcomes occur."""
    a, b = (random_bits(name, rows, job.k, rng).packed for name, rows in (("a", job.m), ("b", job.n)))
    assert a is not None
    assert b is not None
    sums = product(a, b, job.k, job.encoding_a, job.encoding_b)
    if not job.thresholds:
        return Case(job, a, b, None, sums)
    limits = rng.choice(sums.reshape(-1), job.n) + rng.integers(-1, 2, job.n)
    thresholds = Thresholds("t", limits, rng.integers(0, 2, job.n).astype(np.bool_))
    return Case(job, a, b, thresholds, threshold(sums, thresholds.sums, thresholds.at_most)[:, 0])


def check_on_rtl(cases: Sequence[Case], accelerator: Accelerator, work_dir: Path) -> None:
    """Play all cases back to back: every cycle class as the engine's, every result as the reference's.

    Nothing but the results may change in the memory.
    """
    memory = Memory(accelerator.port.width_bits)
    rtl_jobs = [_placed(case, accelerator, memory) for case in cases]
    image = memory.image()
    parameters = rtl_parameters(accelerator, "xnor", memory_words(len(image)))
    cycles, after = play(parameters, image, rtl_jobs, accelerator.port.latency_cycles, work_dir)
    for number, (case, played, classes) in enumerate(zip(cases, rtl_jobs, as_classes(cycles), strict=True)):
        where = f"job {number}: {case.job} on {accelerator}"
        expected = run_job(case.job, accelerator)
        assert classes == expected, f"RTL {classes}, engine {expected}; {where}"
        result = read_result(after, played.r_addr, case.job, accelerator)
        assert np.array_equal(result, case.expected), where
    untouched = np.ones(len(image), dtype=np.bool_)
    for case, played in zip(cases, rtl_jobs, strict=True):
        untouched[played.r_addr : played.r_addr + _result_area(case.job, accelerator).size * 8
                  // accelerator.port.width_bits] = False  # fmt: skip
    assert np.array_equal(after[untouched], image[untouched]), "a store outside of the results"


def _placed(case: Case, accelerator: Accelerator, memory: Memory) -> RtlJob:
    array, port_bits = accelerator.arrays["xnor"], accelerator.port.width_bits
    return rtl_job(
        case.job,
        accelerator,
        a=memory.place(operand_area(case.a[:, 0], case.job.k, array, port_bits)),
        b=memory.place(operand_area(case.b[:, 0], case.job.k, array, port_bits)),
        thresholds=memory.place(threshold_area(case.thresholds, array, port_bits)) if case.thresholds else 0,
        result=memory.place(_result_area(case.job, accelerator)),
    )


def _result_area(job: Job, accelerator: Accelerator) -> Area:
    port_bits = accelerator.port.width_bits
    shape = result_bytes(job.m, job.n, accelerator.arrays["xnor"], port_bits, thresholds=job.thresholds)
    return np.full(shape, UNWRITTEN, dtype=np.uint8)
