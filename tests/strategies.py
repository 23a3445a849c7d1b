"""What property tests draw from: jobs and the accelerators that they run on."""

from hypothesis import strategies as st

from simulator.accelerator import Accelerator, Array, Port
from simulator.job import Job, Product


def hardware(
    rows: int, cols: int, lanes: int, *, kc: int = 4, port_bits: int = 64, latency: int = 1, places: int = 5,
    accumulator_bits: int = 32,
) -> Accelerator:  # fmt: skip
    """Return an accelerator of one array whose chunks have kc k words."""
    return Accelerator(
        name="test",
        description="",
        frequency_hz=1_000_000,
        arrays={"xnor": Array("xnor", rows, cols, lanes, accumulator_bits, places)},
        scratchpad_a_bits=2 * kc * rows * lanes,
        scratchpad_b_bits=2 * kc * cols * lanes,
        port=Port(port_bits, latency),
        global_buffer_bits=1 << 40,
    )


@st.composite
def accelerators(draw: st.DrawFn) -> Accelerator:
    """Draw a small accelerator with any port and any number of lanes."""
    return hardware(
        draw(st.integers(1, 6)),
        draw(st.integers(1, 6)),
        draw(st.sampled_from([1, 2, 3, 5, 8, 12, 16, 48, 64, 100])),
        kc=draw(st.integers(1, 6)),
        port_bits=2 ** draw(st.integers(3, 9)),
        latency=draw(st.integers(1, 20)),
        places=draw(st.integers(2, 8)),
    )


@st.composite
def jobs(draw: st.DrawFn, accelerator: Accelerator) -> Job:
    """Draw a job of up to four tiles a side and up to twelve k words."""
    array = accelerator.arrays["xnor"]
    return Job(
        name="job",
        array="xnor",
        count=1,
        m=draw(st.integers(1, 4 * array.rows)),
        k=draw(st.integers(1, 12 * array.lanes)),
        n=draw(st.integers(1, 4 * array.cols)),
        product=draw(st.sampled_from(Product)),
        shift=draw(st.integers(0, 7)),
        thresholds=draw(st.booleans()),
    )


@st.composite
def cases(draw: st.DrawFn) -> tuple[Job, Accelerator]:
    """Draw an accelerator and a job for it."""
    accelerator = draw(accelerators())
    return draw(jobs(accelerator)), accelerator
