"""What the RTL takes of a network: fields of a job, parameters of an accelerator, the memory behind the port."""

import numpy as np

from simulator.accelerator import Accelerator, Dataflow
from simulator.engine import run_job
from simulator.job import MAX_PLANES, Job
from simulator.layout import k_words, row_k_words
from simulator.limits import check_scratchpads, check_slots
from simulator.placement import check_runs
from workloads.encodings import Digit, Encoding
from workloads.errors import InputError, problem
from xnorsim.cosimulation.fields import DIM_BITS, WINDOW_BITS, RtlJob, RtlOperand
from xnorsim.cosimulation.memory import Area
from xnorsim.cosimulation.window import rtl_window

CYCLE_MARGIN = 4
"""A job that takes this many times the cycles of the engine counts as stuck."""

MAX_SHIFT = 15
"""The largest weight of a pair of planes that the RTL takes, as a logarithm."""


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


def memory_words(image_words: int) -> int:
    """Return the size of the bench's memory: a power of four, so that many workloads share one build."""
    return max(1 << 14, 1 << (((image_words - 1).bit_length() + 1) // 2 * 2))
