"""What the RTL does not take of a job's window and sizes is refused before anything is built, with the rule."""

from dataclasses import replace

import pytest
from hypothesis import given

from simulator.accelerator import Accelerator
from simulator.job import DirectFeed, Job
from simulator.layout import row_k_words
from simulator.pool import PoolJob
from tests.strategies import direct_cases, exchanged, hardware
from workloads.errors import InputError
from workloads.operations import Window
from xnorsim.cosimulation.network import rtl_job
from xnorsim.cosimulation.pool import rtl_pool

HARDWARE = hardware(2, 2, 8)
WINDOW = Window((4, 5), (3, 2), (1, 1), (1, 0))


def convolution(window: Window, channels: int = 8) -> Job:
    """Return a job of that window with as many rows as it has places."""
    m, k = window.positions, window.taps * channels
    return Job("conv", "xnor", 1, m, k, 3, direct=DirectFeed(window, channels))


def refused(job: Job, accelerator: Accelerator = HARDWARE) -> str:
    """Return why a job is refused."""
    with pytest.raises(InputError) as error:
        rtl_job(job, accelerator, a=0, b=0, thresholds=0, result=0)
    return str(error.value)


def test_a_convolution_is_taken_field_by_field() -> None:
    taken = rtl_job(convolution(WINDOW, 20), HARDWARE, a=1, b=2, thresholds=3, result=4)
    assert (taken.m, taken.k_words, taken.tap_words, taken.tail_lanes) == (4 * 4, 6 * 3, 3, 4)
    assert {name: value for name, value in taken.ports().items() if name[-4:] in ("_h_i", "_w_i")} == {
        "job_map_h_i": 4,
        "job_map_w_i": 5,
        "job_result_w_i": 4,
        "job_kernel_h_i": 3,
        "job_kernel_w_i": 2,
        "job_stride_h_i": 1,
        "job_stride_w_i": 1,
        "job_padding_h_i": 1,
        "job_padding_w_i": 0,
        "job_dilation_h_i": 1,
        "job_dilation_w_i": 1,
    }


def test_a_matrix_is_a_map_of_one_row_under_one_tap() -> None:
    taken = rtl_job(Job("fc", "xnor", 1, 7, 20, 3), HARDWARE, a=0, b=0, thresholds=0, result=0)
    assert taken.window == Window((1, 7), (1, 1), (1, 1))
    assert (taken.k_words, taken.tap_words, taken.tail_lanes) == (3, 3, 4)
    turned = exchanged(hardware(2, 2, 8, accumulator_rows=4))
    taken = rtl_job(Job("fc", "xnor", 1, 7, 20, 3), turned, a=0, b=0, thresholds=0, result=0)
    assert (taken.m, taken.window.size) == (3, (1, 3))


@given(direct_cases())
def test_the_taps_of_a_row_are_its_k_words(case: tuple[Job, Accelerator]) -> None:
    job, accelerator = case
    if not job.bit_serial:
        return
    taken = rtl_job(job, accelerator, a=0, b=0, thresholds=0, result=0)
    array = accelerator.arrays[job.array]
    assert taken.k_words == taken.tap_words * taken.window.taps == row_k_words(job, array)
    assert (taken.tap_words - 1) * array.lanes + taken.tail_lanes == job.taps[1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kernel": (0, 1)}, "window.kernel must be 1 to 255 each, not (0, 1)"),
        ({"kernel": (1, 256), "padding": (0, 200)}, "window.kernel must be 1 to 255 each, not (1, 256)"),
        ({"stride": (0, 1)}, "window.stride must be 1 to 255 each, not (0, 1)"),
        ({"stride": (1, 256)}, "window.stride must be 1 to 255 each, not (1, 256)"),
        ({"padding": (-1, 0)}, "window.padding must be 0 to 255 each, not (-1, 0)"),
        ({"padding": (0, 256)}, "window.padding must be 0 to 255 each, not (0, 256)"),
        ({"dilation": (1, 0)}, "window.dilation must be 1 to 255 each, not (1, 0)"),
        ({"dilation": (256, 1)}, "window.dilation must be 1 to 255 each, not (256, 1)"),
        ({"size": (0, 5)}, "window.size must be 1 to 1048575 each, not (0, 5)"),
        ({"size": (4, 1 << 20)}, "window.size must be 1 to 1048575 each, not (4, 1048576)"),
        ({"size": (4, 1), "kernel": (1, 2), "padding": (0, 0)}, "window.result must be 1 to 1048575 places each"),
    ],
)
def test_a_window_that_no_field_holds_is_refused(change: dict[str, tuple[int, int]], said: str) -> None:
    job = replace(convolution(WINDOW), direct=DirectFeed(replace(WINDOW, **change), 8))
    assert said in refused(job)


def test_other_sizes_are_refused() -> None:
    assert refused(replace(convolution(WINDOW), m=15)) == (
        "layer conv: m and k must be the window's places and its taps times the channels, 16 and 48, not '15 and 48'"
    )
    assert refused(Job("fc", "xnor", 1, 0, 8, 8)) == "layer fc: m must be 1 to 1048575, not 0"
    assert refused(Job("fc", "xnor", 1, 8, 8, 1 << 20)) == "layer fc: n must be 1 to 1048575, not 1048576"


def test_a_map_does_not_stay_in_the_pes() -> None:
    turned = exchanged(hardware(2, 2, 8, accumulator_rows=4))
    assert "feed must not be direct on an input-stationary array" in refused(convolution(WINDOW), turned)


def refused_pool(job: PoolJob, accelerator: Accelerator) -> str:
    """Return why a pooling job is refused."""
    with pytest.raises(InputError) as error:
        rtl_pool(job, accelerator, a=0, result=0)
    return str(error.value)


def test_a_pooling_job_is_taken_field_by_field() -> None:
    job = PoolJob("pool", "xnor", 1, WINDOW, 20)
    taken = rtl_pool(job, replace(HARDWARE, or_pool=True), a=5, result=9)
    assert (taken.m, taken.tap_words, taken.window, taken.a_addr, taken.r_addr) == (16, 3, WINDOW, 5, 9)
    assert taken.ports()["job_pool_i"] == 1


def test_pooling_jobs_that_do_not_run_are_refused() -> None:
    pooling = replace(HARDWARE, or_pool=True)
    job = PoolJob("pool", "xnor", 1, WINDOW, 20)
    assert refused_pool(job, HARDWARE) == "layer pool: or_pool of test must be true"
    assert refused_pool(replace(job, channels=0), pooling) == "layer pool: channels must be 1 to 1048575, not 0"
    wide = replace(job, window=replace(WINDOW, stride=(1, 256)))
    assert refused_pool(wide, pooling) == "layer pool: window.stride must be 1 to 255 each, not (1, 256)"
    many = replace(job, window=Window((1 << 10, 1 << 10), (1, 1), (1, 1)))
    assert refused_pool(many, pooling) == "layer pool: places must be 1 to 1048575, not 1048576"
