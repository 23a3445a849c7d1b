"""The program of a trace: what each step reads and writes, and when an operand has to be laid out again."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.accelerator import Accelerator, VectorUnit
from simulator.forms import operand_form
from simulator.layout import operand_row_words, result_row_words
from simulator.program import Buffer, JobStep, Origin, PoolStep, Program, Step, VectorStep, program
from simulator.run import simulate
from tests.simulator.networks import CASES, small, small_run
from tests.strategies import accelerator_of, hardware, mac_array, xnor_array
from tests.traces import one_product, trace_of, two_layers
from workloads.encodings import encoding
from workloads.errors import InputError
from workloads.operations import (
    Convolution,
    Elementwise,
    Feed,
    MatrixProduct,
    Operation,
    SoftmaxAttention,
    VectorFunction,
    Window,
)
from workloads.trace import Tensor

BIPOLAR, TERNARY, INT8, FP32 = (encoding(name) for name in ("bipolar", "ternary", "int8", "fp32"))


def reads(step: Step) -> list[str]:
    """Return the buffers that a step reads."""
    if isinstance(step, VectorStep):
        return [name for name, _ in step.reads]
    if isinstance(step, PoolStep):
        return [step.a]
    return [name for name in (step.a, step.b, step.thresholds) if name is not None]


def writes(step: Step) -> list[str]:
    """Return the buffers that a step writes."""
    return [name for name, _ in step.writes] if isinstance(step, VectorStep) else [step.result]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_everything_that_a_step_reads_is_there_and_everything_written_is_read(case: tuple[str, str]) -> None:
    steps, buffers = small_run(*case).program.steps, small_run(*case).program.buffers
    there = {name for name, buffer in buffers.items() if buffer.origin is not Origin.STEP}
    read = set()
    for step in steps:
        assert there.issuperset(reads(step)), step.name
        assert there.isdisjoint(writes(step)), step.name
        there |= set(writes(step))
        read |= set(reads(step))
    assert there == set(buffers)
    assert there - read == {"head.result"}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_a_step_makes_is_written_whole_before_it_is_read_and_by_that_step_alone(case: tuple[str, str]) -> None:
    run = small_run(*case)
    written: Counter[str] = Counter()
    for layer in run.layer_runs:
        for access in layer.accesses.reads:
            buffer = run.program.buffers[access.buffer]
            assert buffer.origin is not Origin.STEP or written[access.buffer] >= buffer.words
        for access in layer.accesses.writes:
            assert written[access.buffer] == 0
            written[access.buffer] += access.words
    for name, buffer in run.program.buffers.items():
        assert buffer.words > 0
        assert (buffer.origin is Origin.STEP) == (written[name] >= buffer.words)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_origins_are_those_of_the_network(case: tuple[str, str]) -> None:
    trace, buffers = small(*case), small_run(*case).program.buffers
    constants = {name for operation in trace.operations for name in operation.constants}
    origins = {name: buffer.origin for name, buffer in buffers.items()}
    assert [name for name, origin in origins.items() if origin is Origin.INPUT] == ["image"]
    found = {name for name, origin in origins.items() if origin is Origin.CONSTANT}
    # The sum of the codes is a product with ones, which the hardware brings along.
    assert found - constants == {f"{o.name}.ones" for o in trace.operations if o.kind == "ecoformer attention"}
    assert constants <= found


@pytest.mark.parametrize("case", CASES, ids=str)
def test_steps_have_names_of_their_own_and_belong_to_operations_in_order(case: tuple[str, str]) -> None:
    trace, steps = small(*case), small_run(*case).program.steps
    assert len({step.name for step in steps}) == len(steps)
    assert list(dict.fromkeys(step.layer for step in steps)) == [operation.name for operation in trace.operations]
    kinds = {operation.name: operation.kind for operation in trace.operations}
    assert all(step.operation == kinds[step.layer] for step in steps)
    works = sum(len(operation.work) for operation in trace.operations)
    copies = [step for step in steps if step.name.endswith((".a", ".b"))]
    assert len(steps) == works + len(copies)
    assert {step.function for step in copies if isinstance(step, VectorStep)} == {
        VectorFunction.RELAYOUT,
        VectorFunction.LOWER,
    }


def words(found: Program) -> dict[str, int]:
    """Return the words of every buffer."""
    return {name: buffer.words for name, buffer in found.buffers.items()}


def functions(
    found: Program,
) -> list[tuple[str, VectorFunction, int, tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]]:
    """Return what each vector step is: its name, function and elements, what it reads and writes."""
    return [
        (step.name, step.function, step.elements, step.reads, step.writes)
        for step in found.steps
        if isinstance(step, VectorStep)
    ]


def test_bits_behind_thresholds_are_the_next_job_s_operand_as_they_lie() -> None:
    for accelerator in (hardware(2, 2, 8), hardware(2, 2, 3), hardware(2, 2, element="int8")):
        found = program(two_layers(), accelerator)
        assert [step.name for step in found.steps] == ["fc1", "fc2"]
        assert all(isinstance(step, JobStep) for step in found.steps)


def test_buffers_of_two_layers_by_hand() -> None:
    found = program(two_layers(m=5, k=70, hidden=9, n=3), hardware(2, 2, 8, port_bits=64))
    # fc1: ceil(70 / 8) = 9 k words of 8 bits take two port words; fc2: two k words take one.
    assert found.buffers == {
        "x": Buffer("x", 5 * 2, Origin.INPUT, 5 * 70),
        "w1": Buffer("w1", 9 * 2, Origin.CONSTANT, 9 * 70),
        "t1": Buffer("t1", 9, Origin.CONSTANT, 9),
        "h": Buffer("h", 5, Origin.STEP, 5 * 9),
        "w2": Buffer("w2", 3, Origin.CONSTANT, 3 * 9),
        "y": Buffer("y", 5 * 2, Origin.STEP, 5 * 3),
    }


def test_an_operand_of_several_planes_has_a_row_for_each_of_them() -> None:
    found = program(one_product(3, 20, 5, "int4", "ternary"), hardware(2, 2, 8, kc=16, port_bits=16))
    # Three k words of 8 bits take two port words.
    assert words(found) == {"a": 3 * 4 * 2, "b": 5 * 2 * 2, "y": 3 * 5 * 2}


def test_an_element_of_a_multiply_accumulator_takes_a_slot_of_its_own() -> None:
    found = program(one_product(3, 20, 5, "int4", "ternary"), hardware(2, 2, element="int8", port_bits=64))
    assert words(found) == {"a": 3 * 3, "b": 5 * 3, "y": 3 * 3}


def chained(code: str, accelerator: Accelerator) -> Program:
    """Return the program of a vector function and a product of its result with bipolar weights."""
    tensors = [Tensor("x", 4, 16, encoding(code)), Tensor("h", 4, 16, encoding(code)), Tensor("w", 3, 16, BIPOLAR)]
    operations: list[Operation] = [
        Elementwise("relu", VectorFunction.MAXIMUM, ("x",), "h", 4, 16, encoding(code)),
        MatrixProduct("fc", 4, 16, 3, "h", "w", "y", encoding(code), BIPOLAR),
    ]
    trace = trace_of(operations, [*tensors, Tensor("y", 4, 3, encoding("int32"))])
    return program(trace, replace(accelerator, vector_unit=VectorUnit(4)))


@pytest.mark.parametrize(
    ("code", "accelerator", "copied"),
    [
        # What the vector unit writes element behind element is what an array of as wide elements takes.
        ("int8", hardware(2, 2, element="int8"), None),
        ("fp16", hardware(2, 2, element="fp16"), None),
        ("bipolar", hardware(2, 2, 8), None),
        # Narrower elements take slots of their own; planes come apart; a k word of 3 lanes takes 4 bits.
        ("int4", hardware(2, 2, element="int8"), 4 * 2),
        ("bipolar", hardware(2, 2, element="int8"), 4 * 2),
        ("int8", hardware(2, 2, 8, kc=16), 4 * 8),
        ("bipolar", hardware(2, 2, 3), 4),
    ],
)
def test_an_operand_is_laid_out_again_where_it_does_not_lie_as_the_array_takes_it(
    code: str, accelerator: Accelerator, copied: int | None
) -> None:
    found = chained(code, accelerator)
    steps = [step.name for step in found.steps]
    assert steps == (["relu", "fc"] if copied is None else ["relu", "fc.a", "fc"])
    if copied is not None:
        copy = found.steps[1]
        assert isinstance(copy, VectorStep)
        assert (copy.function, copy.elements) == (VectorFunction.RELAYOUT, 4 * 16)
        assert copy.writes == (("fc.a", copied),)
        # Four rows of 16 elements, each on port words of 64 bits of its own.
        assert copy.reads == (("h", 4 * -(-16 * encoding(code).bits // 64)),)


@given(st.sampled_from([1, 2, 3, 8, 12, 64, 100]), st.integers(1, 300), st.integers(1, 8), st.integers(3, 9))
def test_a_row_of_an_array_s_form_takes_what_the_layout_says(lanes: int, k: int, planes: int, port_log2: int) -> None:
    (array,) = hardware(2, 2, lanes).arrays.values()
    port_bits = 1 << port_log2
    words = operand_form(array, planes, port_bits).row_words(k, port_bits)
    assert words == planes * operand_row_words(k, array, port_bits)
    assert operand_form(array, 1, port_bits).row_words(k, port_bits) == (
        result_row_words(k, array, port_bits, thresholds=True)
    )


def test_bits_of_the_vector_unit_are_an_operand_only_where_a_row_ends_with_its_last_slot() -> None:
    # Ten bits take two port words of eight, but one slot of sixteen lanes takes two in any case; of 20 bits, two slots.
    for k, words in ((10, 2), (20, 4)):
        tensors = [Tensor("x", 4, k, FP32), Tensor("h", 4, k, BIPOLAR), Tensor("w", 3, k, BIPOLAR)]
        operations: list[Operation] = [
            Elementwise("sign", VectorFunction.SIGN, ("x",), "h", 4, k, BIPOLAR),
            MatrixProduct("fc", 4, k, 3, "h", "w", "y", BIPOLAR, BIPOLAR),
        ]
        trace = trace_of(operations, [*tensors, Tensor("y", 4, 3, encoding("int32"))])
        narrow = replace(hardware(2, 2, 16, port_bits=8), vector_unit=VectorUnit(4))
        found = program(trace, narrow)
        assert [step.name for step in found.steps] == ["sign", "fc.a", "fc"]
        assert found.buffers["fc.a"].words == 4 * words
        wide = replace(narrow, port=replace(narrow.port, width_bits=16))
        assert [step.name for step in program(trace, wide).steps] == ["sign", "fc"]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_copy_reads_its_elements_with_their_share_of_each_row_s_end(case: tuple[str, str]) -> None:
    found = small_run(*case).program
    for step in found.steps:
        if not isinstance(step, VectorStep) or not step.name.endswith((".a", ".b")):
            continue
        ((source, read),) = step.reads
        ((copy, written),) = step.writes
        old, new = found.buffers[source], found.buffers[copy]
        # Each of the copies begins with a port word of its own.
        share = step.elements * old.words
        assert share <= read * old.elements < share + step.times * old.elements
        assert (read % step.times, step.elements % step.times) == (0, 0)
        assert step.elements % new.elements == 0
        assert written == step.elements // new.elements * new.words
        if step.elements == old.elements and step.times == 1:
            assert read == old.words


def test_equal_jobs_on_one_operand_share_its_copy() -> None:
    tensors = [Tensor("x", 4, 16, INT8), Tensor("h", 4, 16, INT8), Tensor("w", 3, 16, BIPOLAR)]
    operations: list[Operation] = [
        Elementwise("relu", VectorFunction.MAXIMUM, ("x",), "h", 4, 16, INT8),
        MatrixProduct("fc", 4, 16, 3, "h", "w", "y", INT8, BIPOLAR, count=5),
    ]
    trace = trace_of(operations, [*tensors, Tensor("y", 4, 3, encoding("int32"))])
    found = program(trace, replace(hardware(2, 2, 8, kc=16), vector_unit=VectorUnit(4)))
    copy = found.steps[1]
    assert isinstance(copy, VectorStep)
    assert (copy.elements, copy.writes) == (4 * 16, (("fc.a", 4 * 8),))


def test_without_a_vector_unit_nothing_is_laid_out_again() -> None:
    tensors = [Tensor("x", 4, 16, INT8), Tensor("w", 3, 16, BIPOLAR), Tensor("v", 3, 16, INT8)]
    tensors += [Tensor(name, 4, 3, encoding("int32")) for name in ("y", "z")]
    # The host writes x as its first reader takes it: in eight planes for the XNOR array, whole for the other one.
    on_xnor = MatrixProduct("bits", 4, 16, 3, "x", "w", "y", encoding("uint8"), BIPOLAR)
    on_mac = MatrixProduct("whole", 4, 16, 3, "x", "v", "z", INT8, INT8)
    accelerator = accelerator_of(xnor_array(), mac_array("int8"))
    assert len(program(trace_of([on_xnor], tensors), accelerator).steps) == 1
    assert len(program(trace_of([on_mac], tensors), accelerator).steps) == 1
    message = (
        r"^layer whole\.a: test has no vector unit, which relayout needs \(\[vector_unit\] in an accelerator file\)$"
    )
    with pytest.raises(InputError, match=message):
        program(trace_of([on_xnor, on_mac], tensors), accelerator)


def test_a_constant_is_laid_out_for_each_array_before_anything_runs() -> None:
    tensors = [Tensor("x", 4, 16, BIPOLAR), Tensor("v", 4, 16, TERNARY), Tensor("w", 3, 16, BIPOLAR)]
    tensors += [Tensor(name, 4, 3, encoding("int32")) for name in ("y", "z")]
    operations = [
        MatrixProduct("first", 4, 16, 3, "x", "w", "y", BIPOLAR, BIPOLAR),
        MatrixProduct("second", 4, 16, 3, "v", "w", "z", TERNARY, BIPOLAR),
    ]
    found = program(trace_of(operations, tensors), accelerator_of(xnor_array(), mac_array("int8")))
    assert [step.name for step in found.steps] == ["first", "second"]
    constants = {name: buffer.words for name, buffer in found.buffers.items() if buffer.origin is Origin.CONSTANT}
    # Sixteen bits, and sixteen elements of eight.
    assert constants == {"w": 3 * 1, "second.b": 3 * 2}


def test_one_tensor_may_be_both_operands_or_a_constant_first_b_and_then_a() -> None:
    tensors = [Tensor("x", 4, 16, BIPOLAR), Tensor("w", 4, 16, BIPOLAR)]
    tensors += [Tensor(name, 4, 4, encoding("int32")) for name in ("y", "z")]
    gram = MatrixProduct("gram", 4, 16, 4, "x", "x", "y", BIPOLAR, BIPOLAR)
    first = MatrixProduct("first", 4, 16, 4, "x", "w", "y", BIPOLAR, BIPOLAR)
    then = MatrixProduct("then", 4, 16, 4, "w", "x", "z", BIPOLAR, BIPOLAR)
    for operations in ([gram], [first, then]):
        run = simulate(trace_of(operations, tensors), hardware(2, 2, 8))
        assert [layer.name for layer in run.layer_runs] == [operation.name for operation in operations]
        assert run.program.buffers["x"].words == 4


def test_a_copy_is_no_tensor_of_the_trace_even_where_one_has_its_name() -> None:
    found = chained("int8", hardware(2, 2, 8, kc=16))
    assert "fc.a" in found.buffers
    tensors = [Tensor("fc.a", 4, 16, INT8), Tensor("h", 4, 16, INT8), Tensor("w", 3, 16, BIPOLAR)]
    operations: list[Operation] = [
        Elementwise("relu", VectorFunction.MAXIMUM, ("fc.a",), "h", 4, 16, INT8),
        MatrixProduct("fc", 4, 16, 3, "h", "w", "y", INT8, BIPOLAR),
    ]
    trace = trace_of(operations, [*tensors, Tensor("y", 4, 3, encoding("int32"))])
    found = program(trace, replace(hardware(2, 2, 8, kc=16), vector_unit=VectorUnit(4)))
    assert (found.buffers["fc.a"].origin, found.buffers["fc.a'"].words) == (Origin.INPUT, 4 * 8)


def test_thresholds_under_a_tensor_s_name_are_refused() -> None:
    trace = two_layers()
    first, second = trace.matrix_products
    same = replace(trace, operations=(replace(first, thresholds="h"), second))
    message = "^two-layers: thresholds must not have the name of a tensor, not 'h'$"
    with pytest.raises(InputError, match=message):
        program(same, hardware(2, 2, 8))


def test_a_convolution_is_lowered_and_a_depthwise_one_turned_round_by_hand() -> None:
    image, window = Tensor("x", 16, 2, FP32), Window.square(4, 3, 1, 1)
    weights = [Tensor("w", 3, 18, FP32), Tensor("v", 2, 9, FP32), Tensor("y", 16, 3, FP32), Tensor("z", 16, 2, FP32)]
    dense = Convolution("dense", "x", "w", "y", window, 2, 3, FP32, FP32, encoding_result=FP32, feed=Feed.HOST)
    depthwise = Convolution("depth", "x", "v", "z", window, 2, 2, FP32, FP32, groups=2, encoding_result=FP32)
    accelerator = replace(hardware(2, 2, element="fp32", kc=32), vector_unit=VectorUnit(4))
    found = program(trace_of([dense, depthwise], [image, *weights]), accelerator)
    lower, move = VectorFunction.LOWER, VectorFunction.RELAYOUT
    # Two floats a port word. The map of 16 places is lowered to 16 rows of 9 taps and both channels; or of one channel
    # at a time, so that the copy is half as large and made twice, and a row of 9 floats takes 5 words.
    assert functions(found) == [
        ("dense.a", lower, 16 * 18, (("x", 16 * 9),), (("dense.a", 16 * 9),)),
        # The map of each channel by itself first: 16 floats, 8 words.
        ("depth.split", move, 16 * 2, (("x", 16),), (("depth.maps", 2 * 8),)),
        ("depth.product.b", lower, 16 * 9 * 2, (("depth.maps", 16 * 9),), (("depth.product.b", 2 * 16 * 5),)),
        ("depth.merge", move, 16 * 2, (("depth.sums", 2 * 8),), (("z", 16),)),
    ]
    assert found.buffers["depth.product.b"].words == 16 * 5
    assert [(job.m, job.k, job.n, job.count) for job in found.jobs] == [(16, 18, 3, 1), (1, 9, 16, 2)]
    # The one filter is A, in the order of the file; the sums of each channel are a row.
    depth = found.steps[4]
    assert isinstance(depth, JobStep)
    assert (depth.a, depth.b, depth.result) == ("v", "depth.product.b", "depth.sums")


def test_the_taps_of_a_map_of_three_channels_are_read_with_the_ends_of_their_rows() -> None:
    image, window = Tensor("x", 16, 3, FP32), Window.square(4, 2, 2)
    weights = [Tensor("w", 3, 12, FP32), Tensor("y", 4, 3, FP32)]
    patches = Convolution("patches", "x", "w", "y", window, 3, 3, FP32, FP32, encoding_result=FP32, feed=Feed.HOST)
    accelerator = replace(hardware(2, 2, element="fp32", kc=32), vector_unit=VectorUnit(4))
    # Three floats take two port words: four places of four taps are sixteen rows of the map.
    assert functions(program(trace_of([patches], [image, *weights]), accelerator)) == [
        ("patches.a", VectorFunction.LOWER, 4 * 12, (("x", 16 * 2),), (("patches.a", 4 * 6),)),
    ]


def test_softmax_attention_by_hand() -> None:
    tensors = [Tensor("qkv", 3, 24, FP32), Tensor("y", 3, 8, FP32)]
    attention = SoftmaxAttention("att", "qkv", "y", 3, 2, 4, FP32)
    accelerator = replace(hardware(2, 2, element="fp32", kc=8), vector_unit=VectorUnit(4))
    found = program(trace_of([attention], tensors), accelerator)
    move = VectorFunction.RELAYOUT
    # Three tokens, two heads of width 4, two floats a port word; copies are those of one head, made twice.
    assert functions(found) == [
        ("att.scores.a", move, 2 * 12, (("qkv", 12),), (("att.scores.a", 2 * 6),)),
        ("att.scores.b", move, 2 * 12, (("qkv", 12),), (("att.scores.b", 2 * 6),)),
        ("att.scale", VectorFunction.MULTIPLY, 18, (("att.scores", 12),), ()),
        ("att.softmax", VectorFunction.SOFTMAX, 18, (), (("att.shares", 12),)),
        ("att.values.b", move, 2 * 12, (("qkv", 12),), (("att.values.b", 2 * 8),)),
        ("att.merge", move, 24, (("att.mixed", 12),), (("y", 12),)),
    ]
    assert {name: found.buffers[name].words for name in ("att.scores.a", "att.values.b")} == {
        "att.scores.a": 6,
        "att.values.b": 8,
    }
    assert [(job.m, job.k, job.n, job.count) for job in found.jobs] == [(3, 4, 3, 2), (3, 3, 4, 2)]


def test_a_bias_and_a_change_of_encoding_pass_the_elements_on_inside_the_vector_unit() -> None:
    tensors = [Tensor("x", 4, 16, INT8), Tensor("w", 3, 16, INT8), Tensor("b", 1, 3, INT8), Tensor("y", 4, 3, INT8)]
    fc = MatrixProduct("fc", 4, 16, 3, "x", "w", "y", INT8, INT8, bias="b", encoding_result=INT8)
    accelerator = replace(hardware(2, 2, element="int8"), vector_unit=VectorUnit(4))
    found = program(trace_of([fc], tensors), accelerator)
    # Sums of 32 bits, two a port word; three int8 of a row in one.
    assert functions(found) == [
        ("fc.bias", VectorFunction.ADD, 12, (("fc.sums", 4 * 2), ("b", 1)), ()),
        ("fc.requantize", VectorFunction.REQUANTIZE, 12, (), (("y", 4),)),
    ]


def test_equal_products_write_one_result_or_each_its_own() -> None:
    trace, accelerator = one_product(3, 20, 4), hardware(2, 2, 8)
    (product,) = trace.matrix_products
    five = replace(trace, operations=(replace(product, count=5),))
    # The trace says three rows of two port words, however often they are computed.
    assert words(program(five, accelerator))["y"] == 3 * 2
    inner = replace(product, count=5, encoding_result=FP32)
    unit = replace(accelerator, vector_unit=VectorUnit(4))
    assert words(program(replace(trace, operations=(inner,)), unit))["product.sums"] == 5 * 3 * 2
