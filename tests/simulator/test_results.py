"""Result bits of the engine's tile sequence against the reference arithmetic."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.accelerator import Accelerator
from simulator.errors import SimulationError
from simulator.job import Job, Product
from simulator.results import job_bits, job_sums
from simulator.run import simulate
from tests.strategies import cases, hardware
from tests.traces import random_bits, two_layers
from workloads.encodings import encoding
from workloads.reference import product, threshold
from workloads.trace import Thresholds


@given(cases(), st.integers(0, 2**32 - 1))
def test_sums_and_bits_equal_the_reference(case: tuple[Job, Accelerator], seed: int) -> None:
    job, accelerator = case
    rng = np.random.default_rng(seed)
    code = encoding("bipolar" if job.product is Product.XNOR else "unipolar")
    a, b = (random_bits(name, rows, job.k, rng).packed for name, rows in (("a", job.m), ("b", job.n)))
    assert a is not None
    assert b is not None
    sums = job_sums(job, accelerator, a[:, 0], b[:, 0])
    expected = product(a, b, job.k, code, code) << job.shift
    assert np.array_equal(sums, expected)
    thresholds = Thresholds("t", rng.integers(-9, 9, job.n), rng.integers(0, 2, job.n).astype(np.bool_))
    bits = job_bits(job, accelerator, sums, thresholds)
    assert np.array_equal(bits, threshold(expected, thresholds.sums, thresholds.at_most)[:, 0])


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


def test_an_accumulator_that_overflows_is_an_impossible_state() -> None:
    job = Job("wide", "xnor", 1, 1, 200, 1)
    ones = np.full((1, 4), 2**64 - 1, dtype=np.uint64)
    with pytest.raises(SimulationError, match="layer wide: an accumulator overflows"):
        job_sums(job, hardware(1, 1, 64, accumulator_bits=8), ones, ones)
