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


def _digits(plane: Plane) -> tuple[int, int]:
    return (-1, 1) if plane.digit is Digit.BIPOLAR else (0, 1)


_FIXED = {
    "bipolar": (Plane(Digit.BIPOLAR),),
    "unipolar": (Plane(Digit.UNIPOLAR),),
    "ternary": (Plane(Digit.UNIPOLAR), Plane(Digit.UNIPOLAR, negative=True)),
    "fp16": (),
    "fp32": (),
}
NAMES = "bipolar, unipolar, ternary, intN, uintN, fp16 or fp32"


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
