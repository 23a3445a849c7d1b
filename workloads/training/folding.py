"""Batch normalization and sign folded into integer thresholds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workloads.packing import pack_bits
from workloads.reference import threshold
from workloads.trace import Thresholds

Values = NDArray[np.float64]


class FoldingError(ArithmeticError):
    """Report a batch normalization that no threshold stands for: folding would change a bit."""


@dataclass(frozen=True)
class BatchNorm:
    """A trained batch normalization: gamma (sum - mean) / sqrt(variance + epsilon) + beta.

    Shapes: all [n], one value a channel.
    Errors: FoldingError for a value that is not finite, or a variance + epsilon that is not positive.
    """

    gamma: Values
    beta: Values
    mean: Values
    variance: Values
    epsilon: float

    def __post_init__(self) -> None:
        """Refuse values without a sign."""
        values = np.concatenate([self.gamma, self.beta, self.mean, self.variance])
        if not np.all(np.isfinite(values)):
            raise FoldingError("gamma, beta, mean and variance must be finite")
        if not np.all(self.variance + self.epsilon > 0):
            raise FoldingError("variance + epsilon must be > 0")

    def normalize(self, sums: NDArray[np.int64]) -> Values:
        """Return the normalized sums in float64.

        Shapes: [m, n] -> [m, n].
        """
        # An overflow to infinity keeps its sign, and the sign is all that is used.
        with np.errstate(over="ignore", under="ignore"):
            scaled = self.gamma * (sums - self.mean) / np.sqrt(self.variance + self.epsilon)
            return np.asarray(scaled + self.beta, dtype=np.float64)

    def signs(self, sums: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return the sign bits of the normalized sums; sign(0) is +1, bit 1.

        Shapes: [m, n] -> [m, n].
        """
        return np.asarray(self.normalize(sums) >= 0)


def reachable_sums(*counts: int) -> NDArray[np.int64]:
    """Return every sum of so many bipolar products: of k of them -k to k, all of the parity of k."""
    return np.unique(np.concatenate([np.arange(-k, k + 1, 2, dtype=np.int64) for k in counts]))


def fold(name: str, norm: BatchNorm, *counts: int) -> Thresholds:
    """Fold batch normalization and sign behind sums of k bipolar products into thresholds.

    Places of a convolution at the border of a map sum fewer products than others: there are several ``counts``, of
    which the largest is k.

    The bit is ``sum >= threshold`` where gamma > 0 and ``sum <= threshold`` where gamma < 0. Each threshold is itself
    a reachable sum: the one next to the change of sign. A channel that is always 1 is ``sum >= -k``; one that is
    always 0 is ``sum <= -k - 1``, since k + 1 may be outside accumulators that hold every sum.

    Errors: FoldingError if the compare differs from the float64 sign at any reachable sum.
    """
    reachable, k = reachable_sums(*counts), max(counts)
    # Rounding is monotone, so along the reachable sums the float64 sign changes once at most in every channel.
    bits = norm.signs(reachable[:, None])
    always, never = bits.all(axis=0), ~bits.any(axis=0)
    at_most = (bits[0] & ~always) | never
    smallest_one = reachable[bits.argmax(axis=0)]
    largest_one = reachable[len(reachable) - 1 - bits[::-1].argmax(axis=0)]
    sums = np.where(never, -k - 1, np.where(at_most, largest_one, smallest_one))
    folded = Thresholds(name, sums, at_most)
    _check(folded, reachable, bits)
    return folded


def _check(folded: Thresholds, reachable: NDArray[np.int64], bits: NDArray[np.bool_]) -> None:
    sums = np.broadcast_to(reachable[:, None], bits.shape)
    if not np.array_equal(threshold(sums, folded.sums, folded.at_most)[:, 0], pack_bits(bits)):
        raise FoldingError(f"{folded.name}: a folded compare differs from the sign of the batch normalization")
