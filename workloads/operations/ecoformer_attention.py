"""EcoFormer's attention: linear in the tokens, over binary codes that a kernelized hash makes."""

from dataclasses import dataclass
from typing import ClassVar

from workloads.encodings import Encoding, encoding
from workloads.operations.finish import conversion, sums_name, written
from workloads.operations.work import ArrayWork, Value, VectorFunction, VectorWork, Work


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
        return (*self._hash(), *self._attention())

    def _inner(self, step: str) -> str:
        return sums_name(self.name, step)

    def _value(self, step: str, rows: int, elements: int, code: Encoding | None = None) -> Value:
        return Value(self._inner(step), rows, elements, code or self.encoding)

    def _hash(self) -> tuple[Work, ...]:
        tokens, width, anchors, bits, heads = (
            self.tokens, self.head_width, self.anchor_count, self.nbits, self.heads,
        )  # fmt: skip
        rows, scalar = heads * tokens, encoding("fp32")
        distances, values = rows * anchors, self.encoding
        unit = self._value("unit", rows, width)
        sigma, inverse = self._value("sigma", 1, heads, scalar), self._value("inverse_sigma", 1, heads, scalar)
        kernel, products, hashes = self._value("kernel", rows, anchors), self._inner("products"), self._inner("hashes")
        return (
            *written(VectorWork("unit_length", VectorFunction.L2_NORM, rows * width, (self.qk,), unit, groups=rows)),
            ArrayWork(
                "distances", tokens, width, anchors, heads, values, values, unit.name, self.anchors, products,
            ),
            VectorWork("sigma", VectorFunction.ADD, distances, (products,), sigma),
            VectorWork("inverse_sigma", VectorFunction.RECIPROCAL, heads, (sigma.name,), inverse),
            VectorWork("exponents", VectorFunction.MULTIPLY_ADD, distances, (products, inverse.name), None),
            VectorWork("kernel", VectorFunction.EXP, distances, (), None),
            *written(VectorWork("centre", VectorFunction.ADD, distances, (self.means,), kernel)),
            ArrayWork(
                "hash", tokens, anchors, bits, heads, values, values, kernel.name, self.projection, hashes,
            ),
            VectorWork("codes", VectorFunction.SIGN, rows * bits, (hashes,), self._codes),
        )  # fmt: skip

    @property
    def _codes(self) -> Value:
        return self._value("codes", self.heads * self.tokens, self.nbits, encoding("bipolar"))

    def _attention(self) -> tuple[Work, ...]:
        tokens, width, bits, heads, values = (
            self.tokens, self.head_width, self.nbits, self.heads, self.encoding,
        )  # fmt: skip
        rows, outputs, scalar = heads * tokens, heads * tokens * width, encoding("fp32")
        codes, code = self._codes.name, encoding("bipolar")
        context, numerator, denominator = (self._inner(name) for name in ("context", "numerator", "denominator"))
        biased, inverse = self._value("biased", rows, width, scalar), self._value("inverse", heads, tokens, scalar)
        result, turned = Value(self.result, tokens, heads * width, values), VectorFunction.RELAYOUT
        code_sums, kept = self._kept("code_sum", heads, bits, (code, code))
        contexts, kept_context = self._kept("context", heads * bits, width, (code, values))
        return (
            ArrayWork("code_sum", bits, tokens, 1, heads, code, code, codes, self._inner("ones"),
                      self._inner("code_sum"), prepare_a=turned),
            *kept,
            ArrayWork("context", bits, tokens, width, heads, code, values, codes, self.v, context,
                      dynamic=True, prepare_a=turned, prepare_b=turned),
            *kept_context,
            ArrayWork("numerator", tokens, bits, width, heads, code, values, codes, contexts, numerator,
                      dynamic=True, prepare_b=turned),
            VectorWork("value_scale", VectorFunction.MULTIPLY, outputs, (self.v,), None),
            VectorWork("value_bias", VectorFunction.ADD, outputs, (numerator,), biased),
            ArrayWork("denominator", tokens, bits, 1, heads, code, values, codes, code_sums, denominator,
                      dynamic=True),
            VectorWork("denominator_bias", VectorFunction.ADD, rows, (denominator,), None),
            VectorWork("reciprocal", VectorFunction.RECIPROCAL, rows, (), inverse),
            *written(VectorWork("normalize", VectorFunction.MULTIPLY, outputs, (biased.name, inverse.name), result)),
        )  # fmt: skip

    def _kept(
        self, step: str, rows: int, elements: int, operands: tuple[Encoding, Encoding]
    ) -> tuple[str, tuple[VectorWork, ...]]:
        """Return the name of sums that a later product takes as its B, and the step that makes values of them."""
        sums = self._inner(step)
        change = conversion(self.encoding, operands)
        if change is None:
            return sums, ()
        value = self._value(f"{step}_values", rows, elements)
        return value.name, (VectorWork(f"{step}_values", change, rows * elements, (sums,), value),)
