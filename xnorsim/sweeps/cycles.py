"""The cycles of all jobs of many groups of design points: the closed form, in calls of bounded size."""

from collections.abc import Iterator, Sequence

import numpy as np

from simulator.closed_form import Points, closed_form
from simulator.columns import Flags, Integers
from simulator.plan import Plan
from workloads.errors import InputError
from xnorsim.sweeps.feasible import Group, Refused

MOST_CYCLES = 1 << 46
"""Cycles of a network up to which 64 bits hold its events: there are at most 2^16 of a kind in a cycle."""
CALL_POINTS = 1 << 20
"""Jobs that are handed to the closed form at one time, about: it wants many alike."""

Part = tuple[int, int]
"""The places of a group, and of a job in its plan."""


def job_cycles(groups: Sequence[tuple[Group, Plan]], refused: Refused) -> list[Integers]:
    """Return the cycles by class of a single one of each job of each group's plan.

    A point that the closed form refuses goes to ``refused``. Shapes: [jobs, 5, points] for each group.
    """
    solved = [np.empty((len(plan.jobs), 5, len(group)), dtype=np.int64) for group, plan in groups]
    for parts in _calls(groups):
        jobs = [(groups[g][1].jobs[j], groups[g][0]) for g, j in parts]
        classes, rules = _solve([Points.spread(job, group.accelerator, len(group)) for job, group in jobs])
        rows = np.concatenate([group.rows for _, group in jobs])
        for index, rule in rules.items():
            refused.setdefault(int(rows[index]), rule)
        bounds = np.cumsum([len(group) for _, group in jobs])
        for (g, j), found in zip(parts, np.split(classes, bounds[:-1]), strict=True):
            solved[g][j] = found.T
    return solved


def too_long(plan: Plan, solved: Integers) -> Flags:
    """Tell at which points the jobs alone take too long. Shapes: solved [jobs, 5, points], as of job_cycles."""
    counts = np.array([job.count for job in plan.jobs], dtype=np.float64)
    return np.asarray(counts @ solved.sum(axis=1) >= MOST_CYCLES)


def _calls(groups: Sequence[tuple[Group, Plan]]) -> Iterator[list[Part]]:
    """Yield all jobs of all groups, as many together as one call takes."""
    parts: list[Part] = []
    points = 0
    for place, (group, plan) in enumerate(groups):
        for job in range(len(plan.jobs)):
            parts.append((place, job))
            points += len(group)
            if points >= CALL_POINTS:
                yield parts
                parts, points = [], 0
    if parts:
        yield parts


def _solve(parts: Sequence[Points]) -> tuple[Integers, Refused]:
    """Return the classes of all points; of one that is refused, the rule."""
    try:
        return closed_form(*parts), {}
    except InputError as error:
        if sum(len(part) for part in parts) == 1:
            # Any cycles: they go on to be counted, but not to be seen.
            return np.ones((1, 5), dtype=np.int64), {0: str(error)}
    # One that is refused stops all: look for it in halves.
    (first, rules), (second, others) = (_solve(half) for half in _halves(parts))
    return np.concatenate((first, second)), rules | {len(first) + index: rule for index, rule in others.items()}


def _halves(parts: Sequence[Points]) -> tuple[Sequence[Points], Sequence[Points]]:
    """Cut several parts between two of them, one part within it."""
    if len(parts) > 1:
        return parts[: len(parts) // 2], parts[len(parts) // 2 :]
    (part,) = parts
    half = len(part) // 2
    return [part.take(slice(half))], [part.take(slice(half, None))]
