"""The cycles of all jobs of a group of design points."""

import numpy as np

from simulator.closed_form import Points, solve
from simulator.columns import Flags, Integers
from simulator.plan import Plan
from xnorsim.sweeps.feasible import Group, Refused

MOST_CYCLES = 1 << 46
"""Cycles of a network up to which 64 bits hold its events: there are at most 2^16 of a kind in a cycle."""


def job_cycles(group: Group, plan: Plan, refused: Refused) -> Integers:
    """Return the cycles by class of a single one of each job of a plan.

    A point that the closed form refuses goes to ``refused``. Shapes: [jobs, 5, points].
    """
    solved = np.empty((len(plan.jobs), 5, len(group)), dtype=np.int64)
    for number, job in enumerate(plan.jobs):
        classes, rules = solve(Points.spread(job, group.accelerator, len(group)))
        solved[number] = classes.T
        for index, rule in rules.items():
            refused.setdefault(int(group.rows[index]), rule)
    return solved


def too_long(plan: Plan, solved: Integers) -> Flags:
    """Tell at which points the jobs alone take too long. Shapes: solved [jobs, 5, points], as of job_cycles."""
    counts = np.array([job.count for job in plan.jobs], dtype=np.float64)
    return np.asarray(counts @ solved.sum(axis=1) >= MOST_CYCLES)
