"""ResNet-18: every layer of the published network, its sizes and its shortcuts."""

from collections import Counter

import pytest

from simulator.accelerator_file import load_accelerator
from simulator.engines import Engine
from simulator.program import JobStep, VectorStep, program
from simulator.run import simulate
from workloads.builtin import Given
from workloads.errors import InputError
from workloads.networks import load_trace
from workloads.operations import ArrayWork, BatchNorm, Convolution, MatrixProduct
from workloads.operations.work import macs
from workloads.trace import Trace

VARIANTS: list[dict[str, Given]] = [
    {}, {"weights": "int8"}, {"residual": "fp32"}, {"residual": "int8"}, {"image_size": 64, "classes": 10},
]  # fmt: skip


def products(trace: Trace) -> dict[str, tuple[int, int, int, str]]:
    """Return m, k, n and what is multiplied, by layer."""
    return {
        operation.name: (work.m, work.k, work.n, f"{work.encoding_a.name} x {work.encoding_b.name}")
        for operation in trace.operations
        for work in operation.work
        if isinstance(work, ArrayWork)
    }


def test_every_product_is_there() -> None:
    binary, integer = "bipolar x bipolar", "int8 x int8"
    expected = {"conv1": (112 * 112, 7 * 7 * 3, 64, integer), "fc": (1, 512, 1000, integer)}
    for stage, (side, before, channels) in enumerate([(56, 64, 64), (28, 64, 128), (14, 128, 256), (7, 256, 512)]):
        block = f"stages.{stage}.blocks"
        expected[f"{block}.0.conv"] = (side * side, 9 * before, channels, binary)
        for number in (1, 2, 3):
            expected[f"{block}.{number}.conv"] = (side * side, 9 * channels, channels, binary)
        if stage:
            expected[f"{block}.0.shortcut.conv"] = (side * side, before, channels, integer)
    assert products(load_trace("resnet18")) == expected
    everywhere = {name: (*shape, integer) for name, (*shape, _) in expected.items()}
    assert products(load_trace("resnet18", {"weights": "int8"})) == everywhere


def test_multiply_accumulates_are_the_published_ones() -> None:
    trace = load_trace("resnet18")
    counted = {operation.name: macs(operation) for operation in trace.operations}
    # 112 x 112 places of 7 x 7 taps of 3 colours, 64 filters.
    assert counted["conv1"] == 118_013_952
    # 56 x 56 places of 9 taps of 64 channels, 64 filters; every later stage has a quarter of the places, twice of both.
    assert {counted[f"stages.{stage}.blocks.3.conv"] for stage in range(4)} == {115_605_504}
    assert counted["stages.1.blocks.0.shortcut.conv"] == 28 * 28 * 64 * 128 == 6_422_528
    # conv1, 13 whole convolutions, 3 of half the channels, 3 shortcuts, the classifier.
    total = 118_013_952 + 13 * 115_605_504 + 3 * 57_802_752 + 3 * 6_422_528 + 512_000
    assert sum(counted.values()) == total == 1_814_073_344


def test_weights_are_the_published_ones() -> None:
    trace = load_trace("resnet18")
    weights = Counter[str]()
    for operation in trace.operations:
        if isinstance(operation, (Convolution, MatrixProduct)):
            tensor = trace.tensors[operation.b]
            weights[tensor.encoding.name] += tensor.rows * tensor.elements
    # 64 x 147, shortcuts of 64 x 128, 128 x 256 and 256 x 512, the classifier's 512 x 1000.
    assert weights["int8"] == 9_408 + 8_192 + 32_768 + 131_072 + 512_000
    # Four of 9 x 64 x 64; 9 x 64 x 128 and three of 9 x 128 x 128; then four times that, twice.
    first, second = 4 * 36_864, 73_728 + 3 * 147_456
    assert weights["bipolar"] == first + second + 4 * second + 16 * second
    # torchvision's resnet18 has 11,689,512: these, a bias of 1,000, and factors and summands of 4,800 channels.
    factors = sum(trace.tensors[o.scale].elements for o in trace.operations if isinstance(o, BatchNorm))
    assert (weights.total(), factors) == (11_678_912, 4_800)


