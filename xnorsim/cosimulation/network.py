"""A trace on the RTL: every layer from memory to memory, no host step between them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.accelerator import Accelerator, Dataflow
from simulator.cycles import CycleClasses
from simulator.engine import run_job
from simulator.job import MAX_PLANES, Job
from simulator.layout import k_words, row_k_words
from simulator.limits import check_scratchpads, check_slots
from simulator.placement import check_runs
from simulator.program import JobStep, program
from workloads.encodings import Digit, Encoding
from workloads.errors import InputError, problem
from workloads.packing import Words
from workloads.trace import Trace
from xnorsim.cosimulation.errors import CosimulationError
from xnorsim.cosimulation.jobs import DIM_BITS, WINDOW_BITS, JobCycles, RtlJob, RtlOperand, play
from xnorsim.cosimulation.memory import (
    Area,
    area_at,
    bits_of,
    operand_area,
    result_bytes,
    result_sums,
    threshold_area,
)
from xnorsim.cosimulation.window import rtl_window

CYCLE_MARGIN = 4
"""A job that takes this many times the cycles of the engine counts as stuck."""

MAX_SHIFT = 15
"""The largest weight of a pair of planes that the RTL takes, as a logarithm."""

UNWRITTEN = 0xA5
"""What a result's area holds before the job: a bit that the RTL never stores shows as a wrong one."""


@dataclass(frozen=True)
class RtlRun:
    """What the RTL did: each layer's cycles by class, and every result."""

    layers: tuple[CycleClasses, ...]
    results: dict[str, NDArray[np.int64] | Words]


class Memory:
    """The memory behind the port, filled area by area from address 0."""

    def __init__(self, port_bits: int) -> None:
        self._port_bytes = port_bits // 8
        self._areas: list[Area] = []
        self._next = 0

    def place(self, area: Area) -> int:
        """Append an area.

        Units: returns its address in port words.
        """
        address = self._next
        self._areas.append(area.reshape(-1, self._port_bytes))
        self._next += len(self._areas[-1])
        return address

    def image(self) -> Area:
        """Return all port words."""
        return np.concatenate(self._areas)


def rtl_parameters(accelerator: Accelerator, array_name: str, memory_words: int) -> dict[str, int]:
    """Return the parameters of elaboration for one array of an accelerator."""
    array = accelerator.arrays[array_name]
    words_a, words_b = accelerator.words_per_half(array)
    return {
        "Dataflow": 0 if array.dataflow is Dataflow.OUTPUT_STATIONARY else 1,
        "AccumulatorRows": array.place_rows,
        "Rows": array.rows,
        "Cols": array.cols,
        "Lanes": array.lanes,
        "AccumulatorBits": array.accumulator_bits,
        "PortBits": accelerator.port.width_bits,
        "ScratchpadWordsA": words_a,
        "ScratchpadWordsB": words_b,
        "ResultTiles": array.result_tiles,
        "DimBits": DIM_BITS,
        "WindowBits": WINDOW_BITS,
        "OrPool": int(accelerator.or_pool),
        "MemoryWords": memory_words,
    }


def rtl_job(
    job: Job, accelerator: Accelerator, *, a: int, b: int, thresholds: int, result: int, stalls: tuple[bool, ...] = ()
) -> RtlJob:
    """Return a job as the RTL takes it, with the addresses of its areas and the port's stall pattern.

    Errors: InputError for a job that the RTL does not run.
    """
    array = accelerator.arrays[job.array]
    asked, window = job, rtl_window(job, array)
    if array.dataflow is Dataflow.INPUT_STATIONARY:
        job, a, b = job.exchanged, b, a
    operand_a, operand_b = _operand(job, job.encoding_a, a), _operand(job, job.encoding_b, b)
    check_runs(asked, array)
    check_scratchpads(accelerator, [asked])
    check_slots(asked, accelerator)
    shift = job.encoding_a.planes[0].weight_log2 + job.encoding_b.planes[0].weight_log2
    top = job.encoding_a.planes[-1].weight_log2 + job.encoding_b.planes[-1].weight_log2
    if top > MAX_SHIFT:
        rule = f"must be at most {MAX_SHIFT}"
        raise InputError(problem(f"layer {job.name}: logarithm of a pair's weight", rule, top))
    chunk_words, tile_rows = _slot_sizes(job, accelerator)
    _, elements = job.taps
    return RtlJob(
        m=job.m,
        n=job.n,
        k_words=row_k_words(job, array),
        tap_words=k_words(elements, array.lanes),
        window=window,
        chunk_words=chunk_words,
        tile_rows=tile_rows,
        tail_lanes=(elements - 1) % array.lanes + 1,
        n_words=k_words(job.n, array.lanes),
        thresholds=job.thresholds,
        shift=shift,
        a=operand_a,
        b=operand_b,
        t_addr=thresholds,
        r_addr=result,
        cycle_limit=CYCLE_MARGIN * run_job(asked, accelerator).cycles + len(stalls),
        stalls=stalls,
    )


def _operand(job: Job, encoding: Encoding, addr: int) -> RtlOperand:
    """Return an operand as the RTL takes it.

    Errors: InputError if it has no planes or too many, if their digits differ, or if their weights are not alike or
    doubled from plane to plane, the last one alone negative.
    """
    planes = encoding.planes if job.bit_serial else ()
    weights = [plane.weight_log2 for plane in planes]
    weighted = len(weights) > 1 and weights[1] != weights[0]
    regular = 1 <= len(planes) <= MAX_PLANES and (
        weights == [weights[0] + index * weighted for index in range(len(weights))]
        and len({plane.digit for plane in planes}) == 1
        and not any(plane.negative for plane in planes[:-1])
    )
    if not regular:
        rule = "must be 1 to 8 planes of like digits, weights alike or doubled, the last one alone negative"
        raise InputError(problem(f"layer {job.name}: an encoding on the RTL", rule, encoding.name))
    return RtlOperand(addr, len(planes), planes[0].digit is Digit.UNIPOLAR, weighted, planes[-1].negative)


