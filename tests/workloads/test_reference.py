"""The reference arithmetic on packed bits against plain integer arithmetic."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.encodings import Encoding, encoding
from workloads.packing import encode, unpack_bits
from workloads.reference import product, threshold

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


def test_floats_have_no_exact_product() -> None:
    empty = np.zeros((1, 0, 1), dtype=np.uint64)
    with pytest.raises(ValueError, match="exact"):
        product(empty, empty, 1, encoding("fp16"), encoding("bipolar"))


def test_threshold_worked_by_hand() -> None:
    sums = np.array([[-1, 0, 1], [5, 0, -5]])
    bits = threshold(sums, np.array([0, 0, -5]), np.array([False, True, True]))
    # Column 0: sum >= 0; column 1: sum <= 0; column 2: sum <= -5.
    assert unpack_bits(bits[:, 0], 3).tolist() == [[False, True, False], [True, True, True]]
