"""Bits packed into words: uint64, bit i of word w is element 64 w + i, tail bits zero."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from workloads.encodings import Digit, Encoding

WORD_BITS = 64

_LITTLE_ENDIAN = np.dtype("<u8")
Words = NDArray[np.uint64]


def words_of(elements: int) -> int:
    """Return how many 64-bit words hold that many elements."""
    return -(-elements // WORD_BITS)


def popcount(words: Words) -> NDArray[np.uint8]:
    """Return the number of set bits of each word."""
    return cast(NDArray[np.uint8], np.bitwise_count(words))


def pack_bits(bits: NDArray[np.bool_]) -> Words:
    """Pack the last axis into words.

    Shapes: [..., k] -> [..., words_of(k)].
    """
    octets = np.packbits(bits, axis=-1, bitorder="little")
    missing = words_of(bits.shape[-1]) * 8 - octets.shape[-1]
    padded = np.pad(octets, [(0, 0)] * (bits.ndim - 1) + [(0, missing)])
    return np.ascontiguousarray(padded).view(_LITTLE_ENDIAN).astype(np.uint64, copy=False)


def unpack_bits(words: Words, elements: int) -> NDArray[np.bool_]:
    """Unpack the last axis, dropping the tail.

    Shapes: [..., words_of(elements)] -> [..., elements].
    """
    octets = np.ascontiguousarray(words.astype(_LITTLE_ENDIAN, copy=False)).view(np.uint8)
    return np.unpackbits(octets, axis=-1, bitorder="little", count=elements).astype(np.bool_)


def has_clean_tail(words: Words, elements: int) -> bool:
    """Tell whether every bit after the last element of each row is zero."""
    used = elements % WORD_BITS
    return used == 0 or not bool(np.any(words[..., -1] >> np.uint64(used)))


def encode(values: NDArray[np.int64], encoding: Encoding) -> Words:
    """Split integers into packed planes.

    Shapes: [rows, k] -> [rows, planes, words_of(k)].
    Errors: ValueError if an element is not in the encoding, or the encoding is a float.
    """
    if encoding.name == "ternary":
        planes = [values == 1, values == -1]
    elif encoding.planes and encoding.planes[0].digit is Digit.BIPOLAR:
        planes = [values == 1]
    else:
        planes = [((values >> plane.weight_log2) & 1).astype(np.bool_) for plane in encoding.planes]
    if not planes:
        raise ValueError(f"{encoding.name} has no bit planes")
    packed = np.stack([pack_bits(plane) for plane in planes], axis=1)
    if not np.array_equal(decode(packed, values.shape[1], encoding), values):
        raise ValueError(f"a value is not in {encoding.name}")
    return packed


def decode(packed: Words, elements: int, encoding: Encoding) -> NDArray[np.int64]:
    """Sum packed planes back into integers.

    Shapes: [rows, planes, words_of(elements)] -> [rows, elements].
    """
    total = np.zeros((packed.shape[0], elements), dtype=np.int64)
    for index, plane in enumerate(encoding.planes):
        bits = unpack_bits(packed[:, index], elements).astype(np.int64)
        total += plane.weight * (2 * bits - 1 if plane.digit is Digit.BIPOLAR else bits)
    return total
