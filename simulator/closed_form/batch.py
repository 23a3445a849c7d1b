"""The cycle classes of jobs without a stall pattern, for many design points at once."""

from dataclasses import dataclass

import numpy as np

from simulator.accelerator import Accelerator
from simulator.closed_form import kernel
from simulator.closed_form.compiled import compiled
from simulator.closed_form.points import Integers, Points
from simulator.cycles import CycleClasses
from simulator.job import Job
from workloads.errors import InputError, problem

INTERPRETED_JOBS = 10_000
"""Jobs of a process that are interpreted: some 70 us each."""
_RESULT_TILES = Points.FIELDS.index("result_tiles")


def closed_form(points: Points) -> Integers:
    """Return the cycles of each point by class.

    Shapes: [points, 5]: issue, schedule, load_stall, store_stall, flush; their sum is the job's cycles.
    Errors: InputError if a scratchpad is too small for a point, or a job may take 2^56 cycles.
    """
    classes, rules = solve(points)
    for rule in rules.values():
        raise InputError(rule)
    return classes


def solve(points: Points) -> tuple[Integers, dict[int, str]]:
    """Return the cycles as closed_form does, and by point the rule that refuses it; the cycles there are 1 each."""
    classes = np.empty((len(points), 5), dtype=np.int64)
    rules = {}
    if len(points):
        _solve(points.table, classes)
    for number in np.flatnonzero(classes[:, 0] == kernel.REFUSED).tolist():
        rules[number] = _rule(points.table[number].tolist())
        classes[number] = 1
    return classes, rules


def job_classes(job: Job, accelerator: Accelerator) -> CycleClasses:
    """Return the cycles of one job by class.

    Errors: InputError as closed_form.
    """
    (point,) = Points.of([(job, accelerator)]).table.tolist()
    (classes,) = _interpreted([point])
    if classes[0] == kernel.REFUSED:
        raise InputError(_rule(point))
    return CycleClasses(*classes)


@dataclass
class _Solver:
    """Interprets the first jobs, and has machine code from then on: it takes as long to load as they take."""

    jobs: int = 0

    def __call__(self, table: Integers, classes: Integers) -> None:
        """Write the classes of the points of a table."""
        self.jobs += len(table)
        machine_code = compiled() if self.jobs > INTERPRETED_JOBS else None
        if machine_code is None:
            classes[:] = _interpreted(table.tolist())
        else:
            places = _places(int(table[:, _RESULT_TILES].max()))
            machine_code(table, classes, np.empty(kernel.RINGS * places, dtype=np.int64))


_solve = _Solver()


def _interpreted(points: list[list[int]]) -> list[list[int]]:
    """Solve points as Python runs them."""
    places = _places(max(point[_RESULT_TILES] for point in points))
    classes = [[0] * 5 for _ in points]
    kernel.solve(points, classes, [0] * (kernel.RINGS * places))
    return classes


def _places(result_tiles: int) -> int:
    """Return the places of a ring that holds so many tiles: a power of two."""
    return 1 << int(result_tiles - 1).bit_length()


def _rule(point: list[int]) -> str:
    """Return the rule that refuses a point."""
    sizes = kernel.sizes_of(point)
    if min(sizes.chunk, sizes.tile_rows) > 0:
        return problem("jobs", f"must take fewer than {kernel.LONGEST:.0e} cycles", kernel.bound(sizes))
    least = "a k word of A and a fold of B" if sizes.stays else "a k word of every row"
    return problem("scratchpads", f"must hold {least} in each half, for every design point")
