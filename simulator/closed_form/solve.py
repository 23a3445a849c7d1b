"""The cycle classes of jobs without a stall pattern, for many design points at once."""

import numpy as np

from simulator.accelerator import Accelerator
from simulator.closed_form.block import Block
from simulator.closed_form.geometry import Geometry
from simulator.closed_form.kinds import Kind, blocks, kinds
from simulator.closed_form.points import Integers, Points
from simulator.closed_form.spans import issue_cycles, longest, waits
from simulator.cycles import CycleClasses
from simulator.job import Job
from workloads.errors import InputError, problem

SLAB_POINTS = 1 << 18
"""Points that are sorted at a time: a block wants many of one kind, and the sorting some 60 megabytes."""
PIECE_POINTS = 8192
"""Points whose sizes are derived at a time: few enough for the processor's cache."""
BLOCK_POINTS = 16384
"""Points of a block: many enough to make numpy's calls cheap."""
LONGEST = float(1 << 56)
"""Cycles up to which int64 holds every sum."""


def closed_form(points: Points) -> Integers:
    """Return the cycles of each point by class.

    Shapes: [points, 5]: issue, schedule, load_stall, store_stall, flush; their sum is the job's cycles.
    Errors: InputError if a scratchpad is too small for a point, or a job may take 2^56 cycles.
    """
    classes = np.empty((len(points), 5), dtype=np.int64)
    for first in range(0, len(points), SLAB_POINTS):
        slab, part = points.take(slice(first, first + SLAB_POINTS)), classes[first : first + SLAB_POINTS]
        stationary = slab.weight_stationary == 1
        for dataflow in (False, True):
            index = np.flatnonzero(stationary == dataflow)
            if len(index) == len(slab):
                part[:] = _slab(slab, weight_stationary=dataflow)
            elif len(index):
                part[index] = _slab(slab.take(index), weight_stationary=dataflow)
    return classes


def job_classes(job: Job, accelerator: Accelerator) -> CycleClasses:
    """Return the cycles of one job by class.

    Errors: InputError as closed_form.
    """
    return CycleClasses(*(int(cycles) for cycles in closed_form(Points.of([(job, accelerator)]))[0]))


def _slab(points: Points, *, weight_stationary: bool) -> Integers:
    """Return the classes of points of one dataflow."""
    keys = np.empty((9, len(points)), dtype=np.int32)
    table = np.empty((len(points), Geometry.FIELDS), dtype=np.int32)
    for first in range(0, len(points), PIECE_POINTS):
        piece = slice(first, first + PIECE_POINTS)
        geometry = Geometry.of(points.take(piece), weight_stationary=weight_stationary)
        keys[:, piece] = kinds(geometry)
        if keys[0, piece].any():
            table = table.astype(np.int64, copy=False)
        geometry.into(table[piece])
    classes = np.empty((len(points), 5), dtype=np.int64)
    for kind, index in blocks(keys, weight_stationary=weight_stationary, size=BLOCK_POINTS):
        rows: Integers = table[index].astype(np.int64 if kind.wide else np.int32, copy=False)
        order = np.argsort(rows[:, 0], kind="stable")
        geometry = Geometry.of_table(rows[order], weight_stationary=weight_stationary)
        classes[index[order]] = _classes(kind, geometry)
    return classes


def _classes(kind: Kind, geometry: Geometry) -> Integers:
    """Return the classes of a block's points."""
    if kind.wide:
        cycles = float(longest(geometry).max())
        if cycles > LONGEST:
            raise InputError(problem("jobs", f"must take fewer than {LONGEST:.0e} cycles", cycles))
    last_issue, end, tally = (array.astype(np.int64) for array in Block(kind, geometry).run())
    classes = np.zeros((len(end), 5), dtype=np.int64)
    classes[:, 0], classes[:, 1] = issue_cycles(geometry), tally + waits(geometry)
    classes[:, 2] = last_issue + 1 - classes[:, 0] - classes[:, 1]
    classes[:, 4] = end - last_issue
    return classes
