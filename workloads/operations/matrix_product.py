"""The matrix product."""

from dataclasses import dataclass
from typing import ClassVar

from workloads.encodings import Encoding
from workloads.operations.work import ArrayWork, VectorFunction, VectorWork, Work


@dataclass(frozen=True)
class MatrixProduct:
    """A (m x k) times B (k x n), followed by thresholds or a bias if it has some.

    ``a``, ``b``, ``result``, ``thresholds`` and ``bias`` are names in the trace. Tensor b is held transposed, [n, k].
    ``count`` equal products run one after the other. B is constant (weights) unless the product is ``dynamic``.
    """

    kind: ClassVar[str] = "matrix product"

    name: str
    m: int
    k: int
    n: int
    a: str
    b: str
    result: str
    encoding_a: Encoding
    encoding_b: Encoding
    thresholds: str | None = None
    count: int = 1
    dynamic: bool = False
    bias: str | None = None

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return A, and B of a dynamic product."""
        return (self.a, self.b) if self.dynamic else (self.a,)

    @property
    def constants(self) -> tuple[str, ...]:
        """Return B of a static product, and the bias."""
        return (*(() if self.dynamic else (self.b,)), *(() if self.bias is None else (self.bias,)))

    @property
    def work(self) -> tuple[Work, ...]:
        """Return the product and its bias; thresholds belong to the array."""
        product = ArrayWork(
            "product", self.m, self.k, self.n, self.count, self.encoding_a, self.encoding_b, self.dynamic
        )
        if self.bias is None:
            return (product,)
        return product, VectorWork("bias", VectorFunction.ADD, self.count * self.m * self.n)

    @property
    def macs(self) -> int:
        """Return the multiply-accumulates of the mathematical product, padding excluded."""
        return self.count * self.m * self.k * self.n

    @property
    def worst_sum(self) -> int:
        """Return the largest magnitude that a sum can reach (integer encodings)."""
        corners = [
            x * y
            for x in (self.encoding_a.minimum, self.encoding_a.maximum)
            for y in (self.encoding_b.minimum, self.encoding_b.maximum)
        ]
        return self.k * max(abs(corner) for corner in corners)
