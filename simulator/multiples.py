"""Sums over the multiples of a step: what cutting a row, or dealing its elements to lines, comes down to."""

from functools import cached_property
from typing import cast

import numpy as np

from simulator.columns import Integers, is_column

_AT_ONCE = 1 << 20
"""Elements that are gathered at one time."""


class Multiples:
    """An array whose elements at the multiples of a step are summed, for any step from 1 on; element 0 is in no sum."""

    def __init__(self, values: Integers) -> None:
        self._values = values

    def at(self, step: int) -> int:
        """Return values[step] + values[2 step] + ..., of a number or of each number of a column."""
        if is_column(step):
            # A step as long as the array reaches nothing, like every longer one.
            return cast(int, self._sums[np.minimum(step, len(self._values))])
        return int(self._values[step::step].sum())

    @cached_property
    def _sums(self) -> Integers:
        """Return the sum for every step up to the array's length."""
        length = len(self._values)
        steps = np.arange(1, length)
        counts = (length - 1) // steps
        sums = np.zeros(length + 1, dtype=np.int64)
        for part in np.split(steps, np.flatnonzero(np.diff(counts.cumsum() // _AT_ONCE)) + 1):
            many = counts[part - 1]
            starts = many.cumsum() - many
            ordinals = np.arange(many.sum()) - np.repeat(starts, many) + 1
            before = np.concatenate(([0], self._values[ordinals * np.repeat(part, many)].cumsum()))
            sums[part] = before[starts + many] - before[starts]
        return sums


class Rounds:
    """Elements that are dealt to lines round and round, each counted as often as its line's number: 0, 1, 2, ..."""

    def __init__(self, values: Integers) -> None:
        # i mod lines is i, less lines for every multiple of lines up to i.
        self._all = int(np.arange(len(values)) @ values)
        self._behind = Multiples(values[::-1].cumsum()[::-1])

    def over(self, lines: int) -> int:
        """Return the sum of (i mod lines) x values[i], of a number of lines or of each number of a column."""
        return self._all - lines * self._behind.at(lines)
