"""The engine against the jobs worked by hand, and against what must hold for every job."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.accelerator import Accelerator, ArrayKind
from simulator.counts import traffic
from simulator.cycles import CycleClasses
from simulator.engine import run_job, run_pool
from simulator.job import Job
from simulator.tiling import Tiling
from tests.strategies import any_cases, cases, hardware, mac_cases
from tests.worked_jobs import WorkedJob, WorkedPool, stalled_jobs, worked_jobs, worked_pools
from workloads.encodings import encoding

Case = tuple[Job, Accelerator]


@pytest.mark.parametrize("worked", [*worked_jobs(), *stalled_jobs()], ids=lambda worked: worked.name)
def test_worked_by_hand(worked: WorkedJob) -> None:
    classes = run_job(worked.job, worked.accelerator, worked.pattern)
    assert classes == worked.classes
    assert classes.cycles == worked.cycles


@pytest.mark.parametrize("worked", worked_jobs(), ids=lambda worked: worked.name)
def test_chunk_words_as_in_the_table(worked: WorkedJob) -> None:
    assert Tiling.of(worked.job, worked.accelerator).chunk_words == worked.chunk_words


@pytest.mark.parametrize("worked", worked_pools(), ids=lambda worked: worked.job.name)
def test_pooling_worked_by_hand(worked: WorkedPool) -> None:
    classes = run_pool(worked.job, worked.accelerator)
    assert classes == worked.classes
    assert classes.cycles == worked.cycles


def test_a_job_of_two_planes_by_three_by_hand() -> None:
    # Two k words of four bits, one port word a plane of a row: B 2-7, A 8-11, operands 11 + 1 + 2 = 14. Six passes
    # of two k words issue at 14-25, z = 25 + 5 = 30. A row of two sums takes two port words: store 32-35.
    job = Job("planes", "xnor", 1, 2, 8, 2, encoding("int2"), encoding("int3"))
    accelerator = hardware(2, 2, 4, kc=(4, 6), port_bits=8, accumulator_bits=8)
    assert Tiling.of(job, accelerator).chunk_words == 2
    assert run_job(job, accelerator) == CycleClasses(issue=12, load_stall=14, flush=10)
    # With room for one k word of all planes: B 2-7, A 8-11 for the first, B 12-17, A 18-21 for the second.
    halved = hardware(2, 2, 4, kc=(2, 3), port_bits=8, accumulator_bits=8)
    # Issues 14-19 and, with operands at 21 + 3 = 24, 24-29; z = 34, store 36-39.
    assert run_job(job, halved) == CycleClasses(issue=12, load_stall=14 + 4, flush=10)


def test_a_job_on_multiply_accumulators_by_hand() -> None:
    # An element is a port word. B 2-7, A 8-13, operands 13 + 1 + 2 = 16, issues 16-18, z = 18 + 5 + 2 for the two
    # further cycles of the pipeline = 25. A row of two sums takes two port words: store 27-30.
    job = Job("floats", "mac", 1, 2, 3, 2, encoding("fp32"), encoding("fp32"), bit_serial=False)
    accelerator = hardware(2, 2, port_bits=32, element="fp32", pipeline_cycles=3)
    assert run_job(job, accelerator) == CycleClasses(issue=3, load_stall=16, flush=12)


@given(cases())
def test_issues_every_word_of_every_tile_once_for_each_pair_of_planes(case: Case) -> None:
    job, accelerator = case
    array = accelerator.arrays[job.array]
    planes = (1, 1) if array.kind is ArrayKind.MAC else (len(job.encoding_a.planes), len(job.encoding_b.planes))
    tiles = -(-job.m // array.rows) * -(-job.n // array.cols)
    assert run_job(job, accelerator).issue == tiles * -(-job.k // array.lanes) * planes[0] * planes[1]


@given(cases())
def test_takes_no_less_than_port_and_array_need(case: Case) -> None:
    job, accelerator = case
    classes, moved = run_job(job, accelerator), traffic(job, accelerator)
    array = accelerator.arrays[job.array]
    assert classes.cycles >= moved.loads + moved.results
    assert classes.cycles * array.pes * array.lanes >= job.m * job.k * job.n * job.passes
    assert classes.flush >= 2 * array.rows + array.cols + array.pipeline_cycles


@given(any_cases())
def test_result_places_never_wait(case: Case) -> None:
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


@given(mac_cases(), st.integers(1, 30))
def test_a_longer_pipeline_never_saves_cycles_and_moves_the_end_by_no_more_than_it_holds_up_each_tile(
    case: Case, more: int
) -> None:
    job, accelerator = case
    array = accelerator.arrays["mac"]
    longer = replace(array, pipeline_cycles=array.pipeline_cycles + more)
    short, long = run_job(job, accelerator), run_job(job, replace(accelerator, arrays={"mac": longer}))
    tiles = -(-job.m // array.rows) * -(-job.n // array.cols)
    assert short.cycles <= long.cycles <= short.cycles + tiles * more
    assert long.issue == short.issue


@given(mac_cases())
def test_a_single_tile_ends_later_by_the_pipeline(case: Case) -> None:
    job, accelerator = case
    array = accelerator.arrays["mac"]
    single = replace(job, m=min(job.m, array.rows), n=min(job.n, array.cols))
    direct = replace(accelerator, arrays={"mac": replace(array, pipeline_cycles=1)})
    later = run_job(single, accelerator).cycles - run_job(single, direct).cycles
    assert later == array.pipeline_cycles - 1


@given(cases())
def test_cycles_depend_on_shape_and_planes_only(case: Case) -> None:
    job, accelerator = case
    unsigned = {len(code.planes): code for code in (encoding(f"uint{bits}") for bits in range(1, 9))}
    codes = (
        unsigned.get(len(code.planes), code) if job.bit_serial else encoding("bipolar")
        for code in (job.encoding_a, job.encoding_b)
    )
    other = replace(job, name="other", count=3, encoding_a=next(codes), encoding_b=next(codes))
    assert run_job(other, accelerator) == run_job(job, accelerator)
