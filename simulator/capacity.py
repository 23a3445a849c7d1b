"""What a workload asks of the accelerator's memory, and of the engine."""

from collections.abc import Sequence

from simulator.accelerator import Accelerator
from simulator.job import Job
from simulator.layout import operand_row_words, result_row_words, threshold_words
from simulator.tiling import Tiling
from workloads.errors import InputError, problem
from workloads.trace import Trace

MAX_SLOTS = 1 << 22
"""Slots of one job that the engine takes on: minutes of work, at some 30,000 tiles a second."""


def check_capacity(trace: Trace, jobs: Sequence[Job], accelerator: Accelerator) -> None:
    """Refuse a workload that does not fit the global buffer: there is no DRAM behind it yet.

    Errors: InputError with the capacity that would be needed.
    """
    needed_bits = footprint_bits(trace, jobs, accelerator)
    if needed_bits > accelerator.global_buffer_bits:
        rule = f"must be >= {needed_bits} for {trace.name}, as DRAM is not modelled"
        raise InputError(problem(f"{accelerator.name}: global_buffer", rule, accelerator.global_buffer_bits))


def check_thresholds(trace: Trace, accelerator: Accelerator) -> None:
    """Refuse thresholds that the threshold units cannot hold.

    Errors: InputError with the thresholds' name and the value that is too large.
    """
    bits = next(iter(accelerator.arrays.values())).accumulator_bits
    limit = 1 << (bits - 1)
    for thresholds in trace.thresholds.values():
        for value in (int(thresholds.sums.min()), int(thresholds.sums.max())):
            if not -limit <= value < limit:
                rule = f"must fit accumulator_bits = {bits} of {accelerator.name}"
                raise InputError(problem(f"thresholds {thresholds.name}", rule, value))


def check_slots(job: Job, accelerator: Accelerator) -> None:
    """Refuse a job that would keep the engine busy for hours.

    Errors: InputError with the layer and the slots that it has.
    """
    tiling = Tiling.of(job, accelerator)
    slots = tiling.slot_count
    if slots > MAX_SLOTS:
        rule = f"must be cut into at most {MAX_SLOTS} slots (tiles x chunks) for the event engine"
        raise InputError(problem(f"layer {job.name}: the job", rule, slots))


def footprint_bits(trace: Trace, jobs: Sequence[Job], accelerator: Accelerator) -> int:
    """Return the most that is behind the port at one time.

    Weights and thresholds stay; an activation lives from where it is made (an input from the start) to its last use.
    """
    port_bits = accelerator.port.width_bits
    words: dict[str, int] = {}
    lives: dict[str, list[int]] = {}
    produced = {operation.result for operation in trace.operations}
    last = len(jobs) - 1
    for number, (operation, job) in enumerate(zip(trace.matrix_products, jobs, strict=True)):
        array = accelerator.arrays[job.array]
        row_words = operand_row_words(job.k, array, port_bits)
        words[operation.a], words[operation.b] = job.m * row_words, job.n * row_words
        words[operation.result] = job.m * result_row_words(job.n, array, port_bits, thresholds=job.thresholds)
        lives[operation.result] = [number, number]
        for name in (operation.a, operation.b):
            lives.setdefault(name, [0, number])[1] = number
        if operation.b not in produced:
            lives[operation.b] = [0, last]
        if operation.thresholds is not None:
            words[operation.thresholds] = threshold_words(job.n, array, port_bits)
            lives[operation.thresholds] = [0, last]
    peak = max(
        sum(words[name] for name, (first, end) in lives.items() if first <= number <= end) for number in range(last + 1)
    )
    return peak * port_bits
