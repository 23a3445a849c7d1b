"""Many design points at once have the numbers of each by itself, however they are put together."""

import pickle
from functools import cache

import numpy as np
import pytest

from tests.xnorsim.sweeps.alone import Columns, base, compared, drawn, technology
from workloads.networks import load_trace
from workloads.trace import Trace
from xnorsim.sweeps import Evaluator

FIFTIES = [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 20))]
"""Seeds of the thousand points, fifty each."""


@cache
def trace(name: str) -> Trace:
    return load_trace(name)


@pytest.mark.parametrize("seed", FIFTIES)
def test_a_thousand_points_of_resnet18_are_those_of_the_event_engine(seed: int) -> None:
    compared(trace("resnet18"), base("xnor-int8"), drawn(np.random.default_rng(seed), 50))


def test_what_is_drawn_is_of_every_sort() -> None:
    evaluator = Evaluator(trace("resnet18"), base("xnor-int8"), technology())
    found = evaluator(drawn(np.random.default_rng(0), 200))
    # Most of them can be built, some cannot; some fit the global buffer, others do not.
    ok = found["status"] == "ok"
    assert 0.5 < ok.mean() < 1
    assert 0 < (found["traffic_bits.dram_reads"][ok] == 0).mean() < 1


def stationary(random: np.random.Generator, points: int) -> Columns:
    """Draw accelerators with arrays of every dataflow."""
    columns = drawn(random, points)
    for name in ("xnor", "mac"):
        dataflow = random.choice(["output_stationary", "weight_stationary", "input_stationary"], points)
        rows = [None if kind == "output_stationary" else int(random.integers(1, 300)) for kind in dataflow]
        columns |= {
            f"arrays.{name}.dataflow": dataflow,
            f"arrays.{name}.accumulator_rows": np.array(rows, dtype=object),
        }
    return columns


def test_every_dataflow_has_the_numbers_of_its_runs() -> None:
    columns = stationary(np.random.default_rng(11), 40)
    found = compared(trace("resnet18"), base("xnor-int8"), columns)
    ok = found["status"] == "ok"
    # A convolution with a border of bits is not fed to an input-stationary array.
    assert set(columns["arrays.xnor.dataflow"][ok]) == {"output_stationary", "weight_stationary"}
    assert set(columns["arrays.mac.dataflow"][ok]) == {"output_stationary", "weight_stationary", "input_stationary"}


@pytest.mark.parametrize("name", ["mnist-tfc", "ecoformer-pvtv2-b0"])
def test_any_network_has_the_numbers_of_its_runs(name: str) -> None:
    preset, points = ("xnor-int8", 60) if name == "mnist-tfc" else ("xnor-fp32", 4)
    compared(trace(name), base(preset), drawn(np.random.default_rng(2), points), layers=True)


def test_maps_that_the_or_pool_pools() -> None:
    random, points = np.random.default_rng(8), 40
    columns = {
        "arrays.xnor.rows": random.integers(1, 33, points),
        "arrays.xnor.cols": random.integers(8, 129, points),
        "arrays.xnor.lanes": random.choice([32, 64, 100], points),
        "arrays.xnor.result_tiles": random.integers(2, 9, points),
        "port.width_bits": 2 ** random.integers(5, 11, points),
        "port.latency_cycles": random.integers(1, 101, points),
        "global_buffer.capacity_kib": random.integers(32, 2049, points),
        "or_pool": random.choice([True, True, True, False], points),
    }
    found = compared(trace("mnist-cnv"), base("xnor-pool-2x64x64"), columns, layers=True)
    assert set(found["status"]) == {"ok", "infeasible"}


def test_a_single_array_that_takes_integers_bit_by_bit() -> None:
    random, points = np.random.default_rng(3), 12
    data = base("xnor-16x16x64") | {"vector_unit": {"lanes": 16}, "dram": {"bits_per_cycle": 128}}
    columns = {
        "arrays.xnor.rows": random.integers(8, 65, points),
        "arrays.xnor.cols": random.integers(8, 65, points),
        "arrays.xnor.clock_gating": random.choice(["none", "array"], points),
        "arrays.xnor.accumulator_bits": random.choice([16, 24, 32], points),
        "scratchpads.a.capacity_bits": random.integers(1 << 15, 1 << 20, points),
        "vector_unit.clock_gating": random.choice(["none", "array"], points),
        "vector_unit.cycles_per_element.sign": random.integers(1, 5, points),
    }
    found = compared(trace("resnet18"), data, columns)
    assert set(found["status"]) == {"ok", "infeasible"}


def test_what_bounds_each_layer_is_what_most_of_its_cycles_went_to() -> None:
    found = compared(trace("resnet18"), base("xnor-int8"), drawn(np.random.default_rng(4), 25), layers=True)
    ok = found["status"] == "ok"
    cycles = np.array([column for name, column in found.items() if name.endswith(".cycles")])
    assert (cycles.sum(axis=0) == found["cycles"]).all()
    bounds = {name for column in found if column.endswith(".bound_by") for name in found[column][ok]}
    assert {"issue", "load", "vector", "dram"} <= bounds
    assert set(found["layers.conv1.bound_by"][~ok]) == {""}


def test_rows_depend_neither_on_their_order_nor_on_how_they_are_cut() -> None:
    random = np.random.default_rng(5)
    columns = drawn(random, 60) | {"arrays.xnor.lanes": random.choice([64, 128], 60)}
    evaluator = Evaluator(trace("resnet18"), base("xnor-int8"), technology())
    together = evaluator(columns)
    order = random.permutation(60)
    parts = np.split(order, [1, 2, 20, 50])
    pieces = [evaluator({field: column[part] for field, column in columns.items()}) for part in parts]
    for name, column in together.items():
        assert np.concatenate([piece[name] for piece in pieces]).tolist() == column[order].tolist(), name


def test_blocks_are_no_different_from_a_single_one(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = drawn(np.random.default_rng(6), 40)
    columns |= {"arrays.xnor.lanes": np.full(40, 64), "port.width_bits": np.full(40, 512)}
    evaluator = Evaluator(trace("resnet18"), base("xnor-int8"), technology())
    together = evaluator(columns)
    monkeypatch.setattr("xnorsim.sweeps.evaluate.BLOCK_POINTS", 7)
    for name, column in evaluator(columns).items():
        assert column.tolist() == together[name].tolist(), name


def test_an_evaluator_goes_to_another_process() -> None:
    evaluator, columns = Evaluator(trace("mnist-tfc"), base("xnor-8x8x64"), technology()), {"arrays.xnor.rows": [4, 8]}
    here = evaluator(columns)
    there = pickle.loads(pickle.dumps(evaluator))(columns)
    assert {name: column.tolist() for name, column in here.items()} == {n: c.tolist() for n, c in there.items()}
