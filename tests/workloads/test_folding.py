"""Folding: the integer compare stands for the float64 sign at every reachable sum."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from workloads.packing import unpack_bits
from workloads.reference import threshold
from workloads.trace import Thresholds
from workloads.training.folding import BatchNorm, FoldingError, fold, reachable_sums

EPSILON = 1e-5


def of_channel(gamma: float, beta: float, mean: float, variance: float, epsilon: float = EPSILON) -> BatchNorm:
    return BatchNorm(np.array([gamma]), np.array([beta]), np.array([mean]), np.array([variance]), epsilon)


def compare(folded: Thresholds, k: int) -> list[bool]:
    sums = np.repeat(reachable_sums(k)[:, None], len(folded.sums), axis=1)
    return [bool(bit) for bit in unpack_bits(threshold(sums, folded.sums, folded.at_most)[:, 0], 1)[:, 0]]


def magnitudes(smallest: float = 0.0) -> st.SearchStrategy[float]:
    """Ordinary values, and tiny and huge ones."""
    return st.one_of(
        st.floats(smallest, 100),
        st.floats(smallest, 1e300),
        st.sampled_from([smallest, 5e-324, 1e-300, 1e-12, 1.0, 1e12, 1e300]),
    )


def signed() -> st.SearchStrategy[float]:
    return st.builds(lambda magnitude, sign: sign * magnitude, magnitudes(), st.sampled_from([-1.0, 1.0]))


@given(k=st.integers(1, 200), gamma=signed(), beta=signed(), mean=signed(), variance=magnitudes())
def test_the_folded_compare_is_the_float64_sign(
    k: int, gamma: float, beta: float, mean: float, variance: float
) -> None:
    folded = fold("t", of_channel(gamma, beta, mean, variance), k)
    with np.errstate(all="ignore"):
        values = np.float64(gamma) * (reachable_sums(k) - mean) / np.sqrt(variance + EPSILON) + beta
    assert compare(folded, k) == [bool(value >= 0) for value in values]


@given(
    k=st.integers(1, 200),
    gamma=st.integers(-9, 9),
    beta=st.integers(-99, 99),
    mean=st.integers(-99, 99),
    root=st.integers(1, 9),
)
def test_the_folded_compare_is_the_exact_sign(k: int, gamma: int, beta: int, mean: int, root: int) -> None:
    # Powers of two: float64 then divides without rounding, and the exact tie at 0 is really reached.
    deviation = 2**root
    folded = fold("t", of_channel(gamma, beta, mean, deviation**2, epsilon=0.0), k)
    exact = [Fraction(gamma * (int(s) - mean), deviation) + beta >= 0 for s in reachable_sums(k)]
    assert compare(folded, k) == exact


@given(k=st.integers(1, 200), gamma=signed(), beta=signed(), mean=signed(), variance=magnitudes())
def test_thresholds_are_reachable_and_fit_where_the_sums_fit(
    k: int, gamma: float, beta: float, mean: float, variance: float
) -> None:
    folded = fold("t", of_channel(gamma, beta, mean, variance), k)
    value, never = int(folded.sums[0]), not any(compare(folded, k))
    assert value == -k - 1 if never else value in reachable_sums(k)


def test_hand_worked_channels() -> None:
    # k = 4, sums -4 -2 0 2 4, deviation 2. Channel by channel:
    #   (s - 1) / 2 + 0           >= 0 from s = 1 on: next reachable sum 2
    #   (s - 2) / 2 + 0           = 0 at s = 2: sign(0) is +1, so 2 belongs to the ones
    #   -3 (s - 0) / 2 + 3        >= 0 up to s = 2 (the tie itself)
    #   -1 (s + 1) / 2 + 0        >= 0 up to s = -1: next reachable sum -2
    #   gamma 0, beta 0.5 and 0   always 1: sum >= -4
    #   gamma 0, beta -0.5        always 0: sum <= -5
    #   (s - 100) / 2             always 0, though gamma > 0
    norm = BatchNorm(
        gamma=np.array([1.0, 1, -3, -1, 0, 0, 0, 1]),
        beta=np.array([0.0, 0, 3, 0, 0.5, 0, -0.5, 0]),
        mean=np.array([1.0, 2, 0, -1, 7, 7, 7, 100]),
        variance=np.full(8, 4.0),
        epsilon=0.0,
    )
    folded = fold("t", norm, 4)
    assert folded.sums.tolist() == [2, 2, 2, -2, -4, -4, -5, -5]
    assert folded.at_most.tolist() == [False, False, True, True, False, False, True, True]


def test_sums_have_the_parity_of_k() -> None:
    assert reachable_sums(3).tolist() == [-3, -1, 1, 3]
    assert reachable_sums(4).tolist() == [-4, -2, 0, 2, 4]


def test_sums_at_a_border_have_fewer_products() -> None:
    # Four products, or three where a tap is outside of the map.
    assert reachable_sums(4, 3).tolist() == [-4, -3, -2, -1, 0, 1, 2, 3, 4]
    # s >= 0.5 begins with 2 inside of the map, with 1 at its border: the compare is with 1.
    assert fold("t", of_channel(1, 0, 0.5, 1), 4).sums.tolist() == [2]
    assert fold("t", of_channel(1, 0, 0.5, 1), 4, 3).sums.tolist() == [1]
    # Never: below every sum of either count.
    assert fold("t", of_channel(0, -1, 0, 1), 3, 4).sums.tolist() == [-5]


@given(
    counts=st.lists(st.integers(1, 60), min_size=1, max_size=4),
    gamma=signed(), beta=signed(), mean=signed(), variance=magnitudes(),
)  # fmt: skip
def test_one_compare_stands_for_the_sign_at_every_place(
    counts: list[int], gamma: float, beta: float, mean: float, variance: float
) -> None:
    norm = of_channel(gamma, beta, mean, variance)
    folded = fold("t", norm, *counts)
    for k in counts:
        assert compare(folded, k) == norm.signs(reachable_sums(k)[:, None])[:, 0].tolist()
        assert set(reachable_sums(k).tolist()) <= set(reachable_sums(*counts).tolist())


def test_a_value_that_is_not_finite_is_refused() -> None:
    with pytest.raises(FoldingError, match=r"^gamma, beta, mean and variance must be finite$"):
        of_channel(float("nan"), 0, 0, 1)


def test_a_variance_of_nothing_is_refused() -> None:
    with pytest.raises(FoldingError, match=r"^variance \+ epsilon must be > 0$"):
        of_channel(1, 0, 0, 0, epsilon=0.0)


def test_a_sign_that_is_no_compare_is_refused() -> None:
    class Humped(BatchNorm):
        def signs(self, sums: NDArray[np.int64]) -> NDArray[np.bool_]:
            return np.asarray(np.abs(sums) <= 2)

    values = np.ones(1)
    with pytest.raises(FoldingError, match="differs from the sign"):
        fold("t", Humped(values, values, values, values, EPSILON), 6)
