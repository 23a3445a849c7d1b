"""The cast of a tensor to signed integers: symmetric, one scale for the whole tensor."""

from dataclasses import dataclass

import numpy as np

from workloads.ecoformer.hashing import Floats, Integers
from workloads.encodings import Encoding, encoding
from workloads.errors import InputError, problem

MAX_CAST_BITS = 32
"""With it a million tokens and codes of 1024 bits stay within 64 bits, and float64 holds every integer of the cast."""


@dataclass(frozen=True)
class CastTensor:
    """Integers of N ``bits`` that stand for ``scale`` times themselves; the zero point is 0."""

    integers: Integers
    scale: float
    bits: int

    @property
    def encoding(self) -> Encoding:
        """Return intN."""
        return encoding(f"int{self.bits}")


def cast_tensor(values: Floats | Integers, bits: int) -> CastTensor:
    """Cast to intN: scale = max |value| / (2^(N-1) - 1), half to even; the integer -2^(N-1) is not used.

    A tensor of zeros has scale 1.

    Errors: InputError if N is not in 2..32, or a value is not finite.
    """
    if not 2 <= bits <= MAX_CAST_BITS:
        raise InputError(problem("bits", f"must be 2 to {MAX_CAST_BITS}", bits))
    if not np.all(np.isfinite(values)):
        raise InputError("values must be finite")
    scale = float(np.abs(values).max()) / (2 ** (bits - 1) - 1) or 1.0
    return CastTensor(np.rint(values / scale).astype(np.int64), scale, bits)
