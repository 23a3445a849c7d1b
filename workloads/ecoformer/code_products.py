"""EcoFormer's attention over given codes in integers: every product is one of the reference arithmetic, and exact."""

from dataclasses import dataclass

import numpy as np

from workloads.ecoformer.attention import bias, check_values
from workloads.ecoformer.casting import CastTensor, cast_tensor
from workloads.ecoformer.hashing import Floats, Integers
from workloads.encodings import Encoding, encoding
from workloads.packing import encode
from workloads.reference import product

_CODE = encoding("bipolar")


@dataclass(frozen=True)
class CodeProducts:
    """The products of codes with values that are ``value_scale`` times integers.

    Shapes: code_sum [heads, nbits], context [heads, nbits, head_width], numerator and output
    [heads, tokens, head_width], denominator [heads, tokens].
    """

    code_sum: Integers
    context: Integers
    numerator: Integers
    denominator: Integers
    value_scale: float

    @property
    def output(self) -> Floats:
        """Return the attention: the scale and the division are the first steps that round."""
        return np.asarray(self.value_scale * self.numerator / self.denominator[..., None], dtype=np.float64)


@dataclass(frozen=True)
class RequantizedProducts:
    """The products of codes with a context that is cast before the codes meet it a second time.

    Its scale is not that of the values, so the two terms of the numerator are added as real numbers.

    Shapes: context_product, value_term and output [heads, tokens, head_width], denominator [heads, tokens].
    """

    context: CastTensor
    context_product: Integers
    value_term: Integers
    denominator: Integers
    value_scale: float

    @property
    def output(self) -> Floats:
        """Return the attention."""
        numerator = self.value_scale * (self.context.scale * self.context_product + self.value_term)
        return np.asarray(numerator / self.denominator[..., None], dtype=np.float64)


def code_products(signs: Integers, values: CastTensor) -> CodeProducts:
    """Compute sum k, k^T v, q (k^T v) + bias v and q . sum k + bias tokens, with q = k = the codes.

    Shapes: signs [heads, tokens, nbits], values [heads, tokens, head_width].
    Errors: InputError if the values are not those of the tokens, ValueError if a sign is neither -1 nor +1.
    """
    check_values(signs, values.integers)
    _, tokens, nbits = signs.shape
    by_bit = signs.transpose(0, 2, 1)
    code_sum = _times(by_bit, np.ones((len(signs), 1, tokens), dtype=np.int64), _CODE)
    context = _times(by_bit, values.integers.transpose(0, 2, 1), values.encoding)
    wide = _holding(tokens * values.encoding.maximum)
    numerator = _times(signs, context.transpose(0, 2, 1), wide) + bias(nbits) * values.integers
    denominator = _times(signs, code_sum.transpose(0, 2, 1), _holding(tokens)) + bias(nbits) * tokens
    return CodeProducts(code_sum[..., 0], context, numerator, denominator[..., 0], values.scale)


def requantized_products(signs: Integers, values: CastTensor, exact: CodeProducts) -> RequantizedProducts:
    """Cast the context to the encoding of the values, and go on as an array of such operands would.

    Shapes: signs [heads, tokens, nbits], values [heads, tokens, head_width].
    """
    context = cast_tensor(exact.context, values.bits)
    context_product = _times(signs, context.integers.transpose(0, 2, 1), context.encoding)
    value_term = bias(signs.shape[-1]) * values.integers
    return RequantizedProducts(context, context_product, value_term, exact.denominator, values.scale)


def similarities(signs: Integers) -> Integers:
    """Compute q k^T, which the attention itself never forms: it grows with the square of the tokens.

    The sum of a row is q . sum k.

    Shapes: signs [heads, tokens, nbits] -> [heads, tokens, tokens].
    """
    return _times(signs, signs, _CODE)


def _times(codes: Integers, others: Integers, code: Encoding) -> Integers:
    """Multiply codes by another operand, head by head.

    Shapes: codes [heads, m, k], others [heads, n, k] -> [heads, m, n].
    """
    k = codes.shape[-1]
    pairs = zip(codes, others, strict=True)
    return np.stack([product(encode(a, _CODE), encode(b, code), k, _CODE, code) for a, b in pairs])


def _holding(magnitude: int) -> Encoding:
    """Return the narrowest signed integers that reach a magnitude on both sides."""
    return encoding(f"int{magnitude.bit_length() + 1}")
