"""The matrix product."""

from dataclasses import dataclass
from typing import ClassVar

from workloads.encodings import Encoding, worst_product
from workloads.operations.finish import finished, sums_name
from workloads.operations.work import ArrayWork, Work


@dataclass(frozen=True)
class MatrixProduct:
    """A (m x k) times B (k x n), followed by thresholds or a bias if it has some.

    ``a``, ``b``, ``result``, ``thresholds`` and ``bias`` are names in the trace. Tensor b is held transposed, [n, k].
    ``count`` equal products run one after the other. B is constant (weights) unless the product is ``dynamic``.
    Without an ``encoding_result`` the result are the sums as they are (or bits, behind thresholds).
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
    encoding_result: Encoding | None = None

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
        """Return the product, its bias, and the change to the result's encoding; thresholds belong to the array."""
        rows = self.count * self.m
        finish = finished(
            self.name, self.result, rows, self.n, self.bias, self.encoding_result, (self.encoding_a, self.encoding_b)
        )
        product = ArrayWork(
            "product", self.m, self.k, self.n, self.count, self.encoding_a, self.encoding_b, self.a, self.b,
            sums_name(self.name) if finish else self.result, dynamic=self.dynamic, thresholds=self.thresholds,
        )  # fmt: skip
        return product, *finish

    @property
    def macs(self) -> int:
        """Return the multiply-accumulates of the mathematical product, padding excluded."""
        return self.count * self.m * self.k * self.n

    @property
    def worst_sum(self) -> int:
        """Return the largest magnitude that a sum can reach (integer encodings)."""
        return self.k * worst_product(self.encoding_a, self.encoding_b)
