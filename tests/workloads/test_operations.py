"""Operations: the work that follows from a shape, against loops that count it one by one."""

from dataclasses import replace
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.encodings import Encoding, encoding
from workloads.operations import (
    ArrayWork,
    Convolution,
    EcoFormerAttention,
    Elementwise,
    LayerNorm,
    MatrixProduct,
    Operation,
    Pooling,
    SoftmaxAttention,
    Value,
    VectorFunction,
    VectorWork,
    Window,
    Work,
)
from workloads.operations.work import macs, vector_elements

FP32, INT8, BIPOLAR = encoding("fp32"), encoding("int8"), encoding("bipolar")


def softmax(tokens: int = 7, heads: int = 2, width: int = 4, code: Encoding = FP32) -> SoftmaxAttention:
    return SoftmaxAttention("attention", "qkv", "y", tokens, heads, width, code)


def ecoformer(
    tokens: int = 7, heads: int = 2, width: int = 4, anchors: int = 5, nbits: int = 3, code: Encoding = FP32
) -> EcoFormerAttention:
    return EcoFormerAttention("attention", "qk", "v", "a", "m", "p", "y", tokens, heads, width, anchors, nbits, code)


def convolution(
    window: Window, channels: int, filters: int, groups: int = 1, bias: str | None = None, code: Encoding = FP32
) -> Convolution:
    return Convolution("conv", "x", "w", "y", window, channels, filters, code, code, groups, bias, code)


def every_operation(code: Encoding) -> list[Operation]:
    window = Window.square(5, 3, 1, 1)
    return [
        MatrixProduct("fc", 2, 3, 4, "x", "w", "y", code, code),
        MatrixProduct("fc", 2, 3, 4, "x", "w", "y", code, code, bias="b"),
        MatrixProduct("fc", 2, 3, 4, "x", "w", "y", code, code, count=3, dynamic=True, encoding_result=code),
        MatrixProduct("bits", 2, 3, 4, "x", "w", "y", BIPOLAR, BIPOLAR, bias="b", encoding_result=code),
        MatrixProduct("bits", 2, 3, 4, "x", "w", "y", BIPOLAR, BIPOLAR, "t"),
        convolution(window, 4, 6, code=code),
        convolution(window, 4, 6, 2, "b", code),
        convolution(window, 4, 4, 4, "b", code),
        softmax(code=code),
        ecoformer(code=code),
        LayerNorm("norm", "x", "s", "y", 3, 4, code),
        Elementwise("gelu", VectorFunction.GELU, ("x",), "y", 3, 4, code),
        Elementwise("add", VectorFunction.ADD, ("x", "z"), "y", 3, 4, code),
        Pooling("pool", VectorFunction.MEAN, "x", "y", Window.square(4, 2, 2), 3, code),
    ]


ALL = [*every_operation(FP32), *every_operation(INT8)]
REDUCING = {VectorFunction.MEAN, VectorFunction.MAXIMUM}


def taken(work: Work) -> tuple[str, ...]:
    """Return the tensors that a step takes from memory."""
    return (work.a, work.b) if isinstance(work, ArrayWork) else work.reads


