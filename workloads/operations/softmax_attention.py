"""Softmax attention."""

from dataclasses import dataclass
from typing import ClassVar

from workloads.encodings import Encoding
from workloads.operations.work import ArrayWork, VectorFunction, VectorWork, Work


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
        """Return scores, their scale and softmax, and the weighted values."""
        tokens, width = self.tokens, self.head_width
        pairs = self.heads * tokens * tokens
        return (
            self._product("scores", tokens, width, tokens),
            VectorWork("scale", VectorFunction.MULTIPLY, pairs),
            VectorWork("softmax", VectorFunction.SOFTMAX, pairs),
            self._product("values", tokens, tokens, width),
        )

    def _product(self, step: str, m: int, k: int, n: int) -> ArrayWork:
        return ArrayWork(step, m, k, n, self.heads, self.encoding, self.encoding, dynamic=True)