def _slot_sizes(job: Job, accelerator: Accelerator) -> tuple[int, int]:
    """Return the k words of a chunk and the rows of an m tile, as many as the halves of the scratchpads hold."""
    array = accelerator.arrays[job.array]
    halves = accelerator.words_per_half(array)
    words_a, words_b = (half // planes for half, planes in zip(halves, job.planes, strict=True))
    if array.dataflow is Dataflow.OUTPUT_STATIONARY:
        return min(words_a, words_b), array.rows
    return array.rows, min(words_a, array.accumulator_rows)


def _job_steps(trace: Trace, accelerator: Accelerator) -> list[JobStep]:
    """Return the steps of a trace, all of which must be jobs of one array.

    Errors: InputError naming the first that is not.
    """
    steps = program(trace, accelerator).steps
    other = next((step for step in steps if not isinstance(step, JobStep)), None)
    if other is not None:
        raise InputError(f"layer {other.name}: the RTL has no vector unit")
    return [step for step in steps if isinstance(step, JobStep)]


def run_trace(trace: Trace, accelerator: Accelerator, work_dir: Path) -> RtlRun:
    """Run every operation of a trace on the RTL, each result staying where it was written as the next one's A.

    Errors: InputError if the trace has no operands or cannot be placed; CosimulationError if the RTL hangs.
    """
    if not trace.has_operands:
        raise InputError(f"{trace.name}: has no operands to run on the RTL")
    port_bits = accelerator.port.width_bits
    steps = _job_steps(trace, accelerator)
    memory, addresses = Memory(port_bits), dict[str, int]()
    for step in steps:
        _place_areas(memory, addresses, trace, step, accelerator)
    rtl_jobs = [
        rtl_job(
            step.job,
            accelerator,
            a=addresses[step.a],
            b=addresses[step.b],
            thresholds=addresses[step.thresholds] if step.thresholds else 0,
            result=addresses[step.result],
        )
        for step in steps
    ]
    image = memory.image()
    parameters = rtl_parameters(accelerator, steps[0].job.array, memory_words(len(image)))
    cycles, after = play(parameters, image, rtl_jobs, accelerator.port.latency_cycles, work_dir)
    results = {step.result: read_result(after, addresses[step.result], step.job, accelerator) for step in steps}
    return RtlRun(as_classes(cycles), results)


def as_classes(cycles: Sequence[JobCycles]) -> tuple[CycleClasses, ...]:
    """Return the bench's counters as the engine's classes.

    Errors: CosimulationError if the bench's own total is not the sum of its classes.
    """
    classes = tuple(CycleClasses(c.issue, c.schedule, c.load_stall, c.store_stall, c.flush) for c in cycles)
    if [c.cycles for c in classes] != [c.cycles for c in cycles]:
        raise CosimulationError("the bench counted a cycle without a class, or with two")
    return classes


def memory_words(image_words: int) -> int:
    """Return the size of the bench's memory: a power of two, so that many workloads share one build."""
    return max(1 << 12, 1 << (image_words - 1).bit_length())


def _place_areas(
    memory: Memory, addresses: dict[str, int], trace: Trace, step: JobStep, accelerator: Accelerator
) -> None:
    """Place a step's areas: operands that are not there yet, and room for its result."""
    job = step.job
    array, port_bits = accelerator.arrays[job.array], accelerator.port.width_bits
    taps, elements = job.taps
    # A pixel of A is a tap of its own.
    for name, taps_of_a_row in ((step.a, 1), (step.b, taps)):
        packed = trace.tensors[name].packed
        if name not in addresses and packed is not None:
            addresses[name] = memory.place(operand_area(packed, elements, array, port_bits, taps_of_a_row))
    if step.thresholds is not None and step.thresholds not in addresses:
        area = threshold_area(trace.thresholds[step.thresholds], array, port_bits)
        addresses[step.thresholds] = memory.place(area)
    shape = result_bytes(job.m, job.n, array, port_bits, thresholds=job.thresholds)
    addresses[step.result] = memory.place(np.full(shape, UNWRITTEN, dtype=np.uint8))


def read_result(memory: Area, address: int, job: Job, accelerator: Accelerator) -> NDArray[np.int64] | Words:
    """Read a job's result out of the memory.

    Shapes: memory [port words, port bytes] -> bits as [m, words_of(n)] words, accumulators as [m, n].
    Input stationary writes accumulators transposed.
    Errors: CosimulationError if bits behind the last channel are set, which the next job's A must not have.
    """
    array, port_bits = accelerator.arrays[job.array], accelerator.port.width_bits
    if array.dataflow is Dataflow.INPUT_STATIONARY:
        plain = replace(array, dataflow=Dataflow.WEIGHT_STATIONARY)
        turned = replace(accelerator, arrays={**accelerator.arrays, array.name: plain})
        return read_result(memory, address, job.exchanged, turned).T.astype(np.int64)
    area = area_at(memory, address, result_bytes(job.m, job.n, array, port_bits, thresholds=job.thresholds))
    return bits_of(area, job.n, array, job.name) if job.thresholds else result_sums(area, job.n, array)
