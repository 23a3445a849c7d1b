"""A product's operands, results and tiles, as they lie in the memory behind the port."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.accelerator import Accelerator
from simulator.closed_form import job_classes
from simulator.engine import run_job
from simulator.job import Job
from simulator.tiling import Tiling
from tests.strategies import exchanged, hardware, xnor_cases
from workloads.packing import pack_bits, unpack_bits
from workloads.reference import product, threshold
from xnorsim.cosimulation.leading import shortened, steps, tile_size
from xnorsim.cosimulation.memory import operand_area
from xnorsim.cosimulation.operands import random_product
from xnorsim.cosimulation.products import Product

WEIGHT_STATIONARY = hardware(2, 3, 8, kc=(5, 4), accumulator_rows=4)
INPUT_STATIONARY = exchanged(WEIGHT_STATIONARY)


def product_of(job: Job, accelerator: Accelerator, seed: int = 1) -> Product:
    return random_product(job, accelerator, np.random.default_rng(seed))


@given(xnor_cases())
def test_the_area_of_a_result_gives_it_back(case: tuple[Job, Accelerator]) -> None:
    made = product_of(*case)
    expected = made.expected()
    area = made.encoded(expected)
    assert area.shape == made.result_shape
    assert np.array_equal(made.decoded(area), expected)


@given(xnor_cases())
def test_what_is_expected_is_the_reference_s(case: tuple[Job, Accelerator]) -> None:
    job, _ = case
    made = product_of(*case)
    sums = product(made.a, made.b, job.k, job.encoding_a, job.encoding_b)
    if made.thresholds is None:
        assert np.array_equal(made.expected(), sums)
    else:
        bits = threshold(sums, made.thresholds.sums, made.thresholds.at_most)[:, 0]
        assert np.array_equal(made.expected(), unpack_bits(bits, job.n))


@given(st.integers(1, 9), st.integers(1, 150), st.sampled_from([1, 3, 48, 64]), st.sampled_from([8, 64, 512]))
def test_a_result_of_bits_has_the_layout_of_an_operand(m: int, n: int, lanes: int, port_bits: int) -> None:
    accelerator = hardware(2, 2, lanes, port_bits=port_bits)
    bits = np.random.default_rng(n).integers(0, 2, (m, n))
    made = product_of(Job("job", "xnor", 1, m, 1, n, thresholds=True), accelerator)
    packed = pack_bits(bits != 0)[:, None]
    assert np.array_equal(made.encoded(bits), operand_area(packed, n, made.array, port_bits))
    following = product_of(Job("next", "xnor", 1, m, n, 2), accelerator)
    assert np.array_equal(following.reading("a", made.encoded(bits)).a, packed)


def test_sums_are_sign_extended_by_hand() -> None:
    accelerator = hardware(2, 2, 8, port_bits=16, accumulator_bits=12)
    made = product_of(Job("job", "xnor", 1, 1, 1, 2), accelerator)
    # Two sums of 12 bits in slots of 16: -1 and 5.
    area = np.array([[0xFF, 0xFF, 0x05, 0x00]], dtype=np.uint8)
    assert made.decoded(area).tolist() == [[-1, 5]]
    assert np.array_equal(made.encoded(np.array([[-1, 5]])), area)


def test_input_stationary_writes_its_result_transposed() -> None:
    made = product_of(Job("job", "xnor", 1, 3, 20, 5), INPUT_STATIONARY)
    assert made.result_shape[0] == 5
    values = np.arange(15).reshape(3, 5)
    assert np.array_equal(made.decoded(made.encoded(values)), values)
    turned = replace(made, accelerator=WEIGHT_STATIONARY, job=made.job.exchanged, a=made.b, b=made.a)
    assert np.array_equal(made.encoded(values), turned.encoded(values.T))


def test_equal_jobs_with_operands_of_their_own_lie_one_behind_the_other() -> None:
    rng = np.random.default_rng(1)
    accelerator = hardware(2, 2, 8, kc=16, port_bits=32)
    one = Job("job", "xnor", 3, 4, 20, 5)
    parts = [random_product(one, accelerator, rng) for _ in range(3)]
    whole = replace(parts[0], a=np.concatenate([part.a for part in parts]))
    assert whole.jobs == 3
    expected = np.concatenate([replace(part, b=whole.b).expected() for part in parts])
    assert np.array_equal(whole.expected(), expected)
    assert np.array_equal(whole.alone(2).expected(), expected[8:])
    jobs = whole.rtl_jobs({"a": 10, "b": 50, "result": 100})
    # A row of 20 bits is a port word, one of five sums of 32 bits five of them; B is that of all jobs.
    assert [(job.a.addr, job.b.addr, job.r_addr) for job in jobs] == [(10, 50, 100), (14, 50, 120), (18, 50, 140)]


@pytest.mark.parametrize(
    ("accelerator", "expected"),
    [(hardware(2, 3, 8), (2, 3)), (WEIGHT_STATIONARY, (4, 3)), (INPUT_STATIONARY, (3, 4))],
    ids=["output stationary", "weight stationary", "input stationary"],
)
def test_tiles_by_hand(accelerator: Accelerator, expected: tuple[int, int]) -> None:
    made = product_of(Job("job", "xnor", 1, 9, 20, 10), accelerator)
    assert made.tile_size == expected
    # The tiles of the engine, in the order in which they run.
    tiling = Tiling.of(made.job, accelerator)
    order = []
    for tile in tiling.tiles():
        first = (tile.rows.start, tile.cols.start)
        order.append(first[::-1] if tiling.exchanged else first)
    assert order == sorted(order, key=lambda at: made.running_order(*at))
    assert len(order) == np.prod(steps(made.job, accelerator))


@given(xnor_cases(), st.integers(1, 400))
def test_a_shortened_job_is_the_longest_leading_one_that_is_short_enough(
    case: tuple[Job, Accelerator], limit: int
) -> None:
    job, accelerator = case
    rows, cols = tile_size(job, accelerator)
    cut = shortened(job, accelerator, limit)
    assert (cut.k, cut.thresholds) == (job.k, job.thresholds)
    # Whole tiles, or all of a side.
    assert cut.m == job.m or cut.m % rows == 0
    assert cut.n == job.n or (cut.n % cols == 0 and cut.m == min(job.m, rows))
    if (cut.m, cut.n) != (min(job.m, rows), min(job.n, cols)):
        assert run_job(cut, accelerator).cycles <= limit
    longer = replace(cut, n=min(job.n, cut.n + cols)) if cut.n < job.n else replace(cut, m=min(job.m, cut.m + rows))
    if longer != cut:
        assert job_classes(longer, accelerator).cycles > limit


@given(xnor_cases(), st.integers(1, 5), st.integers(1, 5))
def test_the_leading_tiles_have_the_results_that_they_have_in_the_whole(
    case: tuple[Job, Accelerator], m_tiles: int, n_tiles: int
) -> None:
    job, accelerator = case
    whole = product_of(job, accelerator)
    cut = whole.leading(m_tiles, n_tiles)
    assert np.array_equal(cut.expected(), whole.expected()[: cut.job.m, : cut.job.n])
