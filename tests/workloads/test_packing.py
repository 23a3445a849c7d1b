"""Packed bits and bit planes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from workloads.encodings import encoding
from workloads.errors import InputError
from workloads.packing import decode, encode, has_clean_tail, pack_bits, unpack_bits, words_of


def test_bit_i_of_word_w_is_element_64w_plus_i() -> None:
    bits = np.zeros((1, 70), dtype=np.bool_)
    bits[0, [0, 3, 64, 69]] = True
    assert pack_bits(bits).tolist() == [[0b1001, 0b100001]]


@given(hnp.arrays(np.bool_, hnp.array_shapes(min_dims=1, max_dims=3, max_side=140)))
def test_unpacking_gives_the_bits_back(bits: np.ndarray) -> None:
    packed = pack_bits(bits)
    assert packed.shape == (*bits.shape[:-1], words_of(bits.shape[-1]))
    assert np.array_equal(unpack_bits(packed, bits.shape[-1]), bits)
    assert has_clean_tail(packed, bits.shape[-1])


def test_a_bit_after_the_last_element_is_seen() -> None:
    assert not has_clean_tail(np.array([[1 << 3]], dtype=np.uint64), 3)
    assert has_clean_tail(np.array([[1 << 63]], dtype=np.uint64), 64)


@pytest.mark.parametrize("name", ["bipolar", "unipolar", "ternary", "int2", "int8", "uint1", "uint3", "int64"])
def test_planes_sum_to_the_value(name: str) -> None:
    code = encoding(name)
    values = np.array([[code.minimum, code.maximum, code.maximum]], dtype=np.int64)
    assert np.array_equal(decode(encode(values, code), 3, code), values)


@pytest.mark.parametrize(
    ("name", "value"), [("bipolar", 0), ("unipolar", -1), ("ternary", 2), ("int3", 4), ("fp16", 0)]
)
def test_a_value_outside_the_encoding_is_refused(name: str, value: int) -> None:
    with pytest.raises(ValueError, match=name):
        encode(np.array([[value]], dtype=np.int64), encoding(name))


@given(st.integers(2, 8))
def test_signed_top_plane_is_negative(bits: int) -> None:
    code = encoding(f"int{bits}")
    assert [plane.weight for plane in code.planes] == [2**i for i in range(bits - 1)] + [-(2 ** (bits - 1))]
    assert (code.minimum, code.maximum) == (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


@pytest.mark.parametrize("name", ["int1", "int65", "uint0", "int08", "binary", "", "Bipolar"])
def test_unknown_encodings_are_refused(name: str) -> None:
    with pytest.raises(InputError, match="encoding must"):
        encoding(name)
