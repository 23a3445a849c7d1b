"""Softmax attention."""

from dataclasses import dataclass
from typing import ClassVar

from workloads.encodings import Encoding
from workloads.operations.finish import conversion, sums_name, written
from workloads.operations.work import ArrayWork, Value, VectorFunction, VectorWork, Work


@dataclass(frozen=True)
class SoftmaxAttention:
    """softmax(q k^T / sqrt(head_width)) v in each head, over all pairs of tokens.

    Shapes: qkv [tokens, 3 x heads x head_width]; result [tokens, heads x head_width].
    """

    kind: ClassVar[str] = "softmax attention"

    name: str
    qkv: str
    result: str
    tokens: int
    heads: int
    head_width: int
    encoding: Encoding
    constants: tuple[str, ...] = ()

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return queries, keys and values in one tensor."""
        return (self.qkv,)

    @property
    def work(self) -> tuple[Work, ...]:
        """Return scores, their scale and softmax, the weighted values, and the heads side by side."""
        tokens, width, heads = self.tokens, self.head_width, self.heads
        pairs = heads * tokens * tokens
        scores, mixed = sums_name(self.name, "scores"), sums_name(self.name, "mixed")
        shares = Value(sums_name(self.name, "shares"), heads * tokens, tokens, self.encoding)
        result = Value(self.result, tokens, heads * width, self.encoding)
        merge = conversion(self.encoding, (self.encoding, self.encoding)) or VectorFunction.RELAYOUT
        return (
            ArrayWork(
                "scores", tokens, width, tokens, heads, self.encoding, self.encoding, self.qkv, self.qkv, scores,
                dynamic=True, prepare_a=VectorFunction.RELAYOUT, prepare_b=VectorFunction.RELAYOUT,
            ),
            VectorWork("scale", VectorFunction.MULTIPLY, pairs, (scores,), None),
            *written(VectorWork("softmax", VectorFunction.SOFTMAX, pairs, (), shares, groups=heads * tokens)),
            ArrayWork(
                "values", tokens, tokens, width, heads, self.encoding, self.encoding, shares.name, self.qkv, mixed,
                dynamic=True, prepare_b=VectorFunction.RELAYOUT,
            ),
            VectorWork("merge", merge, tokens * heads * width, (mixed,), result),
        )  # fmt: skip
