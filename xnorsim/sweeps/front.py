"""The Pareto front: the points that no other point is better than."""

from bisect import bisect_left, bisect_right

import numpy as np
from numpy.typing import NDArray

from simulator.columns import Flags

Objectives = NDArray[np.float64]


def front(objectives: Objectives) -> Flags:
    """Tell which points no other dominates: none is as small in every objective, and smaller in one.

    Points with equal objectives stay or go together. Shapes: objectives [points, objectives], none of them NaN.
    """
    points, count = objectives.shape
    if not count:
        return np.ones(points, dtype=np.bool_)
    # Behind one another in this order, a point is dominated by points before it only.
    order = np.lexsort(objectives.T[::-1])
    ordered = objectives[order]
    new = np.ones(points, dtype=np.bool_)
    new[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    distinct = ordered[new]
    stays = _staircase(distinct[:, 1:]) if count <= 3 else _one_by_one(distinct)
    found = np.empty(points, dtype=np.bool_)
    found[order] = stays[np.cumsum(new) - 1]
    return found


def _staircase(others: Objectives) -> Flags:
    """Tell which points stay, by at most two objectives other than the one that they are ordered by.

    The points so far that are not dominated in these two are a staircase: one goes up and the other down.
    """
    points, count = others.shape
    pairs = np.zeros((points, 2))
    pairs[:, :count] = others
    ups: list[float] = []
    downs: list[float] = []
    stays = np.zeros(points, dtype=np.bool_)
    for index, (up, down) in enumerate(zip(pairs[:, 0].tolist(), pairs[:, 1].tolist(), strict=True)):
        above = bisect_right(ups, up)
        if above and downs[above - 1] <= down:
            continue
        stays[index] = True
        first = end = bisect_left(ups, up, 0, above)
        while end < len(downs) and downs[end] >= down:
            end += 1
        ups[first:end], downs[first:end] = [up], [down]
    return stays


def _one_by_one(distinct: Objectives) -> Flags:
    """Tell which points stay, in time that grows with the points that do."""
    ranks = np.stack([np.unique(column, return_inverse=True)[1] for column in distinct.T], axis=1)
    # Who dominates has the smaller sum of ranks, and a good one takes many away at once.
    left = np.argsort(ranks.sum(axis=1), kind="stable")
    stays = np.zeros(len(distinct), dtype=np.bool_)
    while len(left):
        stays[left[0]] = True
        left = left[1:][(ranks[left[1:]] < ranks[left[0]]).any(axis=1)]
    return stays
