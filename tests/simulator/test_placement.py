"""Placement, and what a job must not exceed."""

from dataclasses import replace
from itertools import product as pairs_of
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.accelerator import Accelerator, Array, Dataflow, VectorUnit
from simulator.accelerator_file import load_accelerator
from simulator.job import DirectFeed, Job
from simulator.placement import place
from simulator.program import program
from simulator.run import simulate
from tests.strategies import INTEGERS, accelerator_of, exchanged, hardware, mac_array, windows, xnor_array
from tests.traces import one_product, two_layers
from workloads.casts import cast_trace, parse_cast
from workloads.encodings import encoding
from workloads.errors import InputError
from workloads.networks import load_trace
from workloads.operations import ArrayWork, Convolution, Feed, Window

XNOR, INT8, FP16, FP32 = xnor_array(), mac_array("int8"), mac_array("fp16"), mac_array("fp32")
FP16_SUMS = mac_array("fp16", accumulator_bits=16)
EXACT = {"fp16": 1 << 11, "fp32": 1 << 24}
"""Every integer up to this magnitude is one of these floats."""


def placed(accelerator: Accelerator, a: str, b: str, k: int = 3) -> Job:
    """Place a product of two encodings."""
    (work,) = one_product(2, k, 4, a, b).operations[0].work
    assert isinstance(work, ArrayWork)
    return place(work, "product", accelerator)


def held(element: str, code: str) -> bool:
    """Tell from its values whether an encoding is one of an element's, without loss."""
    if code in EXACT:
        return element in EXACT and EXACT[code] <= EXACT[element]
    low, high = encoding(code).minimum, encoding(code).maximum
    if element in EXACT:
        return max(-low, high) <= EXACT[element]
    return low >= -128 and high <= 127


def expected_array(arrays: list[Array], a: str, b: str, k: int) -> str | None:
    """Name the array by the rule of the page, found the long way round."""
    xnors = [array.name for array in arrays if array.element is None]
    planes = [len(encoding(code).planes) for code in (a, b)]
    if xnors and planes == [1, 1]:
        return xnors[0]
    for array in arrays:
        element = None if array.element is None else array.element.name
        if element is None or not held(element, a) or not held(element, b):
            continue
        if element in EXACT and a not in EXACT and b not in EXACT:
            ends = [(encoding(code).minimum, encoding(code).maximum) for code in (a, b)]
            worst = k * max(abs(x * y) for x, y in pairs_of(*ends))
            if worst > EXACT[f"fp{array.accumulator_bits}"]:
                continue
        return array.name
    return xnors[0] if xnors and min(planes) >= 1 and max(planes) <= 8 else None


@st.composite
def array_lists(draw: st.DrawFn) -> list[Array]:
    kinds = st.sampled_from([replace(XNOR, accumulator_bits=64), INT8, FP16, FP16_SUMS, FP32])
    drawn = draw(st.lists(kinds, min_size=1, max_size=4))
    return [replace(array, name=f"array{number}") for number, array in enumerate(drawn)]


CODES = st.sampled_from([*INTEGERS, "int9", "uint16", "int16", "fp16", "fp32"])


@given(array_lists(), CODES, CODES, st.integers(1, 3000))
def test_every_pair_goes_where_the_rule_says(arrays: list[Array], a: str, b: str, k: int) -> None:
    accelerator, expected = accelerator_of(*arrays), expected_array(arrays, a, b, k)
    if expected is None:
        with pytest.raises(InputError, match=f"^layer product: no array of test holds {a} x {b}; it has array0 "):
            placed(accelerator, a, b, k)
        return
    job = placed(accelerator, a, b, k)
    serial = accelerator.arrays[expected].element is None
    planes = (len(encoding(a).planes), len(encoding(b).planes)) if serial else (1, 1)
    assert (job.array, job.bit_serial, job.planes) == (expected, serial, planes)
    assert (job.encoding_a.name, job.encoding_b.name) == (a, b)
    assert (job.count, job.m, job.k, job.n) == (1, 2, k, 4)


@pytest.mark.parametrize(
    ("arrays", "a", "b", "array"),
    [
        ([INT8, XNOR], "bipolar", "unipolar", "xnor"),
        ([INT8, XNOR], "bipolar", "int4", "mac"),
        ([XNOR, INT8], "ternary", "int8", "mac"),
        ([XNOR, INT8], "uint8", "int8", "xnor"),
        ([XNOR, FP32], "uint8", "int8", "mac"),
        ([XNOR, FP32], "bipolar", "fp32", "mac"),
        ([XNOR, FP16], "fp16", "ternary", "mac"),
        ([INT8], "bipolar", "bipolar", "mac"),
    ],
)
def test_mixed_accelerators_by_hand(arrays: list[Array], a: str, b: str, array: str) -> None:
    assert placed(accelerator_of(*arrays), a, b).array == array


