"""The vector unit: each function really is the instructions that it is charged, and a step's cycles by hand."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.accelerator import Accelerator, VectorUnit
from simulator.cycles import CycleClasses
from simulator.layer_run import vector_layer
from simulator.program import VectorStep
from simulator.run import Run, simulate
from simulator.vector import NONE, PER_ELEMENT, PER_GROUP, Instructions, compute_cycles, function_counts, step_cycles
from tests.simulator.lane import (
    EPSILON,
    FUNCTIONS,
    SCALE,
    Floats,
    Lane,
    exp,
    gelu,
    inverse_root,
    layer_norm,
    reciprocal,
)
from tests.strategies import hardware
from tests.traces import one_function
from workloads.encodings import encoding
from workloads.operations import LayerNorm, VectorFunction
from workloads.trace import Tensor, Trace

PAGE = Path(__file__).parents[2] / "docs" / "networks.md"
ELEMENTS_A_GROUP = 7


def groups(low: float = -20, high: float = 20, elements: int = ELEMENTS_A_GROUP, seed: int = 0) -> list[Floats]:
    """Return the elements of 300 groups: the first of each, the second of each, ..."""
    rng = np.random.default_rng(seed)
    return list(rng.uniform(low, high, (elements, 300)).astype(np.float32))


def run(function: VectorFunction, columns: list[Floats]) -> np.ndarray:
    """Return what the lanes compute.

    Shapes: columns and result [elements, groups].
    """
    return np.array(FUNCTIONS[function](Lane(), Lane(), columns), dtype=np.float64)


def wide(columns: list[Floats]) -> np.ndarray:
    """Return the elements as 64-bit floats."""
    return np.array(columns, dtype=np.float64)


def relative_error(found: np.ndarray, expected: np.ndarray) -> float:
    """Return the largest relative error."""
    return float(np.max(np.abs(found / expected - 1)))


@pytest.mark.parametrize("function", VectorFunction)
def test_a_function_takes_the_instructions_that_it_is_charged(function: VectorFunction) -> None:
    each, once = Lane(), Lane()
    FUNCTIONS[function](each, once, groups(0.5))
    elements = Instructions()
    for _ in range(ELEMENTS_A_GROUP):
        elements += PER_ELEMENT[function]
    assert each.instructions == elements
    assert once.instructions == PER_GROUP.get(function, NONE)


def test_every_function_has_its_instructions_and_those_that_share_a_number_some_for_a_group() -> None:
    assert set(PER_ELEMENT) == set(FUNCTIONS) == set(VectorFunction)
    sharing = {VectorFunction.SOFTMAX, VectorFunction.LAYER_NORM, VectorFunction.L2_NORM, VectorFunction.MEAN}
    assert set(PER_GROUP) == sharing


def test_exp_is_right_to_a_millionth() -> None:
    x = np.linspace(-20, 20, 400_001, dtype=np.float32)
    assert relative_error(exp(Lane(), x), np.exp(x.astype(np.float64))) < 1e-6


@pytest.mark.parametrize("x", [-1e30, -1e4, -104.0, -88.0, 88.0, 1e4, 1e30])
def test_exp_of_what_no_exponent_holds_is_as_small_or_large_as_floats_get(x: float) -> None:
    (found,) = exp(Lane(), np.array([x], dtype=np.float32))
    assert 0 < found < 1e-37 if x < 0 else 1e37 < found < np.inf


def test_reciprocal_and_inverse_root_are_right_to_a_millionth() -> None:
    x = np.exp(np.linspace(-80, 87, 400_001)).astype(np.float32)
    assert relative_error(reciprocal(Lane(), x), 1 / x.astype(np.float64)) < 1e-6
    assert relative_error(reciprocal(Lane(), -x), -1 / x.astype(np.float64)) < 1e-6
    assert relative_error(inverse_root(Lane(), x), 1 / np.sqrt(x.astype(np.float64))) < 1e-6


def test_gelu_is_its_form_with_tanh() -> None:
    x = np.linspace(-30, 30, 400_001, dtype=np.float32)
    exact = x.astype(np.float64)
    expected = exact / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (exact + 0.044715 * exact**3)))
    assert np.max(np.abs(gelu(Lane(), x) - expected)) < 1e-5


@pytest.mark.parametrize("spread", [1, 20, 300])
def test_softmax_gives_the_shares_however_far_apart_the_elements_are(spread: float) -> None:
    columns = groups(-spread, spread, 50)
    powers = np.exp(wide(columns) - wide(columns).max(axis=0))
    assert np.allclose(run(VectorFunction.SOFTMAX, columns), powers / powers.sum(axis=0), rtol=0, atol=1e-6)


def test_norms_give_mean_0_and_variance_1_or_length_1() -> None:
    columns = groups(-3, 5, 64)
    exact = wide(columns)
    expected = (exact - exact.mean(axis=0)) / np.sqrt(exact.var(axis=0) + EPSILON)
    assert np.allclose(run(VectorFunction.LAYER_NORM, columns), expected, rtol=0, atol=1e-5)
    scaled = np.array(layer_norm(Lane(), Lane(), columns, 2.0, -1.0), dtype=np.float64)
    assert np.allclose(scaled, 2 * expected - 1, rtol=0, atol=1e-5)
    length = np.sqrt((exact**2).sum(axis=0))
    assert np.allclose(run(VectorFunction.L2_NORM, columns), exact / length, rtol=0, atol=1e-6)
    # A vector of zeros stays one.
    assert not run(VectorFunction.L2_NORM, [np.zeros(3, dtype=np.float32)] * 4).any()


def test_reductions_give_one_number_a_group() -> None:
    columns = groups(elements=49)
    assert np.allclose(run(VectorFunction.MEAN, columns), [wide(columns).mean(axis=0)], rtol=0, atol=1e-5)
    assert np.array_equal(run(VectorFunction.MAXIMUM, columns), [wide(columns).max(axis=0)])


def test_requantize_rounds_scales_and_clips() -> None:
    sums = np.arange(-10_000, 10_000, dtype=np.float32)
    expected = np.clip(np.round(sums.astype(np.float64) * np.float32(SCALE)), -128, 127)
    assert np.array_equal(run(VectorFunction.REQUANTIZE, [sums])[0], expected)


def test_the_sign_of_zero_is_plus_one() -> None:
    x = np.array([-0.5, 0.0, 0.5], dtype=np.float32)
    assert run(VectorFunction.SIGN, [x]).tolist() == [[-1, 1, 1]]


@given(st.sampled_from(VectorFunction), st.integers(1, 500), st.integers(0, 50))
def test_every_instruction_of_every_element_and_group_is_an_event(
    function: VectorFunction, elements: int, number: int
) -> None:
    counts = function_counts(function, elements, number)
    parts = [(PER_ELEMENT[function], elements), (PER_GROUP.get(function, NONE), number)]
    fused = sum(part.multiply_add * times for part, times in parts)
    assert sum(counts.values()) == sum(part.cycles * times for part, times in parts) + fused
    assert counts["vector_unit", "multiply"] >= fused


@given(st.sampled_from(VectorFunction), st.integers(1, 500), st.integers(0, 50), st.integers(1, 64))
def test_lanes_do_their_share_of_elements_and_of_groups(
    function: VectorFunction, elements: int, number: int, lanes: int
) -> None:
    unit = VectorUnit(lanes)
    single = compute_cycles(function, elements, number, VectorUnit(1))
    assert single == PER_ELEMENT[function].cycles * elements + PER_GROUP.get(function, NONE).cycles * number
    found = compute_cycles(function, elements, number, unit)
    assert single / lanes <= found <= single
    assert compute_cycles(function, elements, number, VectorUnit(2 * lanes)) <= found


def test_a_step_waits_for_its_first_word_and_then_for_the_slower_of_lanes_and_port() -> None:
    assert step_cycles(100, 30, 4) == 104
    assert step_cycles(100, 300, 4) == 304
    # Without a word to move there is nothing to wait for.
    assert step_cycles(100, 0, 4) == 100


def unit_of(lanes: int, **cycles: int) -> Accelerator:
    """Return an accelerator with a vector unit behind a port of 64 bits and latency 3."""
    overrides = {VectorFunction(name): count for name, count in cycles.items()}
    return replace(hardware(2, 2, 8, port_bits=64, latency=3), vector_unit=VectorUnit(lanes, overrides))


def test_a_gelu_by_hand() -> None:
    trace = one_function(VectorFunction.GELU, 10, 7)
    # A row of 7 x 32 bits takes 4 port words: 40 in and 40 out. 70 elements are 18 rounds of 4 lanes.
    gelu_instructions = 5 + 11 + 7
    (layer,) = simulate(trace, unit_of(4)).layer_runs
    assert layer.lane_cycles == 18 * gelu_instructions
    assert layer.total_classes.cycles == layer.total_classes.vector == 18 * gelu_instructions + 3
    assert layer.bound_by == "vector"
    assert [(access.buffer, access.words) for access in layer.accesses.reads] == [("x", 40)]
    assert [(access.buffer, access.words) for access in layer.accesses.writes] == [("y", 40)]
    assert layer.total_counts["vector_unit", "compare"] == 70 * 2
    assert layer.total_counts["vector_unit", "clock"] == 4 * layer.total_classes.cycles
    assert (layer.total_counts["global_buffer", "read"], layer.total_counts["global_buffer", "write"]) == (40, 40)


def test_an_override_replaces_the_cycles_of_its_function_and_no_count() -> None:
    trace = one_function(VectorFunction.GELU, 10, 7)
    plain, faster = (simulate(trace, unit_of(4, **cycles)).layer_runs[0] for cycles in ({"exp": 1}, {"gelu": 2}))
    assert faster.lane_cycles == 18 * 2
    # 80 port words take longer than the lanes; loads and stores are as many, and loads are named.
    assert faster.total_classes.cycles == 80 + 3
    assert faster.bound_by == "load"
    assert plain.lane_cycles == simulate(trace, unit_of(4)).layer_runs[0].lane_cycles
    # What the lanes do is the same; they and their registers only take less time over it.
    kept = [
        {event: count for event, count in layer.total_counts.items() if event[1] != "clock"}
        for layer in (plain, faster)
    ]
    assert kept[0] == kept[1]


def test_an_override_counts_for_elements_and_leaves_the_groups_alone() -> None:
    unit = VectorUnit(4, {VectorFunction.SOFTMAX: 3})
    # Ten rows of 50: 125 rounds of elements, three rounds of rows with a reciprocal each.
    assert compute_cycles(VectorFunction.SOFTMAX, 500, 10, unit) == 125 * 3 + 3 * 7


def normalized(rows: int, channels: int) -> Run:
    """Run a layer normalization on one lane."""
    code = encoding("fp32")
    tensors = [Tensor("x", rows, channels, code), Tensor("s", 2, channels, code), Tensor("y", rows, channels, code)]
    operation = LayerNorm("norm", "x", "s", "y", rows, channels, code)
    return simulate(Trace("norm", "", {tensor.name: tensor for tensor in tensors}, (operation,)), unit_of(1))


def test_a_layer_norm_by_hand() -> None:
    (layer,) = normalized(3, 6).layer_runs
    # An element: 2 additions, a multiplication, 2 fused. A row: mean, variance, and the root's 11.
    assert layer.lane_cycles == 3 * 6 * 5 + 3 * (2 + 11)
    assert layer.total_classes.cycles == layer.lane_cycles + 3
    # Three port words a row: three rows in and out, and the two of the factors and summands.
    assert [(access.buffer, access.words) for access in layer.accesses.reads] == [("x", 9), ("s", 6)]
    assert layer.macs == 0
    assert layer.job is None


def test_copies_of_several_jobs_wait_for_their_first_word_and_fill_their_lanes_up_each_time_by_hand() -> None:
    accelerator = unit_of(4)
    once = VectorStep("l", "o", "copy", VectorFunction.RELAYOUT, 10, 0, (("x", 4),), (("c", 2),))
    # Ten elements are three rounds of four lanes; six words take longer, behind a wait of three cycles.
    assert vector_layer(once, accelerator).total_classes == CycleClasses(vector=6 + 3)
    thrice = replace(once, elements=30, reads=(("x", 12),), writes=(("c", 6),), times=3)
    layer = vector_layer(thrice, accelerator)
    assert layer.total_classes == CycleClasses(vector=3 * (6 + 3))
    assert layer.lane_cycles == 3 * 3
    assert layer.count == 3
    # Run in one go the same elements take eight rounds, and wait once.
    whole = vector_layer(replace(thrice, times=1), accelerator)
    assert (whole.lane_cycles, whole.total_classes.vector) == (8, 18 + 3)
    assert {event: count for event, count in layer.total_counts.items() if event[1] != "clock"} == (
        {event: count for event, count in whole.total_counts.items() if event[1] != "clock"}
    )


def instructions_text(instructions: Instructions) -> str:
    """Return a sequence as the page's table has it."""
    counts = ((getattr(instructions, part.name), part.name.replace("_", "-")) for part in fields(instructions))
    return ", ".join(f"{count} {name}" for count, name in counts if count)


def test_the_page_s_table_is_what_the_code_charges() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("| function | instructions for")) + 2
    end = next(number for number, line in enumerate(lines) if number > start and not line.startswith("|"))
    expected = []
    for function in VectorFunction:
        each, once = PER_ELEMENT[function], PER_GROUP.get(function, NONE)
        cells = (function.value, instructions_text(each), each.cycles, instructions_text(once), once.cycles or "")
        expected.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    assert lines[start:end] == expected
