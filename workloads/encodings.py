"""Encodings of elements as bit planes: bipolar, unipolar, ternary, intN, uintN, fp16, fp32.

An element of an encoding is the sum over its planes of ``weight * digit``; a bipolar digit is -1 or +1 (bit 0 or 1),
a unipolar digit 0 or 1.
"""

import re
from dataclasses import dataclass
from enum import Enum
from functools import cache

from workloads.errors import InputError, problem

MAX_INTEGER_BITS = 64


class Digit(Enum):
    """What a bit of a plane stands for."""

    BIPOLAR = "bipolar"
    UNIPOLAR = "unipolar"


@dataclass(frozen=True)
class Plane:
    """One bit plane; its weight is ``-(2**weight_log2)`` if negative, else ``2**weight_log2``."""

    digit: Digit
    weight_log2: int = 0
    negative: bool = False

    @property
    def weight(self) -> int:
        """Return the signed weight of the plane."""
        return -(1 << self.weight_log2) if self.negative else 1 << self.weight_log2


@dataclass(frozen=True)
class Encoding:
    """A named encoding; floats have no planes."""

    name: str
    planes: tuple[Plane, ...]

    @property
    def is_float(self) -> bool:
        """Tell whether the encoding has no exact bit planes."""
        return not self.planes

    @property
    def bits(self) -> int:
        """Return the bits that an element takes."""
        return len(self.planes) or _FLOATS[self.name].bits

    @property
    def is_binary(self) -> bool:
        """Tell whether one plane holds the element."""
        return len(self.planes) == 1

    @property
    def minimum(self) -> int:
        """Return the smallest element of an integer encoding."""
        return sum(min(plane.weight * digit for digit in _digits(plane)) for plane in self.planes)

    @property
    def maximum(self) -> int:
        """Return the largest element of an integer encoding."""
        return sum(max(plane.weight * digit for digit in _digits(plane)) for plane in self.planes)

    def holds(self, other: "Encoding") -> bool:
        """Tell whether every element of the other encoding is one of this one (an intN or a float)."""
        if not self.is_float:
            return not other.is_float and self.minimum <= other.minimum and other.maximum <= self.maximum
        if other.is_float:
            return other.bits <= self.bits
        return self.counts_to(max(-other.minimum, other.maximum))

    def counts_to(self, magnitude: int) -> bool:
        """Tell whether every integer up to that magnitude is an element of this float, or of this intN."""
        if self.is_float:
            return magnitude <= 1 << _FLOATS[self.name].significand_bits
        return self.minimum <= -magnitude and magnitude <= self.maximum


@dataclass(frozen=True)
class _Float:
    bits: int
    significand_bits: int


_FLOATS = {"fp16": _Float(16, 11), "fp32": _Float(32, 24)}
"""IEEE 754 binary16 and binary32, the hidden bit of the significand counted."""


def _digits(plane: Plane) -> tuple[int, int]:
    return (-1, 1) if plane.digit is Digit.BIPOLAR else (0, 1)


_FIXED = {
    "bipolar": (Plane(Digit.BIPOLAR),),
    "unipolar": (Plane(Digit.UNIPOLAR),),
    "ternary": (Plane(Digit.UNIPOLAR), Plane(Digit.UNIPOLAR, negative=True)),
    **dict.fromkeys(_FLOATS, ()),
}
NAMES = "bipolar, unipolar, ternary, intN, uintN, fp16 or fp32"


def worst_product(a: Encoding, b: Encoding) -> int:
    """Return the largest magnitude of a product of two elements (integer encodings)."""
    return max(abs(x * y) for x in (a.minimum, a.maximum) for y in (b.minimum, b.maximum))


@cache
def encoding(name: str) -> Encoding:
    """Return the encoding of that name.

    Errors: InputError if there is none, or if N is not in 1..64 (2..64 for intN).
    """
    if name in _FIXED:
        return Encoding(name, _FIXED[name])
    match = re.fullmatch(r"(u?)int([1-9][0-9]?)", name)
    if match is None:
        raise InputError(problem("encoding", f"must be {NAMES}", name))
    signed, bits = not match[1], int(match[2])
    if not (2 if signed else 1) <= bits <= MAX_INTEGER_BITS:
        raise InputError(problem("encoding", f"must have {2 if signed else 1} to {MAX_INTEGER_BITS} bits", name))
    return Encoding(name, tuple(Plane(Digit.UNIPOLAR, i, signed and i == bits - 1) for i in range(bits)))