def test_of_two_arrays_that_hold_a_pair_the_first_in_the_file_takes_it() -> None:
    wide, narrow = replace(FP32, name="wide"), replace(FP16, name="narrow")
    assert placed(accelerator_of(wide, narrow), "fp16", "fp16").array == "wide"
    assert placed(accelerator_of(narrow, wide), "fp16", "fp16").array == "narrow"
    assert placed(accelerator_of(narrow, wide), "fp16", "fp32").array == "wide"


def test_integers_go_to_a_float_array_only_while_their_sums_are_exact() -> None:
    # 2^24 of 1 x 1 is the last sum to which fp32 counts; 2^11 is that of fp16.
    for array, limit in ((FP32, 1 << 10), (FP16_SUMS, 1 << 4)):
        alone, beside = accelerator_of(array), accelerator_of(array, XNOR)
        a, b = ("int8", "int8") if array is FP32 else ("int8", "bipolar")
        assert placed(alone, a, b, limit).array == "mac"
        assert placed(beside, a, "int8" if array is FP32 else "int4", limit + 1).array == "xnor"
        reason = "; mac holds both, but not their sums, up to [0-9]+, exactly$"
        with pytest.raises(InputError, match=f"no array of test holds {a} x {b}; it has mac .*{reason}"):
            placed(alone, a, b, limit + 1)


def test_more_than_eight_planes_are_refused() -> None:
    assert placed(accelerator_of(XNOR), "int8", "uint8").planes == (8, 8)
    message = r"^layer product: no array of test holds int9 x bipolar; it has xnor \(xnor\)$"
    with pytest.raises(InputError, match=message):
        placed(accelerator_of(XNOR), "int9", "bipolar")


@pytest.mark.parametrize(
    ("array", "a", "b", "hint"),
    [
        (XNOR, "fp32", "fp32", "--cast fp32=int8 would make integers of it"),
        (XNOR, "fp16", "bipolar", "--cast fp16=int8 would make integers of it"),
        (INT8, "bipolar", "fp32", "--cast fp32=int8 would make integers of it"),
        (FP16, "fp16", "fp32", "--cast fp32=fp16 would make smaller floats of it"),
    ],
)
def test_floats_that_no_array_holds_name_the_cast_that_would_help(array: Array, a: str, b: str, hint: str) -> None:
    accelerator = accelerator_of(array)
    with pytest.raises(InputError) as caught:
        simulate(one_product(2, 3, 4, a, b), accelerator)
    what = "xnor" if array.element is None else array.element.name
    start = f"layer product: no array of test holds {a} x {b}; it has {array.name} ({what})"
    assert str(caught.value) == f"{start}: {hint}"
    name, _, target = hint.removeprefix("--cast ").split(" ")[0].partition("=")
    assert placed(accelerator, target if a == name else a, target if b == name else b).array == array.name


def test_the_cast_of_the_wider_of_two_floats_is_named_first() -> None:
    for pair in (("fp16", "fp32"), ("fp32", "fp16")):
        with pytest.raises(InputError, match=r"--cast fp32=int8 would make integers of it$"):
            placed(accelerator_of(XNOR), *pair)


def test_a_network_of_floats_on_an_xnor_array_names_its_first_layer_and_the_cast_then_the_missing_vector_unit() -> None:
    trace, accelerator = load_trace("ecoformer-pvtv2-b0"), load_accelerator("xnor-16x16x64")
    first = trace.operations[0].name
    message = f"^layer {first}.product: no array of xnor-16x16x64 holds fp32 x fp32; it has xnor .*: --cast fp32=int8 "
    with pytest.raises(InputError, match=message):
        simulate(trace, accelerator)
    integers = cast_trace(trace, [parse_cast("fp32=int8")])
    message = f"^layer {first}.product.a: xnor-16x16x64 has no vector unit, which lower needs"
    with pytest.raises(InputError, match=message):
        simulate(integers, accelerator)
    jobs = program(integers, replace(accelerator, vector_unit=VectorUnit(16))).jobs
    assert {job.array for job in jobs} == {"xnor"}
    assert {job.planes for job in jobs} == {(8, 8), (1, 8), (1, 1)}


def test_an_accumulator_too_narrow_is_refused() -> None:
    with pytest.raises(InputError, match=r"layer product: accumulator_bits must hold sums up to \+-128, not 8"):
        simulate(one_product(1, 128, 1), hardware(1, 1, 8, accumulator_bits=8))
    simulate(one_product(1, 127, 1), hardware(1, 1, 8, accumulator_bits=8))


def test_an_accumulator_of_multiply_accumulators_is_held_to_the_same_rule() -> None:
    narrow = accelerator_of(mac_array("int8", accumulator_bits=16), XNOR)
    # Two products of -128 x -128 are 2^15: the array holds the encodings, so that nothing else is tried.
    with pytest.raises(InputError, match=r"layer product: accumulator_bits must hold sums up to \+-32768, not 16"):
        placed(narrow, "int8", "int8", 2)
    assert placed(narrow, "int8", "int8", 1).array == "mac"
    # Floats round, but do not overflow at an integer's limit.
    assert placed(accelerator_of(FP16_SUMS), "fp16", "fp16", 100_000).array == "mac"


