"""Which layers are played, on which operands, and what is model only."""

import math
from dataclasses import replace

import numpy as np
import pytest

from simulator.accelerator import Accelerator, VectorUnit
from simulator.engines import Engine
from simulator.run import Run, simulate
from tests.strategies import hardware
from tests.traces import one_product, random_bits, small_cnn, trace_of, two_layers
from tests.xnorsim.found import MIXED, mixed_network
from workloads.encodings import encoding
from workloads.errors import InputError
from workloads.networks import load_trace
from workloads.operations import MatrixProduct
from workloads.packing import decode, pack_bits
from workloads.trace import Tensor, Trace
from xnorsim.cosimulation import layers
from xnorsim.cosimulation.layers import Layer, network_layers, without_operands
from xnorsim.cosimulation.products import Product

TINY = hardware(2, 2, 16, kc=8, latency=4, places=3, accumulator_bits=16)


def run_of(trace: Trace, accelerator: Accelerator = TINY) -> Run:
    return simulate(trace, accelerator, results=trace.has_operands, engine=Engine.CLOSED_FORM)


def layers_of(
    trace: Trace, *patterns: str, accelerator: Accelerator = TINY, seed: int = 1, max_cycles: int | None = None
) -> list[Layer]:
    return network_layers(run_of(trace, accelerator), patterns, seed, max_cycles)


def played(layer: Layer) -> Product:
    """Return the product that is played of a layer."""
    assert layer.task is not None
    assert isinstance(layer.task.work, Product)
    return layer.task.work


def test_a_layer_without_rtl_is_listed_with_what_it_runs_on() -> None:
    layers = layers_of(mixed_network(), accelerator=MIXED)
    assert [(layer.name.partition(".")[0], layer.model_only) for layer in layers if layer.task is None] == [
        ("function", "vector unit"), ("function", "vector unit"), ("integer", "array mac"),
    ]  # fmt: skip
    assert [layer.name for layer in layers if layer.task is not None] == ["binary"]
    assert len(layers) == len(run_of(mixed_network(), MIXED).layer_runs)


def test_a_network_without_rtl_is_an_input_error() -> None:
    with pytest.raises(
        InputError, match=r"one-product: no layer runs on RTL on test: all are model only \(array mac\)"
    ):
        layers_of(one_product(4, 4, 4, "int8", "int8"), accelerator=MIXED)


def test_layers_are_chosen_by_name_or_glob() -> None:
    trace = two_layers()
    assert [layer.name for layer in layers_of(trace, "fc2")] == ["fc2"]
    assert [layer.name for layer in layers_of(trace, "fc*")] == ["fc1", "fc2"]
    assert [layer.name for layer in layers_of(trace, "fc2", "fc1")] == ["fc1", "fc2"]
    # A layer's name means all of its steps.
    assert [layer.name for layer in layers_of(mixed_network(), "function", "binary", accelerator=MIXED)][1:] != []


def test_a_name_that_no_layer_has() -> None:
    with pytest.raises(InputError, match=r"--layers must name a layer of two-layers \(fc1, fc2\), not 'fc3'"):
        layers_of(two_layers(), "fc1", "fc3")


def test_a_network_with_operands_goes_from_memory_to_memory() -> None:
    trace = two_layers()
    first, second = layers_of(trace)
    assert first.task is not None
    assert second.task is not None
    assert (dict(first.task.made_by), dict(second.task.made_by)) == ({}, {"a": 0})
    assert not first.random
    assert not second.random
    assert np.array_equal(played(first).a, trace.tensors["x"].packed)  # type: ignore[arg-type]
    bits = played(first).expected()
    assert np.array_equal(played(second).a, pack_bits(bits != 0)[:, None])


def test_a_layer_by_itself_takes_what_the_model_says_of_the_one_before() -> None:
    (alone,) = layers_of(two_layers(), "fc2")
    _, whole = layers_of(two_layers())
    assert alone.task is not None
    assert dict(alone.task.made_by) == {}
    assert np.array_equal(played(alone).a, played(whole).a)


def test_a_network_without_operands_has_random_ones_and_goes_from_memory_to_memory_too() -> None:
    trace = without_operands(two_layers())
    first, second = layers_of(trace)
    assert first.random
    assert second.random
    assert second.task is not None
    assert dict(second.task.made_by) == {"a": 0}
    again, other = layers_of(trace)[0], layers_of(trace, seed=2)[0]
    assert first.task is not None
    assert np.array_equal(played(again).b, played(first).b)
    assert not np.array_equal(played(other).b, played(first).b)
    # A layer's operands are its own, whatever else is chosen.
    assert np.array_equal(played(layers_of(trace, "fc1")[0]).b, played(first).b)