def made(work: Work) -> str | None:
    """Return the tensor that a step makes; None if its elements stay in the vector unit."""
    if isinstance(work, ArrayWork):
        return work.result
    return None if work.result is None else work.result.name


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.kind)
def test_steps_have_names_of_their_own_and_positive_work(operation: Operation) -> None:
    assert len({work.step for work in operation.work}) == len(operation.work)
    for work in operation.work:
        assert (work.macs if isinstance(work, ArrayWork) else work.elements) > 0
    assert operation.result == "y"
    assert operation.inputs
    assert not set(operation.inputs) & set(operation.constants)


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.kind)
def test_a_step_takes_inputs_constants_and_what_a_step_before_it_made(operation: Operation) -> None:
    outside = {*operation.inputs, *operation.constants}
    there = set(outside)
    read = set()
    for work in operation.work:
        # Ones are the hardware's own constant.
        assert set(taken(work)) - {f"{operation.name}.ones"} <= there, work.step
        result = made(work)
        assert result not in there
        there |= {result} if result is not None else set()
        read |= set(taken(work))
    assert made(operation.work[-1]) == operation.result
    assert outside <= read
    assert there - read == {operation.result}
    inner = there - outside - {operation.result}
    assert all(name.startswith(f"{operation.name}.") for name in inner)


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.kind)
def test_elements_that_stay_in_the_vector_unit_are_the_next_step_s(operation: Operation) -> None:
    for work, following in pairwise([*operation.work, None]):
        if isinstance(work, VectorWork) and work.result is None:
            assert isinstance(following, VectorWork)
            # What reduces leaves one element of each group.
            left = work.groups if work.function in REDUCING else work.elements
            assert following.elements == left
    for before, work in pairwise([None, *operation.work]):
        if isinstance(work, VectorWork) and not work.reads:
            assert isinstance(before, VectorWork)
            assert before.result is None


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.kind)
def test_a_function_makes_as_many_elements_as_it_works_on_unless_it_reduces_them(operation: Operation) -> None:
    for work in operation.work:
        if not isinstance(work, VectorWork) or work.result is None:
            continue
        size = work.result.rows * work.result.elements
        if work.function in REDUCING:
            assert size == work.groups < work.elements
        elif work.step == "sigma":
            assert size == 2
        else:
            assert size == work.elements
        if work.groups and work.function not in REDUCING:
            assert work.elements % work.groups == 0


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.kind)
def test_the_result_is_in_its_encoding_or_as_wide_as_the_sums(operation: Operation) -> None:
    last = operation.work[-1]
    if isinstance(last, ArrayWork):
        return
    assert last.result is not None
    code = getattr(operation, "encoding_result", None) or getattr(operation, "encoding", None)
    if code is None:
        # Only the matrix products above have none.
        assert isinstance(operation, MatrixProduct)
        code = FP32 if operation.encoding_a.is_float else encoding("int32")
    assert last.result.encoding == code


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.kind)
def test_what_the_vector_unit_computes_ends_in_integers_of_several_bits_by_requantization_only(
    operation: Operation,
) -> None:
    moves = {VectorFunction.RELAYOUT, VectorFunction.MAXIMUM, VectorFunction.REQUANTIZE}
    for work in operation.work:
        if isinstance(work, VectorWork) and work.result is not None and not work.result.encoding.is_float:
            sums = work.result.encoding == encoding("int32")
            assert sums or work.result.encoding.is_binary or work.function in moves, work.step


@pytest.mark.parametrize(
    ("operands", "result", "steps"),
    [
        ((FP32, FP32), None, ["product"]),
        ((FP32, FP32), FP32, ["product"]),
        ((BIPOLAR, FP32), FP32, ["product"]),
        ((BIPOLAR, INT8), FP32, ["product", "convert"]),
        ((BIPOLAR, INT8), INT8, ["product", "requantize"]),
        ((FP32, FP32), INT8, ["product", "requantize"]),
    ],
)
def test_sums_become_elements_of_the_result_s_encoding(
    operands: tuple[Encoding, Encoding], result: Encoding | None, steps: list[str]
) -> None:
    plain = MatrixProduct("fc", 2, 3, 4, "x", "w", "y", *operands, encoding_result=result)
    assert [work.step for work in plain.work] == steps
    biased = replace(plain, bias="b")
    assert [work.step for work in biased.work] == [steps[0], "bias", *steps[1:]]


