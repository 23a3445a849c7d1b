"""What bounds each layer: the same names as of many points at once, and roofs that nothing breaks through."""

import numpy as np
import pytest

from simulator.accelerator_file import load_accelerator, parse_accelerator
from simulator.engines import Engine
from simulator.run import Run, simulate
from tests.strategies import hardware
from tests.traces import one_product
from tests.xnorsim.sweeps.alone import base, drawn, technology
from workloads.errors import InputError
from workloads.networks import load_trace
from workloads.trace import Trace
from xnorsim.sweeps.design_points import DesignPoints
from xnorsim.sweeps.evaluate import Evaluator
from xnorsim.sweeps.roofline import bound_layers

NETWORKS = [("resnet18", {"image_size": "64"}), ("mnist-cnv", {"images": "2"})]


def runs(trace: Trace, seed: int) -> list[Run]:
    """Run a network on a few accelerators drawn at random, those that hold it."""
    points = DesignPoints.of(base("xnor-int8"), drawn(np.random.default_rng(seed), 12))
    found = []
    for row in range(len(points)):
        try:
            found.append(simulate(trace, parse_accelerator(points.file_of(row)), engine=Engine.CLOSED_FORM))
        except InputError:
            continue
    return found


@pytest.fixture(scope="module", params=NETWORKS, ids=lambda network: network[0])
def found(request: pytest.FixtureRequest) -> list[Run]:
    name, parameters = request.param
    known = runs(load_trace(name, parameters), 3)
    assert len(known) >= 4
    return known


def test_no_layer_breaks_through_a_roof(found: list[Run]) -> None:
    lowest = set()
    for run in found:
        for layer in bound_layers(run):
            assert all(layer.macs_per_cycle <= roof * (1 + 1e-12) for roof in layer.roofs.values()), layer
            assert bool(layer.roofs) == bool(layer.macs)
            lowest.add(layer.lowest_roof)
    assert {"port", ""} <= lowest


def test_the_layers_are_all_of_the_run(found: list[Run]) -> None:
    for run in found:
        layers = bound_layers(run)
        width_bits = run.accelerator.port.width_bits
        assert sum(layer.cycles for layer in layers) == run.cycles
        assert sum(layer.macs for layer in layers) == sum(run.macs.values())
        moved = sum(step.dram.reads + step.dram.writes for step in run.layer_runs)
        assert sum(layer.dram_bits for layer in layers) == moved * width_bits


def test_the_names_are_those_of_many_points_at_once() -> None:
    trace, data = load_trace("resnet18", {"image_size": "64"}), base("xnor-int8")
    columns = {"arrays.xnor.rows": [8, 64], "port.width_bits": [128, 2048], "dram.bits_per_cycle": [16, 1024]}
    many = Evaluator(trace, data, technology(), layers=True)(columns)
    points = DesignPoints.of(data, columns)
    for row in range(2):
        run = simulate(trace, parse_accelerator(points.file_of(row)), engine=Engine.CLOSED_FORM)
        for layer in bound_layers(run):
            assert many[f"layers.{layer.name}.cycles"][row] == layer.cycles
            assert many[f"layers.{layer.name}.bound_by"][row] == layer.bound_by


def test_a_product_worked_by_hand() -> None:
    # 4 x 16 times 16 x 4 on 2 x 2 PEs of 8 lanes: 256 products, 32 at a time. Through a port of 64 bits go the rows
    # of A once, a word each, those of B for each of the two m tiles, and 4 rows of two sums each of 32 bits, twice.
    run = simulate(one_product(4, 16, 4), hardware(2, 2, 8))
    (layer,) = bound_layers(run)
    assert (layer.macs, layer.port_bits, layer.dram_bits) == (256, 64 * (4 + 2 * 4 + 8), 0)
    assert layer.roofs == {"array": 32.0, "port": 256 / 20}
    assert layer.lowest_roof == "port"


def test_planes_lower_the_peak_and_multiply_accumulators_have_one_lane() -> None:
    (layer,) = bound_layers(simulate(one_product(4, 16, 4, "int3", "uint2"), hardware(2, 2, 8)))
    assert layer.roofs["array"] == 4 * 8 / 6
    (layer,) = bound_layers(simulate(one_product(4, 16, 4, "int3", "uint2"), hardware(2, 2, element="int8")))
    assert layer.roofs["array"] == 4


def test_a_layer_of_the_vector_unit_has_no_roof() -> None:
    layers = bound_layers(simulate(load_trace("resnet18", {"image_size": "64"}), load_accelerator("xnor-int8")))
    assert {layer.name: layer.roofs for layer in layers}["bn1"] == {}
