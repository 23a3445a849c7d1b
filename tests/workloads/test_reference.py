"""The reference arithmetic on packed bits against plain integer arithmetic."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import windows
from workloads.encodings import Encoding, encoding
from workloads.operations import Window
from workloads.packing import encode, pack_bits, unpack_bits
from workloads.reference import convolution, pooled, product, threshold

INTEGERS = ["bipolar", "unipolar", "ternary", "int2", "int4", "int8", "uint3", "uint8"]


def random_values(code: Encoding, rows: int, k: int, rng: np.random.Generator) -> np.ndarray:
    """Return values of an encoding, ends included."""
    values = rng.integers(code.minimum, code.maximum + 1, (rows, k))
    return np.where(values >= 0, 1, -1) if code.name == "bipolar" else values


def test_worked_by_hand() -> None:
    # (+1 -1 +1) x (+1 +1 -1) = 1 - 1 - 1
    bipolar = encoding("bipolar")
    a = encode(np.array([[1, -1, 1]]), bipolar)
    b = encode(np.array([[1, 1, -1]]), bipolar)
    assert product(a, b, 3, bipolar, bipolar).tolist() == [[-1]]


@given(
    st.sampled_from(INTEGERS), st.sampled_from(INTEGERS), st.integers(1, 6), st.integers(1, 200), st.integers(1, 6),
    st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_every_pair_of_encodings_is_exact(name_a: str, name_b: str, m: int, k: int, n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    code_a, code_b = encoding(name_a), encoding(name_b)
    a, b = random_values(code_a, m, k, rng), random_values(code_b, n, k, rng)
    assert np.array_equal(product(encode(a, code_a), encode(b, code_b), k, code_a, code_b), a @ b.T)


def test_large_products_are_cut_into_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    bipolar, rng = encoding("bipolar"), np.random.default_rng(1)
    a, b = random_values(bipolar, 50, 65, rng), random_values(bipolar, 7, 65, rng)
    monkeypatch.setattr("workloads.reference._BLOCK_WORDS", 30)
    assert np.array_equal(product(encode(a, bipolar), encode(b, bipolar), 65, bipolar, bipolar), a @ b.T)


def lowered(values: np.ndarray, window: Window) -> np.ndarray:
    """Return the elements under each place of a window, zeros where there is no pixel.

    Shapes: values [height x width, channels] -> [positions, taps, channels].
    """
    (height, width), (result_h, result_w) = window.size, window.result
    rows = np.zeros((window.positions, window.taps, values.shape[1]), dtype=values.dtype)
    for y, x, i, j in np.ndindex(result_h, result_w, *window.kernel):
        row = y * window.stride[0] - window.padding[0] + i * window.dilation[0]
        col = x * window.stride[1] - window.padding[1] + j * window.dilation[1]
        if 0 <= row < height and 0 <= col < width:
            rows[y * result_w + x, i * window.kernel[1] + j] = values[row * width + col]
    return rows


def test_a_convolution_worked_by_hand() -> None:
    # Three pixels of two channels, a kernel of three taps: the first place has no pixel under its first tap.
    bipolar = encoding("bipolar")
    pixels = encode(np.array([[1, 1], [1, -1], [-1, -1]]), bipolar)
    kernel = encode(np.array([[1, 1, 1, -1, -1, -1]]), bipolar)
    window = Window((1, 3), (1, 3), (1, 1), (0, 1))
    # Place 0 has pixels 0 and 1 under taps 1 and 2, place 1 all three, place 2 pixels 1 and 2 under taps 0 and 1.
    assert convolution(pixels, kernel, window, 2, bipolar, bipolar).tolist() == [[0], [6], [0]]


@given(
    st.sampled_from(INTEGERS), st.sampled_from(INTEGERS), windows(), st.integers(1, 70), st.integers(1, 4),
    st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_a_convolution_is_the_product_of_the_lowered_map(
    name_a: str, name_b: str, window: Window, channels: int, filters: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    code_a, code_b = encoding(name_a), encoding(name_b)
    pixels = random_values(code_a, window.size[0] * window.size[1], channels, rng)
    kernels = random_values(code_b, filters, window.taps * channels, rng)
    sums = convolution(encode(pixels, code_a), encode(kernels, code_b), window, channels, code_a, code_b)
    assert np.array_equal(sums, lowered(pixels, window).reshape(window.positions, -1) @ kernels.T)


@given(windows(), st.integers(1, 130), st.integers(0, 2**32 - 1))
def test_pooled_bits_are_the_largest_under_the_window(window: Window, channels: int, seed: int) -> None:
    bits = np.random.default_rng(seed).random((window.size[0] * window.size[1], channels)) < 0.3
    found = unpack_bits(pooled(pack_bits(bits), window), channels)
    assert np.array_equal(found, lowered(bits, window).any(axis=1))


def test_floats_have_no_exact_product() -> None:
    empty = np.zeros((1, 0, 1), dtype=np.uint64)
    with pytest.raises(ValueError, match="exact"):
        product(empty, empty, 1, encoding("fp16"), encoding("bipolar"))


def test_threshold_worked_by_hand() -> None:
    sums = np.array([[-1, 0, 1], [5, 0, -5]])
    bits = threshold(sums, np.array([0, 0, -5]), np.array([False, True, True]))
    # Column 0: sum >= 0; column 1: sum <= 0; column 2: sum <= -5.
    assert unpack_bits(bits[:, 0], 3).tolist() == [[False, True, False], [True, True, True]]


def float_convolution(maps: np.ndarray, kernels: np.ndarray, window: Window) -> np.ndarray:
    """Convolve in float64, place by place on maps with a border of zeros.

    Shapes: maps [maps, height, width, channels], kernels [filters, height, width, channels] -> [maps, height, width,
    filters].
    """
    (down, across), (dilation_y, dilation_x) = window.padding, window.dilation
    bordered = np.pad(maps.astype(np.float64), ((0, 0), (down, down), (across, across), (0, 0)))
    result = np.empty((len(maps), *window.result, len(kernels)))
    for y, x in np.ndindex(window.result):
        top, left = y * window.stride[0], x * window.stride[1]
        under = bordered[:, top:, left:][:, ::dilation_y, ::dilation_x][:, : window.kernel[0], : window.kernel[1]]
        result[:, y, x] = np.tensordot(under, kernels.astype(np.float64), axes=((1, 2, 3), (1, 2, 3)))
    return result


@given(
    windows(), st.sampled_from(INTEGERS), st.sampled_from(INTEGERS), st.integers(1, 3), st.integers(1, 70),
    st.integers(1, 4), st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_a_convolution_is_that_of_floats_with_zeros_around_the_map(
    window: Window, name_a: str, name_b: str, maps: int, channels: int, filters: int, seed: int
) -> None:
    rng, code_a, code_b = np.random.default_rng(seed), encoding(name_a), encoding(name_b)
    a = random_values(code_a, maps * window.pixels, channels, rng)
    b = random_values(code_b, filters, window.taps * channels, rng)
    found = convolution(encode(a, code_a), encode(b, code_b), window, channels, code_a, code_b)
    expected = float_convolution(
        a.reshape(maps, *window.size, channels), b.reshape(filters, *window.kernel, channels), window
    )
    assert np.array_equal(found, expected.reshape(-1, filters))


@given(windows(), st.integers(1, 3), st.integers(1, 70), st.integers(0, 2**32 - 1))
def test_maps_one_behind_the_other_are_pooled_each_by_itself(
    window: Window, maps: int, channels: int, seed: int
) -> None:
    bits = np.random.default_rng(seed).random((maps, window.pixels, channels)) < 0.3
    each = [pooled(pack_bits(one), window) for one in bits]
    assert np.array_equal(pooled(pack_bits(bits).reshape(maps * window.pixels, -1), window), np.concatenate(each))
