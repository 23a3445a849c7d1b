"""What a cast costs: how far the attention in integers lies from the one in floating point, over the same codes."""

from dataclasses import dataclass

import numpy as np

from workloads.ecoformer.attention import attention
from workloads.ecoformer.casting import cast_tensor
from workloads.ecoformer.code_products import code_products, requantized_products
from workloads.ecoformer.hashing import Floats, Integers
from workloads.errors import InputError


@dataclass(frozen=True)
class Distance:
    """The distance of one result from another, relative to the other; 0 if they are equal.

    ``relative_rms`` is ||difference|| / ||reference||, ``relative_largest`` is max |difference| / max |reference|.
    """

    relative_rms: float
    relative_largest: float


@dataclass(frozen=True)
class CastDistance:
    """The distances after a cast of the values to intN, without and with a cast of the context to intN."""

    bits: int
    exact_context: Distance
    requantized_context: Distance


def cast_distance(signs: Integers, values: Floats, bits: int) -> CastDistance:
    """Compare the attention in integers with the one in floating point.

    Shapes: signs [heads, tokens, nbits], values [heads, tokens, head_width].
    Errors: InputError if N is not in 2..32, a value is not finite, or the attention is 0 everywhere.
    """
    integers = cast_tensor(values, bits)
    expected = attention(signs, values).output
    exact = code_products(signs, integers)
    requantized = requantized_products(signs, integers, exact)
    return CastDistance(bits, distance(exact.output, expected), distance(requantized.output, expected))


def distance(found: Floats, reference: Floats) -> Distance:
    """Return the distance of a result from its reference.

    Errors: InputError if the reference is 0 everywhere: nothing can be relative to it.
    """
    if not np.any(reference):
        raise InputError("the reference must not be 0 everywhere: a distance is relative to it")
    difference = found - reference
    return Distance(
        relative_rms=float(np.linalg.norm(difference) / np.linalg.norm(reference)),
        relative_largest=float(np.abs(difference).max() / np.abs(reference).max()),
    )
