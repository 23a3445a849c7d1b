"""Operands as the PEs take them: cut into chunks, each lane valid or not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.borders import pixels
from simulator.tiling import Span, Tiling
from workloads.encodings import Digit, Encoding
from workloads.operations import Window
from workloads.packing import Words, pack_bits, unpack_bits

Bits = NDArray[np.bool_]


@dataclass(frozen=True)
class Fold:
    """Some rows' elements of a chunk: packed planes, or integers.

    ``valid`` marks the elements that take part: no tail, no border. What does not is 0 in all planes.
    Shapes: planes [rows, planes, words], valid [rows, words], integers [rows, elements].
    """

    planes: Words
    valid: Words
    integers: NDArray[np.int64]

    @classmethod
    def of(cls, bits: Bits, valid: Bits, code: Encoding, *, bit_serial: bool) -> "Fold":
        """Return the fold of some elements; equal jobs side by side have the same ones valid.

        Shapes: bits [jobs x rows, planes, elements], valid [rows, elements].
        """
        jobs, nothing = len(bits) // len(valid), np.empty((len(bits), 0))
        if bit_serial:
            lanes = np.tile(pack_bits(valid), (jobs, 1))
            return cls(pack_bits(bits) & lanes[:, None], lanes, nothing.astype(np.int64))
        words = nothing.astype(np.uint64)
        return cls(words[:, None], words, _integers(bits, code) * np.tile(valid, (jobs, 1)))

    def rows(self, lines: slice) -> "Fold":
        """Return some of the rows."""
        return Fold(self.planes[lines], self.valid[lines], self.integers[lines])


def _integers(bits: Bits, code: Encoding) -> NDArray[np.int64]:
    """Return the integers that a multiply-accumulator takes.

    Shapes: [rows, planes, elements] -> [rows, elements].
    """
    digits = [_digits(bits[:, index], plane.digit) for index, plane in enumerate(code.planes)]
    weights = np.array([plane.weight for plane in code.planes], dtype=np.int64)
    return np.asarray(np.tensordot(weights, np.stack(digits), axes=1), dtype=np.int64)


def _digits(bits: Bits, digit: Digit) -> NDArray[np.int64]:
    ones = bits.astype(np.int64)
    return 2 * ones - 1 if digit is Digit.BIPOLAR else ones


class Rows:
    """An operand that lies row by row; of B a row holds the taps one behind the other."""

    def __init__(self, words: Words, code: Encoding, tiling: Tiling) -> None:
        self.jobs = 1
        taps, elements = tiling.job.taps
        bits = unpack_bits(words, tiling.job.k).reshape(*words.shape[:2], taps, elements)
        self._folds = _cut(bits, np.ones((1, taps, elements), dtype=np.bool_), code, tiling)

    def of(self, span: Span) -> list[Fold]:
        """Return the folds of some rows."""
        return [fold.rows(slice(span.start, span.stop)) for fold in self._folds]


class Places:
    """A of a convolution, fetched tap by tap, or lowered before: the places of a window on equal maps.

    Shapes: words [maps x pixels, planes, words].
    """

    def __init__(self, words: Words, code: Encoding, window: Window, tiling: Tiling) -> None:
        channels, direct = tiling.job.k // window.taps, tiling.job.direct is not None
        maps = unpack_bits(words, channels).reshape(-1, window.pixels, words.shape[1], channels)
        # A pixel that is fetched fills up its last k word; of a lowered row the last tap does.
        self._maps = _filled(maps, tiling.array.lanes) if direct else maps
        self._lanes = np.arange(self._maps.shape[-1]) < channels
        self._pixels = pixels(window)
        self._code, self._tiling = code, tiling
        self.jobs = len(maps)

    def of(self, span: Span) -> list[Fold]:
        """Return the folds of some places, those of all maps one behind the other."""
        under = self._pixels[span.start : span.stop]
        # By map, place, plane, tap and element.
        bits = np.moveaxis(self._maps[:, under], 3, 2)
        valid = (under >= 0)[..., None] & self._lanes
        taps, _ = self._tiling.job.taps
        rows, planes = self.jobs * span.size, bits.shape[2]
        bits, valid = bits.reshape(rows, planes, taps, -1), valid.reshape(span.size, taps, -1)
        return _cut(bits, valid, self._code, self._tiling)


def _filled(bits: Bits, lanes: int) -> Bits:
    """Fill up the last axis to whole k words."""
    tail = -bits.shape[-1] % lanes
    return np.pad(bits, [(0, 0)] * (bits.ndim - 1) + [(0, tail)]) if tail else bits


def _cut(bits: Bits, valid: Bits, code: Encoding, tiling: Tiling) -> list[Fold]:
    """Cut rows into chunks of k words, the last one of each tap filled up.

    Shapes: bits [jobs x rows, planes, taps, elements], valid [rows, taps, elements].
    """
    lanes, serial = tiling.array.lanes, tiling.job.bit_serial
    bits = _filled(bits, lanes).reshape(*bits.shape[:2], -1)
    valid = _filled(valid, lanes).reshape(len(valid), -1)
    parts = [slice(chunk.start * lanes, chunk.stop * lanes) for chunk in tiling.chunks]
    return [Fold.of(bits[..., part], valid[..., part], code, bit_serial=serial) for part in parts]
