"""Operations: the work that follows from a shape, against loops that count it one by one."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.encodings import encoding
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
    VectorFunction,
    VectorWork,
    Window,
)
from workloads.operations.work import macs, vector_elements

FP32 = encoding("fp32")


def softmax(tokens: int = 7, heads: int = 2, width: int = 4) -> SoftmaxAttention:
    return SoftmaxAttention("attention", "qkv", "y", tokens, heads, width, FP32)


def ecoformer(tokens: int = 7, heads: int = 2, width: int = 4, anchors: int = 5, nbits: int = 3) -> EcoFormerAttention:
    return EcoFormerAttention("attention", "qk", "v", "a", "m", "p", "y", tokens, heads, width, anchors, nbits, FP32)


def convolution(window: Window, channels: int, filters: int, groups: int = 1, bias: str | None = None) -> Convolution:
    return Convolution("conv", "x", "w", "y", window, channels, filters, FP32, FP32, groups, bias)


ALL: list[Operation] = [
    MatrixProduct("fc", 2, 3, 4, "x", "w", "y", FP32, FP32, bias="b"),
    convolution(Window.square(5, 3, 1, 1), 4, 6, 2, "b"),
    softmax(),
    ecoformer(),
    LayerNorm("norm", "x", "s", "y", 3, 4),
    Elementwise("gelu", VectorFunction.GELU, ("x",), "y", 12),
    Pooling("pool", VectorFunction.MEAN, "x", "y", Window.square(4, 2, 2), 3),
]


@pytest.mark.parametrize("operation", ALL, ids=lambda operation: operation.kind)
def test_steps_have_names_of_their_own_and_positive_work(operation: Operation) -> None:
    assert len({work.step for work in operation.work}) == len(operation.work)
    for work in operation.work:
        assert (work.macs if isinstance(work, ArrayWork) else work.elements) > 0
    assert operation.result == "y"
    assert operation.inputs
    assert not set(operation.inputs) & set(operation.constants)


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
    assert vector_elements(operation) == len(rows) * len(cols) * filters


def test_a_depthwise_convolution_is_one_narrow_product_a_channel() -> None:
    (work,) = convolution(Window.square(14, 3, 1, 1), 8, 8, groups=8).work
    assert work == ArrayWork("product", m=196, k=9, n=1, count=8, encoding_a=FP32, encoding_b=FP32)


def test_a_dynamic_product_has_two_inputs_and_no_constants() -> None:
    static = MatrixProduct("fc", 2, 3, 4, "x", "w", "y", FP32, FP32)
    dynamic = MatrixProduct("qk", 2, 3, 4, "q", "k", "y", FP32, FP32, count=5, dynamic=True)
    assert (static.inputs, static.constants) == (("x",), ("w",))
    assert (dynamic.inputs, dynamic.constants) == (("q", "k"), ())
    assert macs(dynamic) == dynamic.macs == 5 * 2 * 3 * 4


def test_pooling_counts_what_its_window_takes_up() -> None:
    overlapping = Pooling("pool", VectorFunction.MAXIMUM, "x", "y", Window.square(7, 3, 2), 2)
    assert vector_elements(overlapping) == 3 * 3 * 9 * 2
    over_all = Pooling("pool", VectorFunction.MEAN, "x", "y", Window.square(7, 7, 7), 2)
    assert vector_elements(over_all) == 49 * 2


@given(tokens=st.integers(1, 200), times=st.integers(2, 9))
def test_softmax_s_products_grow_with_the_square_of_tokens_and_ecoformer_s_in_proportion(
    tokens: int, times: int
) -> None:
    assert macs(softmax(times * tokens)) == times**2 * macs(softmax(tokens))
    assert macs(ecoformer(times * tokens)) == times * macs(ecoformer(tokens))


@given(heads=st.integers(1, 16), width=st.integers(1, 64))
def test_softmax_s_products_depend_on_the_channels_alone(heads: int, width: int) -> None:
    assert macs(softmax(heads=heads, width=width)) == macs(softmax(heads=1, width=heads * width))


def test_only_the_codes_products_are_binary_or_made_of_codes() -> None:
    pairs = {
        work.step: (work.encoding_a.name, work.encoding_b.name, work.dynamic)
        for work in ecoformer(tokens=7).work
        if isinstance(work, ArrayWork)
    }
    assert pairs == {
        "distances": ("fp32", "fp32", False),
        "hash": ("fp32", "fp32", False),
        "code_sum": ("bipolar", "bipolar", True),
        "context": ("bipolar", "fp32", True),
        "numerator": ("bipolar", "fp32", True),
        "denominator": ("bipolar", "int4", True),
    }


@given(tokens=st.integers(1, 1 << 20))
def test_a_code_sum_fits_its_encoding_and_no_narrower_one(tokens: int) -> None:
    (work,) = (w for w in ecoformer(tokens).work if w.step == "denominator")
    assert isinstance(work, ArrayWork)
    assert work.encoding_b.minimum <= -tokens
    assert work.encoding_b.maximum >= tokens
    assert work.encoding_b.maximum // 2 < tokens


def test_a_bias_is_one_addition_an_output() -> None:
    (_, bias) = MatrixProduct("fc", 2, 3, 4, "x", "w", "y", FP32, FP32, count=5, bias="b").work
    assert bias == VectorWork("bias", VectorFunction.ADD, 40)