def test_a_layer_that_is_cut_leaves_no_whole_operand_behind() -> None:
    first, second = layers_of(two_layers(), max_cycles=60)
    assert first.task is not None
    assert second.task is not None
    cut = played(first)
    # One m tile takes more, so that n is cut to whole tiles of it.
    assert cut.job.m == 2
    assert cut.job.n % 2 == 0
    assert cut.classes().cycles <= 60
    assert cut.thresholds is not None
    assert len(cut.thresholds.sums) == cut.job.n
    assert dict(second.task.made_by) == {}
    assert played(second).job.m == 5


def test_a_layer_without_all_of_its_channels_leaves_no_operand_behind() -> None:
    first, second = layers_of(two_layers(m=2, k=200), max_cycles=60)
    assert second.task is not None
    # All rows, but not all channels.
    assert (played(first).job.m, played(first).job.n) == (2, 4)
    assert (played(second).job.m, played(second).job.k) == (2, 9)
    assert dict(second.task.made_by) == {}
    assert not second.random


def test_sums_of_a_layer_are_operands_of_several_planes() -> None:
    bipolar, rng = encoding("bipolar"), np.random.default_rng(1)
    tensors = [
        random_bits("x", 4, 20, rng),
        random_bits("w1", 3, 20, rng),
        Tensor("h", 4, 3, encoding("int8")),
        random_bits("w2", 2, 3, rng),
        Tensor("y", 4, 2, encoding("int32")),
    ]
    operations = [
        MatrixProduct("fc1", 4, 20, 3, "x", "w1", "h", bipolar, bipolar),
        MatrixProduct("fc2", 4, 3, 2, "h", "w2", "y", encoding("int8"), bipolar),
    ]
    accelerator = replace(TINY, vector_unit=VectorUnit(4))
    first, second = (
        layer for layer in layers_of(trace_of(operations, tensors), accelerator=accelerator) if layer.task is not None
    )
    assert not second.random
    assert second.task is not None
    # The vector unit lies between them: sums are no planes.
    assert dict(second.task.made_by) == {}
    assert np.array_equal(decode(played(second).a, 3, encoding("int8")), played(first).expected())


def test_rows_that_are_cut_on_both_sides_are_still_handed_on() -> None:
    trace = load_trace("mnist-tfc", {"images": 20})
    layers = layers_of(trace, "fc2", "fc3", max_cycles=1500)
    assert [played(layer).job.m for layer in layers] == [10, 10]
    assert [dict(layer.task.made_by) for layer in layers if layer.task] == [{}, {"a": 0}]


def test_equal_jobs_on_the_same_operands_are_played_once() -> None:
    trace = one_product(4, 20, 4)
    operation = replace(trace.matrix_products[0], count=3)
    (layer,) = layers_of(replace(trace, operations=(operation,)))
    assert played(layer).jobs == 1
    assert layer.run.count == 3


def test_operands_too_large_for_one_run_are_refused_before_they_are_made() -> None:
    trace = one_product(60_000, 60_000, 16)
    accelerator = hardware(16, 16, 64, kc=2048)
    with pytest.raises(InputError, match=r"layer product: .* at most 256 MiB of memory .* --layers or --max-cycles"):
        layers_of(trace, accelerator=accelerator)
    (layer,) = layers_of(trace, accelerator=accelerator, max_cycles=100_000)
    assert played(layer).job.m < 500


# Two maps share their kernels, which lie in the memory once.
@pytest.mark.parametrize("trace", [two_layers(), small_cnn(), small_cnn(maps=50)])
def test_the_memory_of_all_layers_counts(trace: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    accelerator = replace(TINY, or_pool=True)
    tasks = [layer.task for layer in layers_of(trace, accelerator=accelerator) if layer.task is not None]
    operands, results = 0, 0
    for task in tasks:
        operands += sum(area.nbytes for role, area in task.work.operands().items() if role != "thresholds")
        results += math.prod(task.work.result_shape)
    monkeypatch.setattr(layers, "MAX_MEMORY_BYTES", operands + results)
    assert len(layers_of(trace, accelerator=accelerator)) == len(tasks)
    monkeypatch.setattr(layers, "MAX_MEMORY_BYTES", operands + results - 1)
    with pytest.raises(InputError, match=rf"layer {tasks[-1].name}: the layers up to it must take at most"):
        layers_of(trace, accelerator=accelerator)


def test_thresholds_without_values_lie_among_the_sums() -> None:
    trace = replace(two_layers(), thresholds={})
    first, _ = network_layers(simulate(trace, TINY, engine=Engine.CLOSED_FORM), (), 1, None)
    assert first.random
    assert first.task is not None
    bits = played(first).expected()
    assert 0 < bits.mean() < 1