@pytest.mark.parametrize("given", VARIANTS)
def test_every_tensor_is_made_before_it_is_read(given: dict[str, Given]) -> None:
    trace = load_trace("resnet18", given)
    made = {"image"}
    for operation in trace.operations:
        assert made.issuperset(operation.inputs), operation.name
        assert {*operation.inputs, *operation.constants, operation.result} <= trace.tensors.keys()
        assert operation.result not in made
        made.add(operation.result)
    constants = [tensor for operation in trace.operations for tensor in operation.constants]
    assert sorted([*made, *constants]) == sorted(trace.tensors)
    assert len({operation.name for operation in trace.operations}) == len(trace.operations)


def test_a_shortcut_goes_around_every_convolution() -> None:
    trace = load_trace("resnet18")
    ends = {o.name: o.shortcut for o in trace.operations if isinstance(o, BatchNorm) and o.shortcut is not None}
    assert len(ends) == 16
    assert ends["stages.0.blocks.0.bn"] == "maxpool.result"
    assert ends["stages.0.blocks.1.bn"] == "stages.0.blocks.0.bn.result"
    assert ends["stages.1.blocks.0.bn"] == "stages.1.blocks.0.shortcut.bn.result"
    assert all(trace.tensors[name].encoding.name == "fp16" for name in ends.values() if name)


def test_lanes_scale_add_and_take_the_sign() -> None:
    steps = program(load_trace("resnet18"), load_accelerator("xnor-int8")).steps
    of_block = [step for step in steps if step.layer.startswith("stages.0.blocks.1.")]
    functions = [step.function.value if isinstance(step, VectorStep) else step.job.array for step in of_block]
    assert functions == ["sign", "xnor", "multiply_add", "add"]
    assert {step.elements for step in of_block if isinstance(step, VectorStep)} == {56 * 56 * 64}


def test_a_map_of_signs_is_fed_as_it_lies() -> None:
    steps = program(load_trace("resnet18"), load_accelerator("xnor-int8")).steps
    direct = {step.layer for step in steps if isinstance(step, JobStep) and step.job.direct is not None}
    assert len(direct) == 16 + 3
    lowered = [step.layer for step in steps if isinstance(step, VectorStep) and step.function == "lower"]
    assert lowered == ["conv1"]


@pytest.mark.parametrize("name", ["xnor-int8", "xnor-fp32", "mac-int8", "mac-fp32"])
def test_it_runs_on_the_presets_that_hold_it(name: str) -> None:
    run = simulate(load_trace("resnet18"), load_accelerator(name), engine=Engine.CLOSED_FORM)
    assert run.macs == {"binary": 1_676_279_808, "integer": 137_793_536, "float": 0}


def test_integers_end_in_integers_once() -> None:
    steps = program(load_trace("resnet18", {"weights": "int8"}), load_accelerator("mac-int8")).steps
    (change,) = [step for step in steps if step.layer == "stages.0.blocks.0.requantize"]
    assert isinstance(change, VectorStep)
    assert change.function == "requantize"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"image_size": 200}, "resnet18: image_size must be a multiple of 32, not 200"),
        ({"weights": "ternary"}, "resnet18: weights must be binary or int8, not 'ternary'"),
        ({"residual": 16}, "resnet18: residual must be fp32 or fp16 or int8, not 16"),
    ],
)
def test_a_wrong_parameter_is_refused(given: dict[str, Given], message: str) -> None:
    with pytest.raises(InputError, match=f"^{message}$"):
        load_trace("resnet18", given)


def test_parameters_are_recorded_as_given() -> None:
    trace = load_trace("resnet18", {"weights": "int8", "image_size": 64})
    assert trace.parameters == {"weights": "int8", "image_size": "64"}
