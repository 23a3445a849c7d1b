"""What a workload asks of the threshold units, and of the engine."""

from simulator.accelerator import Accelerator
from simulator.job import Job
from simulator.pool import PoolJob
from simulator.pool_counts import pixel_words
from simulator.program import JobStep, PoolStep, Program
from simulator.tiling import Tiling
from workloads.errors import InputError, problem
from workloads.trace import Trace

MAX_SLOTS = 1 << 22
"""Slots of one job that the engine takes on: minutes of work, at some 30,000 tiles a second."""


def check_thresholds(trace: Trace, program: Program, accelerator: Accelerator) -> None:
    """Refuse thresholds that the threshold units cannot hold.

    Errors: InputError with the thresholds' name and the value that is too large.
    """
    for step in program.steps:
        if not isinstance(step, JobStep) or step.thresholds is None or step.thresholds not in trace.thresholds:
            continue
        bits = accelerator.arrays[step.job.array].accumulator_bits
        sums, limit = trace.thresholds[step.thresholds].sums, 1 << (bits - 1)
        for value in (int(sums.min()), int(sums.max())):
            if not -limit <= value < limit:
                rule = f"must fit accumulator_bits = {bits} of {accelerator.name}"
                raise InputError(problem(f"thresholds {step.thresholds}", rule, value))


def check_slots(program: Program, accelerator: Accelerator) -> None:
    """Refuse a job that would keep the engine busy for hours.

    Errors: InputError with the layer and the slots, or the groups of a pooling job, that it has.
    """
    for step in program.steps:
        if isinstance(step, JobStep):
            slots = Tiling.of(step.job, accelerator).slot_count
            _check_size(step.job, slots, "slots (tiles x chunks)")
        elif isinstance(step, PoolStep):
            groups = step.job.window.positions * pixel_words(step.job, accelerator)
            _check_size(step.job, groups, "groups (places x port words)")


def _check_size(job: Job | PoolJob, parts: int, kind: str) -> None:
    if parts > MAX_SLOTS:
        rule = f"must be cut into at most {MAX_SLOTS} {kind} for the event engine"
        raise InputError(problem(f"layer {job.name}: the job", rule, parts))
