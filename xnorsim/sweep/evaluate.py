"""The evaluation of many design points of one network at once."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from costmodel.technology import Technology
from workloads.trace import Trace
from xnorsim.sweep.cycles import job_cycles
from xnorsim.sweep.design_points import DesignPoints, Rows
from xnorsim.sweep.feasible import Plans, Refused, feasible, out_of_range
from xnorsim.sweep.numbers import Numbers, of_many, of_nothing

BLOCK_POINTS = 8192
"""Points that are taken together: few enough for the processor's cache, enough to make numpy's calls cheap."""
OK, INFEASIBLE = "ok", "infeasible"


class Evaluator:
    """What a network takes and costs on each of many accelerators, which are design points over a base file.

    It can be pickled; plans that were made once are kept for later calls.
    """

    def __init__(self, trace: Trace, base: Mapping[str, Any], technology: Technology) -> None:
        self._trace = trace
        self._base = base
        self._technology = technology
        self._plans = Plans(trace)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_plans": Plans(self._trace)}

    def __call__(self, columns: Mapping[str, ArrayLike]) -> dict[str, NDArray[Any]]:
        """Return columns of results for columns of fields.

        ``status`` is ``ok`` or ``infeasible``; then ``rule`` has what ``xnorsim run`` would say, and the numbers are 0.
        All others have the names of the JSON of a run: ``cycles``, ``energy_pj.on_chip``.
        """
        points = DesignPoints.of(self._base, columns)
        refused = out_of_range(points)
        found = [feasible(points, structure, self._plans, refused) for structure in points.structures()]
        groups = [group for group in found if group is not None]
        results = _Results(len(points))
        for (group, plan), classes in zip(groups, job_cycles(groups, refused), strict=True):
            for first in range(0, len(group), BLOCK_POINTS):
                block = slice(first, first + BLOCK_POINTS)
                part = group.take(block)
                results.put(part.rows, of_many(plan, part.accelerator, classes[:, :, block], self._technology))
        return results.columns(refused)


class _Results:
    """The columns of results so far."""

    def __init__(self, points: int) -> None:
        self._rules = np.full(points, "", dtype=object)
        self._numbers = {name: np.zeros(points, dtype=type(zero)) for name, zero in of_nothing().items()}

    def put(self, rows: Rows, numbers: Numbers) -> None:
        for name, column in self._numbers.items():
            column[rows] = numbers[name]

    def columns(self, refused: Refused) -> dict[str, NDArray[Any]]:
        rows = list(refused)
        self._rules[rows] = list(refused.values())
        status = np.full(len(self._rules), OK, dtype=object)
        status[rows] = INFEASIBLE
        for column in self._numbers.values():
            column[rows] = 0
        return {"status": status, "rule": self._rules, **self._numbers}
