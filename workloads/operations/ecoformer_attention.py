"""EcoFormer's attention: linear in the tokens, over binary codes that a kernelized hash makes."""

from dataclasses import dataclass
from typing import ClassVar

from workloads.encodings import Encoding, encoding
from workloads.operations.work import ArrayWork, VectorFunction, VectorWork, Work


@dataclass(frozen=True)
class EcoFormerAttention:
    """(q (k^T v) + bias v) / (q . sum k + bias tokens) in each head; q = k are codes, bias is nbits + 1.

    A code is sign((exp(-D / (2 sigma)) - means) projection^T): D are the squared distances of a token, scaled to unit
    length, from the head's anchors, and sigma is their mean over tokens and anchors, known only at run time. Anchors
    have unit length too, so D = 2 - 2 (token . anchor), and the array computes the products.

    Shapes: qk, v, result [tokens, heads x head_width]; anchors [heads x anchor_count, head_width];
    means [heads, anchor_count]; projection [heads x nbits, anchor_count].
    Source: ziplab/EcoFormer, commit a277f9e, pvt/performer.py, pvt/hashing/ksh.py.
    """

    kind: ClassVar[str] = "ecoformer attention"

    name: str
    qk: str
    v: str
    anchors: str
    means: str
    projection: str
    result: str
    tokens: int
    heads: int
    head_width: int
    anchor_count: int
    nbits: int
    encoding: Encoding

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return what the codes are made from, and the values."""
        return self.qk, self.v

    @property
    def constants(self) -> tuple[str, ...]:
        """Return what the hash is made of."""
        return self.anchors, self.means, self.projection

    @property
    def work(self) -> tuple[Work, ...]:
        """Return the steps: distances, kernel, codes; then the products of the codes."""
        return self._hash() + self._attention()

    def _hash(self) -> tuple[Work, ...]:
        tokens, width, anchors, bits, values = (
            self.tokens,
            self.head_width,
            self.anchor_count,
            self.nbits,
            self.encoding,
        )
        distances = self.heads * tokens * anchors
        return (
            VectorWork("unit_length", VectorFunction.L2_NORM, self.heads * tokens * width),
            ArrayWork("distances", tokens, width, anchors, self.heads, values, values),
            VectorWork("sigma", VectorFunction.ADD, distances),
            VectorWork("inverse_sigma", VectorFunction.RECIPROCAL, self.heads),
            VectorWork("exponents", VectorFunction.MULTIPLY_ADD, distances),
            VectorWork("kernel", VectorFunction.EXP, distances),
            VectorWork("centre", VectorFunction.ADD, distances),
            ArrayWork("hash", tokens, anchors, bits, self.heads, values, values),
            VectorWork("codes", VectorFunction.SIGN, self.heads * tokens * bits),
        )

    def _attention(self) -> tuple[Work, ...]:
        tokens, width, bits, values = self.tokens, self.head_width, self.nbits, self.encoding
        outputs = self.heads * tokens * width
        code = encoding("bipolar")
        # A sum of that many codes is an integer of at most that size.
        code_sum = encoding(f"int{tokens.bit_length() + 1}")
        return (
            ArrayWork("code_sum", bits, tokens, 1, self.heads, code, code, dynamic=True),
            ArrayWork("context", bits, tokens, width, self.heads, code, values, dynamic=True),
            ArrayWork("numerator", tokens, bits, width, self.heads, code, values, dynamic=True),
            VectorWork("value_scale", VectorFunction.MULTIPLY, outputs),
            VectorWork("value_bias", VectorFunction.ADD, outputs),
            ArrayWork("denominator", tokens, bits, 1, self.heads, code, code_sum, dynamic=True),
            VectorWork("denominator_bias", VectorFunction.ADD, self.heads * tokens),
            VectorWork("reciprocal", VectorFunction.RECIPROCAL, self.heads * tokens),
            VectorWork("normalize", VectorFunction.MULTIPLY, outputs),
        )
