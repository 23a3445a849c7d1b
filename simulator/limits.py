"""What a workload asks of scratchpads and threshold units, and of the engine."""

from collections.abc import Iterable

from simulator.accelerator import Accelerator, Dataflow
from simulator.job import Job
from simulator.pool import PoolJob
from simulator.pool_counts import pixel_words
from simulator.program import JobStep, Program
from simulator.tiling import Tiling
from workloads.errors import InputError, problem
from workloads.trace import Trace

MAX_SLOTS = 1 << 22
"""Slots of one job that the engine takes on: a minute or two of work (docs/speed.md)."""


def check_scratchpads(accelerator: Accelerator, jobs: Iterable[Job]) -> None:
    """Refuse a job of which not even one k word of every row, or one fold, fits half a scratchpad in all its planes.

    Errors: InputError with the first such job, the scratchpad and what it would have to hold.
    """
    for job in jobs:
        needs = zip(least_bits(job, accelerator), _planes(job, accelerator), strict=True)
        for side, bits, (least, planes) in zip("ab", accelerator.scratchpad_bits, needs, strict=True):
            if bits < least:
                rule = f"must have >= {least} bits for the {planes} planes of {job.name}"
                raise InputError(problem(f"{accelerator.name}: scratchpads.{side}", rule))


def least_bits(job: Job, accelerator: Accelerator) -> tuple[int, int]:
    """Return the bits that scratchpads A and B must have for a job."""
    return accelerator.arrays[job.array].least_bits(_planes(job, accelerator))


def _planes(job: Job, accelerator: Accelerator) -> tuple[int, int]:
    """Return the planes that pass through scratchpads A and B."""
    stays = accelerator.arrays[job.array].dataflow is Dataflow.INPUT_STATIONARY
    return (job.exchanged if stays else job).planes


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


def check_slots(job: Job | PoolJob, accelerator: Accelerator) -> None:
    """Refuse a job that would keep the engine busy for hours.

    Errors: InputError with the layer and the slots, or the groups of a pooling job, that it has.
    """
    if isinstance(job, PoolJob):
        parts, kind = job.window.positions * pixel_words(job, accelerator), "groups (places x port words)"
    else:
        parts, kind = Tiling.of(job, accelerator).slot_count, "slots (tiles x chunks)"
    if parts > MAX_SLOTS:
        rule = f"must be cut into at most {MAX_SLOTS} {kind} for the event engine"
        raise InputError(problem(f"layer {job.name}: the job", rule, parts))
