"""The one reference arithmetic: exact integer products and convolutions of packed operands, thresholds, pooled bits.

Everything else that computes a result (the engine's tile loop, the RTL, readers) is checked against these functions.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from workloads.encodings import Digit, Encoding, Plane
from workloads.operations import Window
from workloads.packing import Words, pack_bits, popcount, unpack_bits

_BLOCK_WORDS = 1 << 16
"""Words of intermediate result held at once, so that they fit a processor's cache for any shape."""


def plane_product(a: Words, b: Words, k: int, plane_a: Plane, plane_b: Plane) -> NDArray[np.int64]:
    """Multiply one plane of A by one plane of B, plane weights included.

    Shapes: a [m, words], b [n, words] -> [m, n].
    """
    weight = plane_a.weight * plane_b.weight
    sums = np.empty((len(a), len(b)), dtype=np.int64)
    for rows in _blocks(len(a), max(1, b.size)):
        sums[rows] = _digit_sums(a[rows, None, :], b[None, :, :], k, plane_a.digit, plane_b.digit)
    return weight * sums


def _digit_sums(a: Words, b: Words, k: int, digit_a: Digit, digit_b: Digit) -> NDArray[np.int64]:
    if digit_a is digit_b is Digit.BIPOLAR:
        return k - 2 * _count(a ^ b)
    both = _count(a & b)
    if digit_a is digit_b:
        return both
    # A bipolar digit is 2 bit - 1: the product with unipolar digits u is 2 popcount(bit & u) - popcount(u).
    return 2 * both - _count(b if digit_a is Digit.BIPOLAR else a)


def _count(words: Words) -> NDArray[np.int64]:
    ones = popcount(words)
    # numpy is slow in summing a single one.
    return ones[..., 0].astype(np.int64) if ones.shape[-1] == 1 else ones.sum(axis=-1, dtype=np.int64)


def _blocks(rows: int, words_per_row: int) -> Iterator[slice]:
    step = max(1, _BLOCK_WORDS // words_per_row)
    return (slice(start, start + step) for start in range(0, rows, step))


def product(a: Words, b: Words, k: int, encoding_a: Encoding, encoding_b: Encoding) -> NDArray[np.int64]:
    """Multiply two packed integer operands exactly.

    Shapes: a [m, planes, words], b [n, planes, words] -> [m, n].
    Errors: ValueError for a float encoding.
    """
    if encoding_a.is_float or encoding_b.is_float:
        raise ValueError("the reference arithmetic is exact: it takes integer encodings only")
    sums = np.zeros((len(a), len(b)), dtype=np.int64)
    for i, plane_a in enumerate(encoding_a.planes):
        for j, plane_b in enumerate(encoding_b.planes):
            sums += plane_product(a[:, i], b[:, j], k, plane_a, plane_b)
    return sums


def convolution(
    a: Words, b: Words, window: Window, channels: int, encoding_a: Encoding, encoding_b: Encoding
) -> NDArray[np.int64]:
    """Multiply packed maps with packed kernels, tap by tap: what lies outside of a map adds exactly nothing.

    Shapes: a [maps x pixels, planes, words], b [filters, planes, words of taps x channels] -> [maps x positions,
    filters].
    Errors: ValueError for a float encoding.
    """
    maps, kernels = a.reshape(-1, window.pixels, *a.shape[1:]), unpack_bits(b, window.taps * channels)
    sums = np.zeros((len(maps), window.positions, len(b)), dtype=np.int64)
    for tap, pixels in enumerate(_pixels_under(window)):
        inside = pixels >= 0
        under = maps[:, pixels[inside]].reshape(-1, *a.shape[1:])
        kernel = pack_bits(kernels[..., tap * channels : (tap + 1) * channels])
        found = product(under, kernel, channels, encoding_a, encoding_b)
        sums[:, inside] += found.reshape(len(maps), -1, len(b))
    return sums.reshape(-1, len(b))


def pooled(bits: Words, window: Window) -> Words:
    """Return the OR of packed bits, which is their maximum, under each place of a window on maps.

    Shapes: bits [maps x pixels, words] -> [maps x positions, words].
    """
    maps = bits.reshape(-1, window.pixels, bits.shape[1])
    result = np.zeros((len(maps), window.positions, bits.shape[1]), dtype=np.uint64)
    for pixels in _pixels_under(window):
        inside = pixels >= 0
        result[:, inside] |= maps[:, pixels[inside]]
    return result.reshape(-1, bits.shape[1])


def _pixels_under(window: Window) -> Iterator[NDArray[np.int64]]:
    """Yield for each tap of a window the pixel that each place has under it; -1 outside of the map.

    Shapes: [positions].
    """
    for tap in np.ndindex(window.kernel):
        rows, cols = (
            np.arange(window.result[side]) * window.stride[side]
            - window.padding[side]
            + tap[side] * window.dilation[side]
            for side in range(2)
        )
        height, width = window.size
        inside = ((rows >= 0) & (rows < height))[:, None] & ((cols >= 0) & (cols < width))
        yield np.where(inside, rows[:, None] * width + cols, -1).reshape(-1)


def threshold(sums: NDArray[np.int64], thresholds: NDArray[np.int64], at_most: NDArray[np.bool_]) -> Words:
    """Compare each channel's sums with its threshold and pack the bits.

    Shapes: sums [m, n], thresholds [n], at_most [n] -> [m, 1, words_of(n)]. The bit is ``sum >= threshold``, or
    ``sum <= threshold`` where ``at_most`` is set.
    """
    bits = np.where(at_most, sums <= thresholds, sums >= thresholds)
    return pack_bits(bits)[:, None, :]
