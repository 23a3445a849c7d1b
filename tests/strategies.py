"""What property tests draw from: jobs and the accelerators that they run on."""

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from simulator.accelerator import Accelerator, Array, Dataflow, Port
from simulator.engine import Stalls
from simulator.job import DirectFeed, Job
from simulator.pool import PoolJob
from workloads.encodings import Digit, Encoding, Plane, encoding
from workloads.operations import Window

ONE_PLANE = ["bipolar", "unipolar", "uint1"]
INTEGERS = [*ONE_PLANE, "ternary", *(f"int{bits}" for bits in range(2, 9)), *(f"uint{bits}" for bits in range(2, 9))]
"""Every integer encoding of one to eight planes."""
FLOATS = ["fp16", "fp32"]
ELEMENTS = ["int8", *FLOATS]
"""What a multiply-accumulator is made for."""


def hardware(
    rows: int, cols: int, lanes: int = 1, *, kc: int | tuple[int, int] = 4, port_bits: int = 64, latency: int = 1,
    places: int = 5, accumulator_bits: int = 32, element: str | None = None, pipeline_cycles: int = 1,
    accumulator_rows: int = 0,
) -> Accelerator:  # fmt: skip
    """Return an accelerator of one array, called xnor or mac.

    Half a scratchpad holds kc k words of every row; a pair are those of A and of B. With ``accumulator_rows`` the array
    is weight stationary.
    """
    name, code = ("xnor", None) if element is None else ("mac", encoding(element))
    dataflow = Dataflow.WEIGHT_STATIONARY if accumulator_rows else Dataflow.OUTPUT_STATIONARY
    array = Array(
        name, rows, cols, lanes, accumulator_bits, places, code, pipeline_cycles,
        dataflow=dataflow, accumulator_rows=accumulator_rows,
    )  # fmt: skip
    words_a, words_b = kc if isinstance(kc, tuple) else (kc, kc)
    return Accelerator(
        name="test",
        description="",
        frequency_hz=1_000_000,
        arrays={name: array},
        scratchpad_a_bits=2 * words_a * rows * array.word_bits,
        scratchpad_b_bits=2 * words_b * cols * array.word_bits,
        port=Port(port_bits, latency),
        global_buffer_bits=1 << 40,
    )


def exchanged(accelerator: Accelerator) -> Accelerator:
    """Return an accelerator with its weight-stationary array run input stationary."""
    (array,) = accelerator.arrays.values()
    turned = replace(array, dataflow=Dataflow.INPUT_STATIONARY)
    return replace(accelerator, arrays={array.name: turned})


def xnor_array(name: str = "xnor", lanes: int = 8, accumulator_bits: int = 32) -> Array:
    """Return an XNOR array of 2 x 2 PEs."""
    return Array(name, 2, 2, lanes, accumulator_bits, 5)


def mac_array(element: str, name: str = "mac", accumulator_bits: int = 32) -> Array:
    """Return an array of 2 x 2 multiply-accumulators."""
    return Array(name, 2, 2, 1, accumulator_bits, 5, encoding(element))


def accelerator_of(*arrays: Array, **others: Any) -> Accelerator:
    """Return an accelerator of several arrays with room for eight planes; ``others`` are further fields."""
    around = hardware(1, 1, 1, kc=4096)
    return replace(around, arrays={array.name: array for array in arrays}, **others)


def one_plane(digit: Digit, weight_log2: int = 0) -> Encoding:
    """Return an encoding of one plane with a weight of its own."""
    return Encoding(f"{digit.value} x 2^{weight_log2}", (Plane(digit, weight_log2),))


def encodings() -> st.SearchStrategy[Encoding]:
    """Draw an integer encoding, or one of a single plane with a weight."""
    weighted = st.builds(one_plane, st.sampled_from(Digit), st.integers(0, 7))
    return st.one_of(weighted, st.sampled_from(INTEGERS).map(encoding))


@st.composite
def xnor_cases(draw: st.DrawFn) -> tuple[Job, Accelerator]:
    """Draw a job of any planes, and an XNOR array whose scratchpads hold at least a k word of every row of them."""
    codes = draw(encodings()), draw(encodings())
    halves = (len(code.planes) * draw(st.integers(1, 6)) + draw(st.integers(0, 7)) for code in codes)
    accelerator = draw(accelerators(kc=(next(halves), next(halves))))
    return draw(jobs(accelerator, *codes)), accelerator


@st.composite
def mac_cases(draw: st.DrawFn, *, floats: bool = True) -> tuple[Job, Accelerator]:
    """Draw a job that an array of multiply-accumulators takes, and the array."""
    element = draw(st.sampled_from(ELEMENTS))
    held = [code for code in map(encoding, [*INTEGERS, *FLOATS]) if encoding(element).holds(code)]
    codes = [code for code in held if floats or not code.is_float]
    accelerator = draw(accelerators(element=element))
    return draw(jobs(accelerator, draw(st.sampled_from(codes)), draw(st.sampled_from(codes)))), accelerator


def cases(*, floats: bool = True) -> st.SearchStrategy[tuple[Job, Accelerator]]:
    """Draw a job and the accelerator that it is for, with one array of either kind."""
    return st.one_of(xnor_cases(), mac_cases(floats=floats))


