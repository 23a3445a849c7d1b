"""The cycle classes of jobs without a stall pattern, for many design points at once."""

import numpy as np

from simulator.accelerator import Accelerator
from simulator.closed_form.block import Block
from simulator.closed_form.geometry import Geometry
from simulator.closed_form.kinds import Kind, blocks, kinds, ordered
from simulator.closed_form.points import Integers, Points
from simulator.cycles import CycleClasses
from simulator.job import Job
from workloads.errors import InputError, problem

SLAB_POINTS = 1 << 19
"""Points that are sorted at a time: a block wants many of one kind, and the sorting a few megabytes."""
BLOCK_POINTS = 4096
"""Points of a block: few enough for the processor's cache, enough to make numpy's calls cheap."""
LONGEST = float(1 << 56)
"""Cycles up to which int64 holds every sum."""


def closed_form(points: Points) -> Integers:
    """Return the cycles of each point by class.

    Shapes: [points, 5]: issue, schedule, load_stall, store_stall, flush; their sum is the job's cycles.
    Errors: InputError if a scratchpad is too small for a point, or a job may take 2^56 cycles.
    """
    classes = np.empty((len(points), 5), dtype=np.int64)
    for first in range(0, len(points), SLAB_POINTS):
        slab = slice(first, first + SLAB_POINTS)
        stationary = points.weight_stationary[slab] == 1
        for dataflow in (False, True):
            index = np.flatnonzero(stationary == dataflow) + first
            if len(index):
                classes[index] = _slab(points.take(index), weight_stationary=dataflow)
    return classes


def job_classes(job: Job, accelerator: Accelerator) -> CycleClasses:
    """Return the cycles of one job by class.

    Errors: InputError as closed_form.
    """
    return CycleClasses(*(int(cycles) for cycles in closed_form(Points.of([(job, accelerator)]))[0]))


def _slab(points: Points, *, weight_stationary: bool) -> Integers:
    """Return the classes of points of one dataflow."""
    parts = [
        kinds(Geometry(points.take(slice(first, first + BLOCK_POINTS)), weight_stationary=weight_stationary))
        for first in range(0, len(points), BLOCK_POINTS)
    ]
    keys = [np.concatenate(part) for part in zip(*parts, strict=True)]
    order = ordered([*keys, points.result_tiles])
    classes = np.empty((len(points), 5), dtype=np.int64)
    for kind, index in blocks(keys, order, weight_stationary=weight_stationary, size=BLOCK_POINTS):
        classes[index] = _classes(kind, Geometry(points.take(index), weight_stationary=weight_stationary))
    return classes


def _classes(kind: Kind, geometry: Geometry) -> Integers:
    """Return the classes of a block's points."""
    longest = float(geometry.longest().max())
    if longest > LONGEST:
        raise InputError(problem("jobs", f"must take fewer than {LONGEST:.0e} cycles", longest))
    last_issue, end, tally = Block(kind, geometry).run()
    classes = np.zeros((len(end), 5), dtype=np.int64)
    classes[:, 0], classes[:, 1] = geometry.issue(), tally + geometry.waits()
    classes[:, 2] = last_issue + 1 - classes[:, 0] - classes[:, 1]
    classes[:, 4] = end - last_issue
    return classes
