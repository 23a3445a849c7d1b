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
