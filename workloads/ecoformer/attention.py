"""EcoFormer's attention over given codes in floating point: the reference that the integers are compared with."""

from dataclasses import dataclass

import numpy as np

from workloads.ecoformer.hashing import Floats, Integers
from workloads.errors import InputError, problem


@dataclass(frozen=True)
class Attention:
    """What the attention of every head computes, its intermediate results included.

    Shapes: context [heads, nbits, head_width], numerator and output [heads, tokens, head_width],
    denominator [heads, tokens].
    """

    context: Floats
    numerator: Floats
    denominator: Floats

    @property
    def output(self) -> Floats:
        """Return numerator over denominator."""
        return np.asarray(self.numerator / self.denominator[..., None], dtype=np.float64)


def bias(nbits: int) -> int:
    """Return what is added to a product of two codes to make it positive."""
    return nbits + 1


def check_values(signs: Integers, values: Floats | Integers) -> None:
    """Refuse values of other heads or tokens than the codes', which numpy or the packing might let pass.

    Errors: InputError with the shape.
    """
    heads, tokens, _ = signs.shape
    if values.shape[:2] != (heads, tokens):
        raise InputError(problem("values", f"must be [{heads}, {tokens}, width], as the codes are", values.shape))


def attention(signs: Integers, values: Floats) -> Attention:
    """Compute (q (k^T v) + bias v) / (q . sum k + bias tokens) with q = k = the codes, in float64.

    The published code computes in float32. It adds the bias once for every token below, but above only for the token
    itself; so this does.

    Shapes: signs [heads, tokens, nbits], values [heads, tokens, head_width].
    Errors: InputError if the values are not those of the tokens.
    Source: ziplab/EcoFormer, commit a277f9e, pvt/performer.py.
    """
    check_values(signs, values)
    _, tokens, nbits = signs.shape
    q = signs.astype(np.float64)
    context = q.transpose(0, 2, 1) @ values
    numerator = q @ context + bias(nbits) * values
    denominator = (q @ q.sum(axis=1)[..., None])[..., 0] + bias(nbits) * tokens
    return Attention(context, numerator, denominator)
