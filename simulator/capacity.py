"""What a workload needs behind the port at one time."""

from collections.abc import Sequence

from simulator.accelerator import Accelerator
from simulator.job import Job
from simulator.layout import operand_row_words, result_row_words, threshold_words
from workloads.errors import InputError, problem
from workloads.trace import Trace


def check_capacity(trace: Trace, jobs: Sequence[Job], accelerator: Accelerator) -> None:
    """Refuse a workload that does not fit the global buffer: there is no DRAM behind it yet.

    Errors: InputError with the capacity that would be needed.
    """
    needed_bits = footprint_bits(trace, jobs, accelerator)
    if needed_bits > accelerator.global_buffer_bits:
        rule = f"must be >= {needed_bits} for {trace.name}, as DRAM is not modelled"
        raise InputError(problem(f"{accelerator.name}: global_buffer", rule, accelerator.global_buffer_bits))


def footprint_bits(trace: Trace, jobs: Sequence[Job], accelerator: Accelerator) -> int:
    """Return the bits of all weights and thresholds, and of the largest layer's input and result."""
    port_bits = accelerator.port.width_bits
    resident: dict[str, int] = {}
    live_words = 0
    for operation, job in zip(trace.matrix_products, jobs, strict=True):
        array = accelerator.arrays[job.array]
        row_words = operand_row_words(job.k, array, port_bits)
        resident[operation.b] = job.n * row_words
        if operation.thresholds is not None:
            resident[operation.thresholds] = threshold_words(job.n, array, port_bits)
        result = job.m * result_row_words(job.n, array, port_bits, thresholds=job.thresholds)
        live_words = max(live_words, job.m * row_words + result)
    return (sum(resident.values()) + live_words) * port_bits
