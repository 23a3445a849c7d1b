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
        """Return the fold of some elements.

        Shapes: bits [rows, planes, elements], valid [rows or 1, elements].
        """
        if bit_serial:
            packed = pack_bits(valid)
            lanes = np.broadcast_to(packed, (len(bits), packed.shape[1]))
            return cls(pack_bits(bits & valid[:, None]), lanes, np.empty((len(bits), 0), dtype=np.int64))
        nothing = np.empty((len(bits), 0), dtype=np.uint64)
        return cls(nothing[:, None], nothing, _integers(bits, code) * valid)

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
        channels = tiling.job.k // window.taps
        self._maps = unpack_bits(words, channels).reshape(-1, window.pixels, words.shape[1], channels)
        self.jobs = len(self._maps)
        self._pixels = pixels(window)
        self._code, self._tiling = code, tiling

    def of(self, span: Span) -> list[Fold]:
        """Return the folds of some places, those of all maps one behind the other."""
        lines = slice(span.start, span.stop)
        # By map, place, tap, plane and channel.
        bits = np.moveaxis(self._maps[:, self._pixels[lines]], 3, 2)
        valid = np.broadcast_to(self._pixels[lines, :, None] >= 0, bits.shape[:2] + bits.shape[3:])
        # A lowered row is one tap of all the elements.
        rows, taps = self.jobs * span.size, self._tiling.job.taps
        return _cut(bits.reshape(rows, -1, *taps), valid.reshape(rows, *taps), self._code, self._tiling)


def _cut(bits: Bits, valid: Bits, code: Encoding, tiling: Tiling) -> list[Fold]:
    """Fill up the last k word of each tap, and cut into chunks.

    Shapes: bits [rows, planes, taps, elements], valid [rows or 1, taps, elements].
    """
    lanes = tiling.array.lanes
    tail = -bits.shape[-1] % lanes
    bits = np.pad(bits, [(0, 0)] * 3 + [(0, tail)]).reshape(*bits.shape[:2], -1)
    valid = np.pad(valid, [(0, 0)] * 2 + [(0, tail)]).reshape(len(valid), -1)
    parts = [slice(chunk.start * lanes, chunk.stop * lanes) for chunk in tiling.chunks]
    serial = tiling.job.bit_serial
    return [Fold.of(bits[..., part], valid[..., part], code, bit_serial=serial) for part in parts]
