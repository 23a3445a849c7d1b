"""The engine against the jobs worked by hand, and against what must hold for every job."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.accelerator import Accelerator
from simulator.counts import traffic
from simulator.engine import run_job
from simulator.job import Job
from simulator.layout import k_words
from simulator.tiling import Tiling
from tests.strategies import cases
from tests.worked_jobs import WorkedJob, worked_jobs

Case = tuple[Job, Accelerator]


@pytest.mark.parametrize("worked", worked_jobs(), ids=lambda worked: worked.name)
def test_worked_by_hand(worked: WorkedJob) -> None:
    classes = run_job(worked.job, worked.accelerator)
    assert classes == worked.classes
    assert classes.cycles == worked.cycles


@pytest.mark.parametrize("worked", worked_jobs(), ids=lambda worked: worked.name)
def test_chunk_words_as_in_the_table(worked: WorkedJob) -> None:
    assert Tiling.of(worked.job, worked.accelerator).chunk_words == worked.chunk_words


@given(cases())
def test_issues_every_word_of_every_tile_once(case: Case) -> None:
    job, accelerator = case
    array = accelerator.arrays["xnor"]
    tiles = -(-job.m // array.rows) * -(-job.n // array.cols)
    assert run_job(job, accelerator).issue == tiles * k_words(job.k, array.lanes)


@given(cases())
def test_takes_no_less_than_port_and_array_need(case: Case) -> None:
    job, accelerator = case
    classes, moved = run_job(job, accelerator), traffic(job, accelerator)
    array = accelerator.arrays["xnor"]
    assert classes.cycles >= moved.loads + moved.results
    assert classes.cycles * array.pes * array.lanes >= job.m * job.k * job.n
    assert classes.flush >= 2 * array.rows + array.cols + 1


@given(cases())
def test_result_places_never_wait_in_output_stationary(case: Case) -> None:
    job, accelerator = case
    # docs/microarchitecture.md, section 4, proves it.
    assert run_job(job, accelerator).store_stall == 0


@given(cases(), st.integers(1, 30))
def test_latency_never_saves_cycles(case: Case, more: int) -> None:
    job, accelerator = case
    port = replace(accelerator.port, latency_cycles=accelerator.port.latency_cycles + more)
    assert run_job(job, replace(accelerator, port=port)).cycles >= run_job(job, accelerator).cycles


@given(cases())
def test_a_wider_port_never_adds_cycles(case: Case) -> None:
    job, accelerator = case
    port = replace(accelerator.port, width_bits=2 * accelerator.port.width_bits)
    assert run_job(job, replace(accelerator, port=port)).cycles <= run_job(job, accelerator).cycles


@given(cases())
def test_cycles_depend_on_shape_only(case: Case) -> None:
    job, accelerator = case
    other = replace(job, name="other", count=3, shift=0)
    assert run_job(other, accelerator) == run_job(job, accelerator)
