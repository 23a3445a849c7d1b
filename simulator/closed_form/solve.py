"""The cycle classes of jobs without a stall pattern, for many design points at once."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from simulator.accelerator import Accelerator
from simulator.closed_form.block import Block
from simulator.closed_form.geometry import Geometry
from simulator.closed_form.kinds import KEYS, Kind, blocks, kinds
from simulator.closed_form.points import Integers, Points
from simulator.closed_form.spans import issue_cycles, longest, waits
from simulator.cycles import CycleClasses
from simulator.job import Job
from workloads.errors import InputError, problem

SLAB_POINTS = 1 << 20
"""Points that are sorted at a time: a block wants many of one kind, and the sorting some 200 megabytes."""
PIECE_POINTS = 8192
"""Points whose sizes are derived at a time: few enough for the processor's cache."""
BLOCK_POINTS = 16384
"""Points of a block: many enough to make numpy's calls cheap."""
LONGEST = float(1 << 56)
"""Cycles up to which int64 holds every sum."""


def closed_form(*parts: Points) -> Integers:
    """Return the cycles of each point of some parts by class.

    Shapes: [points, 5]: issue, schedule, load_stall, store_stall, flush; their sum is the job's cycles.
    Errors: InputError if a scratchpad is too small for a point, or a job may take 2^56 cycles.
    """
    classes = np.empty((sum(len(part) for part in parts), 5), dtype=np.int64)
    first = 0
    for pieces in _slabs(parts):
        stationary = np.concatenate([piece.weight_stationary for piece in pieces]) == 1
        slab = classes[first : first + len(stationary)]
        for dataflow in (False, True):
            places = np.flatnonzero(stationary == dataflow)
            if len(places):
                _solve(_of_dataflow(pieces, dataflow), places, slab, weight_stationary=dataflow)
        first += len(stationary)
    return classes


def job_classes(job: Job, accelerator: Accelerator) -> CycleClasses:
    """Return the cycles of one job by class.

    Errors: InputError as closed_form.
    """
    return CycleClasses(*(int(cycles) for cycles in closed_form(Points.of([(job, accelerator)]))[0]))


def _slabs(parts: Sequence[Points]) -> Iterator[list[Points]]:
    """Yield the points in pieces, as many together as are sorted at a time."""
    pieces: list[Points] = []
    points = 0
    for part in parts:
        for first in range(0, len(part), PIECE_POINTS):
            pieces.append(part.take(slice(first, first + PIECE_POINTS)))
            points += len(pieces[-1])
            if points >= SLAB_POINTS:
                yield pieces
                pieces, points = [], 0
    if pieces:
        yield pieces


def _of_dataflow(pieces: Sequence[Points], weight_stationary: bool) -> Iterator[Points]:
    """Yield the points of one dataflow."""
    for piece in pieces:
        index = np.flatnonzero(piece.weight_stationary == weight_stationary)
        if len(index):
            yield piece if len(index) == len(piece) else piece.take(index)


def _solve(
    pieces: Iterable[Points], places: npt.NDArray[np.intp], classes: Integers, *, weight_stationary: bool
) -> None:  # fmt: skip
    """Put the classes of points of one dataflow in their places."""
    keys = np.empty((KEYS, len(places)), dtype=np.int32)
    table = np.empty((len(places), Geometry.FIELDS), dtype=np.int32)
    first = 0
    for points in pieces:
        piece = slice(first, first + len(points))
        geometry = Geometry.of(points, weight_stationary=weight_stationary)
        keys[:, piece] = kinds(geometry)
        if keys[0, piece].any():
            table = table.astype(np.int64, copy=False)
        geometry.into(table[piece])
        first += len(points)
    for kind, index in blocks(keys, weight_stationary=weight_stationary, size=BLOCK_POINTS):
        rows: Integers = table[index].astype(np.int64 if kind.wide else np.int32, copy=False)
        classes[places[index]] = _classes(kind, Geometry.of_table(rows, weight_stationary=weight_stationary))


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
