"""The Pareto front, against its definition."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from xnorsim.sweeps.front import front

# Few values: ties in some objectives, and points that are equal.
VALUES = st.one_of(st.sampled_from([0.0, -0.0, 1.0, 2.0, 3.0, float("inf")]), st.floats(-4, 4, width=16))
SHAPES = st.tuples(st.integers(0, 60), st.integers(1, 5))
POINTS = SHAPES.flatmap(lambda shape: arrays.arrays(float, shape, elements=VALUES))


def dominates(one: np.ndarray, other: np.ndarray) -> bool:
    return bool((one <= other).all() and (one < other).any())


@given(POINTS)
def test_the_front_is_what_nothing_dominates(objectives: np.ndarray) -> None:
    expected = [not any(dominates(one, point) for one in objectives) for point in objectives]
    assert front(objectives).tolist() == expected


@given(POINTS, st.randoms(use_true_random=False))
def test_the_front_does_not_depend_on_the_order(objectives: np.ndarray, random: object) -> None:
    order = list(range(len(objectives)))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert front(objectives[order]).tolist() == front(objectives)[order].tolist()


def test_of_three_points_worked_by_hand_the_middle_one_goes() -> None:
    assert front(np.array([[1.0, 5.0], [2.0, 5.0], [3.0, 4.0]])).tolist() == [True, False, True]


def test_equal_points_stay_together_or_go_together() -> None:
    objectives = np.array([[1.0, 2.0], [1.0, 2.0], [2.0, 3.0], [2.0, 3.0]])
    assert front(objectives).tolist() == [True, True, False, False]


def test_without_objectives_nothing_is_better_than_anything() -> None:
    assert front(np.empty((3, 0))).tolist() == [True] * 3


def test_of_points_on_a_plane_all_stay() -> None:
    random = np.random.default_rng(1)
    first, second = random.integers(0, 1000, size=(2, 20_000)).astype(float)
    assert front(np.stack([first, second, -first - second], axis=1)).all()


def test_of_many_points_the_front_dominates_all_others() -> None:
    random = np.random.default_rng(2)
    for count in (2, 3, 4):
        objectives = random.random((20_000, count)).round(3)
        stays = front(objectives)
        kept = objectives[stays]
        assert not any((kept <= one).all(axis=1).any() and not (kept == one).all(axis=1).any() for one in kept)
        for one in objectives[~stays]:
            assert ((kept <= one).all(axis=1) & (kept < one).any(axis=1)).any()
