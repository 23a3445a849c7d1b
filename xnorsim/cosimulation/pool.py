"""Pooling jobs as the RTL's OR-pool takes them, and their results."""

from simulator.accelerator import Accelerator
from simulator.engine import run_pool
from simulator.layout import k_words
from simulator.pool import PoolJob
from workloads.errors import InputError, problem
from workloads.packing import Words
from xnorsim.cosimulation.jobs import RtlPool
from xnorsim.cosimulation.memory import Area, area_at, bits_of, result_bytes
from xnorsim.cosimulation.network import CYCLE_MARGIN
from xnorsim.cosimulation.window import check_sizes, check_window


def rtl_pool(job: PoolJob, accelerator: Accelerator, *, a: int, result: int, stalls: tuple[bool, ...] = ()) -> RtlPool:
    """Return a pooling job as the RTL takes it, with the addresses of its maps and the port's stall pattern.

    Errors: InputError for an accelerator without an OR-pool, and for a job that the RTL does not run.
    """
    if not accelerator.or_pool:
        raise InputError(problem(f"layer {job.name}: or_pool of {accelerator.name}", "must be true"))
    check_window(job.name, job.window)
    check_sizes(job.name, {"places": job.window.positions, "channels": job.channels})
    return RtlPool(
        m=job.window.positions,
        tap_words=k_words(job.channels, accelerator.arrays[job.array].lanes),
        window=job.window,
        a_addr=a,
        r_addr=result,
        cycle_limit=CYCLE_MARGIN * run_pool(job, accelerator).cycles + len(stalls),
        stalls=stalls,
    )


def read_pool(memory: Area, address: int, job: PoolJob, accelerator: Accelerator) -> Words:
    """Read a pooling job's result out of the memory.

    Shapes: memory [port words, port bytes] -> [positions, words_of(channels)].
    Errors: CosimulationError if bits behind the last channel are set.
    """
    array = accelerator.arrays[job.array]
    shape = result_bytes(job.window.positions, job.channels, array, accelerator.port.width_bits, thresholds=True)
    return bits_of(area_at(memory, address, shape), job.channels, array, job.name)