@given(
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    stride=st.tuples(st.integers(1, 3), st.integers(1, 3)),
    padding=st.tuples(st.integers(2, 3), st.integers(2, 3)),
    shape=st.tuples(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3)),
)
def test_a_convolution_s_product_is_its_loop_nest(
    size: tuple[int, int],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    shape: tuple[int, int, int],
) -> None:
    groups, channels, filters = shape[0], shape[0] * shape[1], shape[0] * shape[2]
    rows, cols = (
        [start for start in range(-pad, length + pad, step) if start + width <= length + pad]
        for length, width, step, pad in zip(size, kernel, stride, padding, strict=True)
    )
    operation = convolution(Window(size, kernel, stride, padding), channels, filters, groups, "b")
    loops = product(rows, cols, range(filters), range(channels // groups), range(kernel[0]), range(kernel[1]))
    assert macs(operation) == sum(1 for _ in loops)
    outputs = len(rows) * len(cols) * filters
    # A bias for each output; in groups a place beside the other groups' outputs, and the map split before.
    split = size[0] * size[1] * channels if groups > 1 else 0
    assert vector_elements(operation) == outputs * (2 if groups > 1 else 1) + split


def test_a_depthwise_convolution_is_one_flat_product_a_channel() -> None:
    mixed = replace(convolution(Window.square(14, 3, 1, 1), 8, 8, groups=8), encoding_a=INT8)
    split, product, merge = mixed.work
    # Each channel's map by itself, so that it can be lowered without the others.
    assert split == VectorWork("split", VectorFunction.RELAYOUT, 196 * 8, ("x",), Value("conv.maps", 8, 196, INT8))
    # Turned round: the one filter is A, and the positions are the columns of B, lowered.
    assert product == ArrayWork(
        "product", m=1, k=9, n=196, count=8, encoding_a=FP32, encoding_b=INT8, a="w", b="conv.maps", result="conv.sums",
        dynamic=True, prepare_b=VectorFunction.LOWER,
    )  # fmt: skip
    assert merge == VectorWork("merge", VectorFunction.RELAYOUT, 196 * 8, ("conv.sums",), Value("y", 196, 8, FP32))


def test_a_convolution_of_one_group_is_lowered_as_a_and_its_sums_are_the_result() -> None:
    window = Window.square(14, 3, 1, 1)
    (product,) = convolution(window, 8, 6).work
    assert product == ArrayWork(
        "product", m=196, k=72, n=6, count=1, encoding_a=FP32, encoding_b=FP32, a="x", b="w", result="y",
        prepare_a=VectorFunction.LOWER, window=window,
    )  # fmt: skip


def test_a_dynamic_product_has_two_inputs_and_no_constants() -> None:
    static = MatrixProduct("fc", 2, 3, 4, "x", "w", "y", FP32, FP32)
    dynamic = MatrixProduct("qk", 2, 3, 4, "q", "k", "y", FP32, FP32, count=5, dynamic=True)
    assert (static.inputs, static.constants) == (("x",), ("w",))
    assert (dynamic.inputs, dynamic.constants) == (("q", "k"), ())
    assert macs(dynamic) == dynamic.macs == 5 * 2 * 3 * 4


def test_pooling_counts_what_its_window_takes_up() -> None:
    overlapping = Pooling("pool", VectorFunction.MAXIMUM, "x", "y", Window.square(7, 3, 2), 2, FP32)
    assert vector_elements(overlapping) == 3 * 3 * 9 * 2
    over_all = Pooling("pool", VectorFunction.MEAN, "x", "y", Window.square(7, 7, 7), 2, FP32)
    assert vector_elements(over_all) == 49 * 2
    groups = [work.groups for pool in (overlapping, over_all) for work in pool.work if isinstance(work, VectorWork)]
    assert groups == [3 * 3 * 2, 2]


@given(tokens=st.integers(1, 200), times=st.integers(2, 9))
def test_softmax_s_products_grow_with_the_square_of_tokens_and_ecoformer_s_in_proportion(
    tokens: int, times: int
) -> None:
    assert macs(softmax(times * tokens)) == times**2 * macs(softmax(tokens))
    assert macs(ecoformer(times * tokens)) == times * macs(ecoformer(tokens))


@given(heads=st.integers(1, 16), width=st.integers(1, 64))
def test_softmax_s_products_depend_on_the_channels_alone(heads: int, width: int) -> None:
    assert macs(softmax(heads=heads, width=width)) == macs(softmax(heads=1, width=heads * width))


@pytest.mark.parametrize("values", [FP32, INT8])
def test_only_the_codes_products_are_binary_or_made_of_codes(values: Encoding) -> None:
    pairs = {
        work.step: (work.encoding_a.name, work.encoding_b.name, work.dynamic)
        for work in ecoformer(code=values).work
        if isinstance(work, ArrayWork)
    }
    assert pairs == {
        "distances": (values.name, values.name, False),
        "hash": (values.name, values.name, False),
        "code_sum": ("bipolar", "bipolar", False),
        "context": ("bipolar", values.name, True),
        "numerator": ("bipolar", values.name, True),
        "denominator": ("bipolar", values.name, True),
    }


def test_sums_that_a_later_product_takes_become_values_first_unless_they_are_some() -> None:
    def kept(values: Encoding) -> dict[str, VectorFunction]:
        work = ecoformer(code=values).work
        return {w.step: w.function for w in work if isinstance(w, VectorWork) and w.step.endswith("_values")}

    assert kept(FP32) == {"code_sum_values": VectorFunction.CONVERT}
    assert kept(INT8) == {"code_sum_values": VectorFunction.REQUANTIZE, "context_values": VectorFunction.REQUANTIZE}


@given(tokens=st.integers(1, 300), heads=st.integers(1, 4), nbits=st.integers(1, 40))
def test_code_sums_are_a_row_of_bits_for_each_head(tokens: int, heads: int, nbits: int) -> None:
    work = {w.step: w for w in ecoformer(tokens, heads, nbits=nbits).work}
    sums, values, denominator = work["code_sum"], work["code_sum_values"], work["denominator"]
    assert isinstance(sums, ArrayWork)
    assert isinstance(denominator, ArrayWork)
    assert isinstance(values, VectorWork)
    assert (sums.m, sums.k, sums.n, sums.count) == (nbits, tokens, 1, heads)
    assert values.result == Value("attention.code_sum_values", heads, nbits, FP32)
    assert denominator.b == values.result.name
    assert (denominator.n, denominator.k, denominator.count) == (1, nbits, heads)


def test_a_slice_or_a_transposed_matrix_is_laid_out_again_and_rows_as_they_lie_are_not() -> None:
    def prepared(operation: Operation) -> set[str]:
        sides = {
            f"{work.step}.{side}": getattr(work, f"prepare_{side}")
            for work in operation.work
            if isinstance(work, ArrayWork)
            for side in "ab"
        }
        assert {function for function in sides.values() if function} <= {VectorFunction.RELAYOUT}
        return {name for name, function in sides.items() if function}

    assert prepared(softmax()) == {"scores.a", "scores.b", "values.b"}
    assert prepared(ecoformer()) == {"code_sum.a", "context.a", "context.b", "numerator.b"}
    assert prepared(MatrixProduct("fc", 2, 3, 4, "x", "w", "y", FP32, FP32, dynamic=True)) == set()


def test_reductions_are_told_how_many_groups_they_have() -> None:
    groups = {
        work.step: work.groups
        for operation in (softmax(7, 2, 4), ecoformer(7, 2, 4), LayerNorm("norm", "x", "s", "y", 3, 4, FP32))
        for work in operation.work
        if isinstance(work, VectorWork) and work.groups
    }
    assert groups == {"softmax": 2 * 7, "unit_length": 2 * 7, "elements": 3}


def test_a_bias_is_one_addition_an_output() -> None:
    (product, bias) = MatrixProduct("fc", 2, 3, 4, "x", "w", "y", FP32, FP32, count=5, bias="b").work
    assert isinstance(product, ArrayWork)
    assert product.result == "fc.sums"
    assert bias == VectorWork("bias", VectorFunction.ADD, 40, ("fc.sums", "b"), Value("y", 10, 4, FP32))
