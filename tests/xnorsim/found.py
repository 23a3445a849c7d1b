"""What a co-simulation finds, without a simulator: what comes out is what the model says."""

from dataclasses import replace

from simulator.accelerator import VectorUnit
from simulator.engines import Engine
from simulator.run import simulate
from tests.strategies import accelerator_of, mac_array, xnor_array
from workloads.encodings import encoding
from workloads.operations import Elementwise, MatrixProduct, VectorFunction
from workloads.trace import Tensor, Trace
from xnorsim.cosimulation.check import Outcome
from xnorsim.cosimulation.differences import Difference
from xnorsim.cosimulation.layers import Layer, network_layers
from xnorsim.cosimulation.outcome import Cosimulation, LayerOutcome

MIXED = accelerator_of(xnor_array(), mac_array("int8"), vector_unit=VectorUnit(4))


def mixed_network() -> Trace:
    """Return a network with a layer for each unit: a binary product, a function, a product of integers."""
    codes = {"x": "bipolar", "w": "bipolar", "h": "int32", "g": "int8", "v": "int8", "y": "int32"}
    tensors = {name: Tensor(name, 4, 4, encoding(code)) for name, code in codes.items()}
    operations = (
        MatrixProduct("binary", 4, 4, 4, "x", "w", "h", encoding("bipolar"), encoding("bipolar")),
        Elementwise("function", VectorFunction.ADD, ("h",), "g", 4, 4, encoding("int8")),
        MatrixProduct("integer", 4, 4, 4, "g", "v", "y", encoding("int8"), encoding("int8")),
    )
    return Trace("mixed", "", tensors, operations)


def found(max_cycles: int | None = None) -> Cosimulation:
    """Return a co-simulation of a network with a layer for each unit, in which nothing differs."""
    run = simulate(mixed_network(), MIXED, engine=Engine.CLOSED_FORM)
    layers = network_layers(run, (), 1, max_cycles)
    outcomes = tuple(LayerOutcome(layer, _right(layer)) for layer in layers)
    return Cosimulation(run.trace, MIXED, outcomes, (), None, 1, max_cycles, None, {})


def _right(layer: Layer) -> Outcome | None:
    if layer.task is None:
        return None
    model, expected = layer.task.work.classes(), layer.task.work.expected()
    return Outcome(model, model, expected, expected, (), 0.25)


def with_difference(result: Cosimulation, difference: Difference) -> Cosimulation:
    """Return a co-simulation in which a layer differs."""
    layers = tuple(
        replace(layer, outcome=replace(layer.outcome, differences=(difference,)))
        if layer.outcome is not None and layer.name == difference.layer
        else layer
        for layer in result.layer_outcomes
    )
    return replace(result, layer_outcomes=layers, differences=(difference,))
