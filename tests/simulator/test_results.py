"""Result bits of the engine's tile sequence against the reference arithmetic."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.accelerator import Accelerator, Dataflow, VectorUnit
from simulator.errors import SimulationError
from simulator.job import BIPOLAR, Job, check_job
from simulator.results import job_bits, job_sums
from simulator.run import Run, simulate
from tests.strategies import INTEGERS, cases, convolution_cases, hardware
from tests.traces import random_bits, small_cnn, two_layers
from workloads.encodings import Encoding, encoding
from workloads.errors import InputError
from workloads.evaluation import evaluate
from workloads.operations import MatrixProduct, Window
from workloads.packing import Words, encode, pack_bits
from workloads.reference import convolution, product, threshold
from workloads.trace import Tensor, Thresholds, Trace


def encoding_pairs() -> st.SearchStrategy[tuple[Encoding, Encoding]]:
    """Draw two integer encodings."""
    codes = st.sampled_from(INTEGERS).map(encoding)
    return st.tuples(codes, codes)


def random_planes(code: Encoding, rows: int, k: int, rng: np.random.Generator) -> Words:
    """Return operands of an encoding with random digits.

    Shapes: [rows, planes, words].
    """
    return pack_bits(rng.integers(0, 2, (rows, len(code.planes), k)).astype(np.bool_))


@given(cases(floats=False), st.integers(0, 2**32 - 1))
def test_sums_and_bits_equal_the_reference(case: tuple[Job, Accelerator], seed: int) -> None:
    job, accelerator = case
    rng = np.random.default_rng(seed)
    a, b = random_planes(job.encoding_a, job.m, job.k, rng), random_planes(job.encoding_b, job.n, job.k, rng)
    sums = job_sums(job, accelerator, a, b)
    expected = product(a, b, job.k, job.encoding_a, job.encoding_b)
    assert np.array_equal(sums, expected)
    thresholds = Thresholds("t", rng.choice(sums.reshape(-1), job.n), rng.integers(0, 2, job.n).astype(np.bool_))
    bits = job_bits(job, accelerator, sums, thresholds)
    assert np.array_equal(bits, threshold(expected, thresholds.sums, thresholds.at_most)[:, 0])


@given(convolution_cases(), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_sums_of_a_convolution_equal_the_reference_on_any_array_and_feed(
    case: tuple[Job, Accelerator, Window], maps: int, seed: int
) -> None:
    job, accelerator, window = case
    rng, channels = np.random.default_rng(seed), job.k // window.taps
    a = random_planes(job.encoding_a, maps * window.pixels, channels, rng)
    b = random_planes(job.encoding_b, job.n, job.k, rng)
    expected = convolution(a, b, window, channels, job.encoding_a, job.encoding_b)
    assert np.array_equal(job_sums(job, accelerator, a, b, window), expected)


def test_maps_are_computed_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.results._MAPS_AT_ONCE", 2)
    trace = small_cnn(maps=5)
    assert_equal_results(simulate(trace, POOLED, results=True), trace)


@pytest.mark.parametrize("lanes", [3, 8])
@pytest.mark.parametrize("dataflow", [Dataflow.OUTPUT_STATIONARY, Dataflow.WEIGHT_STATIONARY])
def test_a_network_of_convolutions_equals_the_reference(lanes: int, dataflow: Dataflow) -> None:
    (array,) = POOLED.arrays.values()
    array = replace(array, lanes=lanes, dataflow=dataflow, accumulator_rows=4)
    accelerator = replace(POOLED, arrays={array.name: array})
    for seed in range(5):
        trace = small_cnn(maps=3, seed=seed)
        assert_equal_results(simulate(trace, accelerator, results=True), trace)


@pytest.mark.parametrize("element", [None, "int8"])
def test_bits_pooled_on_the_vector_unit_are_the_same(element: str | None) -> None:
    accelerator = hardware(3, 2, 1 if element else 8, kc=64, element=element)
    trace = small_cnn(maps=2)
    run = simulate(trace, replace(accelerator, vector_unit=VectorUnit(4)), results=True)
    assert "vector_unit" in run.layers()["array"].tolist()
    assert_equal_results(run, trace)


POOLED = replace(hardware(3, 2, 8, kc=64), or_pool=True)


def assert_equal_results(run: Run, trace: Trace) -> None:
    """Compare every result with that of the reference arithmetic."""
    expected = evaluate(trace)
    assert run.results is not None
    assert run.results.keys() == expected.keys()
    for name, values in expected.items():
        assert np.array_equal(run.results[name], values), name


@given(st.integers(1, 9), st.integers(1, 40), st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_an_array_of_multiply_accumulators_and_one_that_takes_bit_by_bit_agree(
    m: int, k: int, n: int, seed: int
) -> None:
    rng, code = np.random.default_rng(seed), encoding("int8")
    a, b = random_planes(code, m, k, rng), random_planes(code, n, k, rng)
    serial, whole = hardware(2, 3, 5, kc=16), hardware(3, 2, element="int8", pipeline_cycles=2)
    job = Job("job", "xnor", 1, m, k, n, code, code)
    on_mac = replace(job, array="mac", bit_serial=False)
    assert np.array_equal(job_sums(job, serial, a, b), job_sums(on_mac, whole, a, b))


@given(encoding_pairs(), st.integers(1, 40), st.integers(0, 2**32 - 1), st.booleans())
def test_no_sum_outgrows_the_accumulator_that_a_job_is_refused_below_not_even_between_two_planes(
    codes: tuple[Encoding, Encoding], k: int, seed: int, extremes: bool
) -> None:
    rng = np.random.default_rng(seed)
    job = Job("job", "xnor", 1, 3, k, 3, *codes)
    bits = job.worst_sum.bit_length() + 1
    check_job(job, bits)
    with pytest.raises(InputError, match=f"accumulator_bits must hold sums up to .*, not {bits - 1}"):
        check_job(job, bits - 1)
    values = [
        rng.choice(
            [code.minimum, code.maximum] if extremes or code == BIPOLAR else range(code.minimum, code.maximum + 1),
            (3, k),
        )
        for code in codes
    ]
    a, b = (encode(value, code) for value, code in zip(values, codes, strict=True))
    sums = job_sums(job, hardware(2, 2, 8, kc=(64, 64), accumulator_bits=bits), a, b)
    assert np.array_equal(sums, values[0] @ values[1].T)


def test_two_layers_equal_the_reference() -> None:
    trace, bipolar = two_layers(), encoding("bipolar")
    results = simulate(trace, hardware(2, 3, 8), results=True).results
    assert results is not None
    x, w1, w2 = (trace.tensors[name].packed for name in ("x", "w1", "w2"))
    assert x is not None
    assert w1 is not None
    assert w2 is not None
    t1 = trace.thresholds["t1"]
    hidden = threshold(product(x, w1, 70, bipolar, bipolar), t1.sums, t1.at_most)
    assert np.array_equal(results["h"], hidden[:, 0])
    assert np.array_equal(results["y"], product(hidden, w2, 9, bipolar, bipolar))


def chain(first: MatrixProduct, second: MatrixProduct, hidden: Tensor, *, seed: int) -> Trace:
    """Return a trace of two products with random operands, the first one's result being the second one's A."""
    rng = np.random.default_rng(seed)
    shapes = ((first.a, first.m, first.encoding_a), (first.b, first.n, first.encoding_b),
              (second.b, second.n, second.encoding_b))  # fmt: skip
    widths = (first.k, first.k, second.k)
    tensors = [
        Tensor(name, rows, k, code, random_planes(code, rows, k, rng))
        for (name, rows, code), k in zip(shapes, widths, strict=True)
    ]
    tensors += [hidden, Tensor(second.result, second.m, second.n, encoding("int32"))]
    return Trace("chain", "", {tensor.name: tensor for tensor in tensors}, (first, second))


def test_sums_that_a_later_product_takes_equal_the_reference() -> None:
    int4, sums = encoding("int4"), encoding("int8")
    first = MatrixProduct("first", 5, 1, 4, "x", "w", "h", int4, int4)
    second = MatrixProduct("second", 5, 4, 3, "h", "v", "y", sums, int4)
    trace = chain(first, second, Tensor("h", 5, 4, sums), seed=1)
    x, w, v = (trace.tensors[name].packed for name in ("x", "w", "v"))
    assert x is not None
    assert w is not None
    assert v is not None
    hidden = product(x, w, 1, int4, int4)
    for accelerator in (hardware(2, 3, 8, kc=32), hardware(2, 3, element="int8")):
        results = simulate(trace, replace(accelerator, vector_unit=VectorUnit(4)), results=True).results
        assert results is not None
        assert np.array_equal(results["h"], hidden)
        assert np.array_equal(results["y"], product(encode(hidden, sums), v, 4, sums, int4))


@pytest.mark.parametrize(
    "change", [{"bias": "v"}, {"encoding_result": encoding("int8")}, {"encoding_a": encoding("fp16")}]
)
def test_results_of_more_than_products_of_integers_are_refused(change: dict[str, Any]) -> None:
    trace = two_layers()
    first, second = trace.matrix_products
    wrong = replace(trace, operations=(first, replace(second, **change)))
    tensors = {**trace.tensors, "v": random_bits("v", 1, 3, np.random.default_rng(0))}
    message = (
        "layer fc2: results are computed of products of integers and of maxima of bits only, without a bias or a "
        "change of encoding"
    )
    with pytest.raises(InputError, match=f"^{message}$"):
        simulate(replace(wrong, tensors=tensors), hardware(2, 2, 8), results=True)


def test_an_accumulator_that_overflows_is_an_impossible_state() -> None:
    job = Job("wide", "xnor", 1, 1, 200, 1)
    ones = np.full((1, 1, 4), 2**64 - 1, dtype=np.uint64)
    with pytest.raises(SimulationError, match="layer wide: an accumulator overflows"):
        job_sums(job, hardware(1, 1, 64, accumulator_bits=8), ones, ones)
