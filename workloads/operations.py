"""Operations of a trace."""

from dataclasses import dataclass

from workloads.encodings import Encoding


@dataclass(frozen=True)
class MatrixProduct:
    """A (m x k) times B (k x n), followed by thresholds if it has some.

    ``a``, ``b``, ``result`` and ``thresholds`` are names in the trace. Tensor b is held transposed, [n, k].
    ``count`` equal products run one after the other.
    """

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