def test_a_scratchpad_that_holds_no_word_of_every_plane_is_refused() -> None:
    # Half of scratchpad A holds seven words of two rows of eight bits.
    accelerator = hardware(2, 2, 8, kc=(7, 8))
    message = r"^test: scratchpads\.a must have >= 256 bits for the 8 planes of product$"
    with pytest.raises(InputError, match=message):
        placed(accelerator, "int8", "int8")
    assert placed(accelerator, "int7", "int8").planes == (7, 8)


def test_a_fold_of_weights_must_fit_in_every_plane_whichever_operand_stays() -> None:
    # Half of B holds 11 k words of each of three columns of eight bits, half of A four of each of two rows.
    stays = hardware(2, 3, 8, kc=(4, 11), accumulator_rows=3)
    assert placed(stays, "int4", "int5").planes == (4, 5)
    # Six planes of a fold of two k words: 2 x 6 x 2 x 3 x 8.
    with pytest.raises(InputError, match=r"^test: scratchpads\.b must have >= 576 bits for the 6 planes of product$"):
        placed(stays, "int4", "int6")
    # Five planes of a row of a fold: 2 x 5 x 2 x 8.
    with pytest.raises(InputError, match=r"^test: scratchpads\.a must have >= 160 bits for the 5 planes of product$"):
        placed(stays, "int5", "int5")
    turned = exchanged(stays)
    assert placed(turned, "int5", "int4").planes == (5, 4)
    with pytest.raises(InputError, match=r"^test: scratchpads\.b must have >= 576 bits for the 6 planes of product$"):
        placed(turned, "int6", "int4")
    with pytest.raises(InputError, match=r"^test: scratchpads\.a must have >= 160 bits for the 5 planes of product$"):
        placed(turned, "int5", "int5")


def test_an_input_stationary_array_has_no_thresholds() -> None:
    array = exchanged(hardware(2, 3, 8, accumulator_rows=3))
    with pytest.raises(InputError, match=r"^layer fc1: thresholds must not be on xnor, which is input stationary: "):
        simulate(two_layers(), array)


@pytest.mark.parametrize("accumulator_rows", [0, 3])
@pytest.mark.parametrize(
    ("field", "value"), [("m", 0), ("k", 0), ("n", 0), ("m", 1 << 20), ("k", 1 << 20), ("n", 1 << 20)]
)
def test_sizes_that_no_counter_holds_are_refused(field: str, value: int, accumulator_rows: int) -> None:
    sizes: dict[str, Any] = {"m": 2, "k": 3, "n": 4, field: value}
    accelerator = hardware(2, 2, 8, accumulator_rows=accumulator_rows)
    for one in (accelerator, exchanged(accelerator)) if accumulator_rows else (accelerator,):
        with pytest.raises(InputError, match=f"^layer product: {field} must be 1 to 1048575, not {value}$"):
            simulate(one_product(**sizes), one)


def test_a_job_that_would_take_hours_is_refused() -> None:
    message = r"layer product: the job must be cut into at most 4194304 slots \(tiles x chunks\) for the event engine"
    with pytest.raises(InputError, match=message):
        simulate(one_product(8192, 8, 8192), hardware(1, 1, 8))


def fed(array: Array, code: str, window: Window, channels: int, feed: Feed | None) -> DirectFeed | None:
    """Place a convolution on an array and return how its map is fed; None if it is lowered."""
    conv = Convolution("conv", "x", "w", "y", window, channels, 3, encoding(code), encoding("bipolar"), feed=feed)
    (work,) = conv.work
    assert isinstance(work, ArrayWork)
    return place(work, "conv", accelerator_of(array)).direct


@given(
    windows(), st.integers(1, 20), st.sampled_from(["bipolar", "unipolar", "ternary", "int4"]),
    st.sampled_from([XNOR, INT8]), st.sampled_from(Dataflow), st.sampled_from([None, *Feed]),
)  # fmt: skip
def test_a_map_is_fed_directly_where_the_rule_says(
    window: Window, channels: int, code: str, array: Array, dataflow: Dataflow, feed: Feed | None
) -> None:
    array = replace(array, dataflow=dataflow, accumulator_rows=4)
    can = dataflow is not Dataflow.INPUT_STATIONARY
    # -1 and +1 have no zero that a lowered row could hold.
    must = array.element is None and code == "bipolar" and window.padding != (0, 0)
    if must and (not can or feed is Feed.HOST):
        what = "'host'" if can else "'input stationary, as xnor is'"
        with pytest.raises(
            InputError, match=f"^layer conv: feed must be direct, as bipolar has no zero .*, not {what}$"
        ):
            fed(array, code, window, channels, feed)
        return
    wanted = {Feed.DIRECT: True, Feed.HOST: False, None: must or channels >= array.lanes}[feed]
    assert fed(array, code, window, channels, feed) == (DirectFeed(window, channels) if can and wanted else None)


def test_results_need_operands() -> None:
    with pytest.raises(InputError, match="one-product: has no operands"):
        simulate(one_product(2, 3, 4), hardware(2, 2, 8), results=True)
