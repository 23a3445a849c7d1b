"""Placement, and what a job must not exceed."""

from dataclasses import replace

import pytest

from simulator.job import Product
from simulator.placement import place
from simulator.run import simulate
from tests.strategies import hardware
from tests.traces import one_product
from workloads.errors import InputError
from workloads.networks import load_trace


@pytest.mark.parametrize(
    ("code", "product"), [("bipolar", Product.XNOR), ("unipolar", Product.AND), ("uint1", Product.AND)]
)
def test_one_plane_pairs_go_to_the_xnor_array(code: str, product: Product) -> None:
    job = place(one_product(2, 3, 4, code, code).operations[0], hardware(2, 2, 8))
    assert (job.m, job.k, job.n, job.product, job.array) == (2, 3, 4, product, "xnor")


@pytest.mark.parametrize(("a", "b"), [("int8", "int8"), ("bipolar", "unipolar"), ("bipolar", "int4"), ("fp32", "fp32")])
def test_other_pairs_name_layer_and_encodings(a: str, b: str) -> None:
    message = f"layer product: no array of test can hold {a} x {b}; an xnor array takes"
    with pytest.raises(InputError, match=message):
        simulate(one_product(2, 3, 4, a, b), hardware(2, 2, 8))


def test_an_accumulator_too_narrow_is_refused() -> None:
    with pytest.raises(InputError, match=r"layer product: accumulator_bits must hold sums up to \+-128, not 8"):
        simulate(one_product(1, 128, 1), hardware(1, 1, 8, accumulator_bits=8))
    simulate(one_product(1, 127, 1), hardware(1, 1, 8, accumulator_bits=8))


def test_a_workload_beyond_the_global_buffer_is_refused() -> None:
    small = replace(hardware(2, 2, 8, port_bits=64), global_buffer_bits=100)
    # A: 2 rows and B: 4 rows of one port word; result: 2 rows of 4 x 32 bits.
    message = r"test: global_buffer must be >= 640 for one-product, as DRAM is not modelled, not 100"
    with pytest.raises(InputError, match=message):
        simulate(one_product(2, 3, 4), small)
    simulate(one_product(2, 3, 4), replace(small, global_buffer_bits=640))


def test_a_job_that_would_take_hours_is_refused() -> None:
    message = r"layer product: the job must be cut into at most 4194304 slots \(tiles x chunks\) for the event engine"
    with pytest.raises(InputError, match=message):
        simulate(one_product(8192, 8, 8192), hardware(1, 1, 8))


def test_results_need_operands() -> None:
    with pytest.raises(InputError, match="one-product: has no operands"):
        simulate(one_product(2, 3, 4), hardware(2, 2, 8), results=True)


def test_operations_beyond_the_matrix_product_are_refused() -> None:
    refusals = set()
    for operation in load_trace("ecoformer-pvtv2-b0").operations:
        with pytest.raises(InputError, match=f"^layer {operation.name}: ") as refused:
            place(operation, hardware(2, 2, 8))
        refusals.add(str(refused.value).removeprefix(f"layer {operation.name}: "))
    what = ["convolution", "layer norm", "a bias", "ecoformer attention", "softmax attention", "add", "gelu", "pooling"]
    assert refusals == {f"{kind} is not simulated yet; `xnorsim account` counts it" for kind in what}