@st.composite
def accelerators(draw: st.DrawFn, *, element: str | None = None, kc: tuple[int, int] | None = None) -> Accelerator:
    """Draw a small accelerator with any port and one array: of XNOR PEs, or of multiply-accumulators of an element."""
    return hardware(
        draw(st.integers(1, 6)),
        draw(st.integers(1, 6)),
        draw(st.sampled_from([1, 2, 3, 5, 8, 12, 16, 48, 64, 100])) if element is None else 1,
        kc=kc or (draw(st.integers(1, 6)), draw(st.integers(1, 6))),
        port_bits=2 ** draw(st.integers(3, 9)),
        latency=draw(st.integers(1, 20)),
        places=draw(st.integers(2, 8)),
        element=element,
        pipeline_cycles=1 if element is None else draw(st.integers(1, 9)),
    )


@st.composite
def jobs(draw: st.DrawFn, accelerator: Accelerator, encoding_a: Encoding, encoding_b: Encoding) -> Job:
    """Draw a job of up to four tiles a side and up to twelve k words."""
    (array,) = accelerator.arrays.values()
    return Job(
        name="job",
        array=array.name,
        count=1,
        m=draw(st.integers(1, 4 * array.rows)),
        k=draw(st.integers(1, 12 * array.lanes)),
        n=draw(st.integers(1, 4 * array.cols)),
        encoding_a=encoding_a,
        encoding_b=encoding_b,
        bit_serial=array.element is None,
        thresholds=draw(st.booleans()),
    )


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """Draw a window with at least one place on its map."""
    sides = [_side(draw) for _ in range(2)]
    size, kernel, stride, padding, dilation = zip(*sides, strict=True)
    return Window(size, kernel, stride, padding, dilation)


def _side(draw: st.DrawFn) -> tuple[int, int, int, int, int]:
    kernel, dilation, padding = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(0, 3))
    least = max(1, dilation * (kernel - 1) + 1 - 2 * padding)
    return draw(st.integers(least, least + 5)), kernel, draw(st.integers(1, 3)), padding, dilation


@st.composite
def direct_cases(draw: st.DrawFn) -> tuple[Job, Accelerator]:
    """Draw a convolution that is fed directly, and its output-stationary array."""
    job, accelerator = draw(cases())
    window, channels = draw(windows()), draw(st.integers(1, 3 * accelerator.arrays[job.array].lanes))
    feed = DirectFeed(window, channels)
    return replace(job, m=window.positions, k=window.taps * channels, direct=feed), accelerator


@st.composite
def stationary_cases(draw: st.DrawFn) -> tuple[Job, Accelerator]:
    """Draw a job for a weight- or input-stationary array, whose scratchpad B holds at least a fold."""
    job, accelerator = draw(st.one_of(cases(), direct_cases()))
    exchanged = job.direct is None and draw(st.booleans())
    if exchanged:
        job = replace(job, thresholds=False)
    return job, draw(stationary(job, accelerator, exchanged=exchanged))


@st.composite
def stationary(draw: st.DrawFn, job: Job, accelerator: Accelerator, *, exchanged: bool) -> Accelerator:
    """Draw a weight- or input-stationary array for a job in the place of the accelerator's."""
    (array,) = accelerator.arrays.values()
    dataflow = Dataflow.INPUT_STATIONARY if exchanged else Dataflow.WEIGHT_STATIONARY
    planes = job.exchanged.planes if exchanged else job.planes
    words_a, words_b = planes[0] * draw(st.integers(1, 9)), planes[1] * array.rows + draw(st.integers(0, 5))
    turned = replace(array, dataflow=dataflow, accumulator_rows=draw(st.integers(1, 9)))
    return replace(
        accelerator,
        arrays={array.name: turned},
        scratchpad_a_bits=2 * words_a * array.rows * array.word_bits,
        scratchpad_b_bits=2 * words_b * array.cols * array.word_bits,
    )


@st.composite
def convolution_cases(draw: st.DrawFn) -> tuple[Job, Accelerator, Window]:
    """Draw a convolution of integers, fed directly or lowered, and an array of any kind and dataflow."""
    job, accelerator = draw(cases(floats=False))
    (array,) = accelerator.arrays.values()
    window, channels = draw(windows()), draw(st.integers(1, 2 * array.lanes))
    feed = DirectFeed(window, channels) if draw(st.booleans()) else None
    job = replace(job, m=window.positions, k=window.taps * channels, thresholds=False, direct=feed)
    dataflow = draw(st.sampled_from(Dataflow if feed is None else [*Dataflow][:2]))
    if dataflow is Dataflow.OUTPUT_STATIONARY:
        return job, accelerator, window
    exchanged = dataflow is Dataflow.INPUT_STATIONARY
    return job, draw(stationary(job, accelerator, exchanged=exchanged)), window


def any_cases() -> st.SearchStrategy[tuple[Job, Accelerator]]:
    """Draw a job of any feed, and an array of any kind and dataflow."""
    return st.one_of(cases(), direct_cases(), stationary_cases())


@st.composite
def pool_cases(draw: st.DrawFn) -> tuple[PoolJob, Accelerator]:
    """Draw a pooling job and its accelerator."""
    accelerator = replace(draw(accelerators()), or_pool=True)
    return PoolJob("pool", "xnor", 1, draw(windows()), draw(st.integers(1, 300))), accelerator


@st.composite
def stall_patterns(draw: st.DrawFn) -> Stalls:
    """Draw a stall pattern of runs of equal bits, since single stalls seldom meet the end of a load."""
    runs = draw(st.lists(st.tuples(st.booleans(), st.integers(1, 20)), max_size=30))
    return np.repeat(np.array([stalled for stalled, _ in runs], dtype=np.bool_), [length for _, length in runs])
