"""The evaluation of many design points of one network at once."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from costmodel.technology import Technology
from simulator.cycles import CycleClasses
from simulator.plan import Plan
from simulator.plan_run import PlanRun
from workloads.trace import Trace
from xnorsim.sweeps.cycles import MOST_CYCLES, job_cycles, too_long
from xnorsim.sweeps.design_points import DesignPoints, Rows
from xnorsim.sweeps.feasible import Group, Plans, Refused, feasible, out_of_range
from xnorsim.sweeps.numbers import Numbers, layers_of, of_nothing, totals_of

BLOCK_POINTS = 16_384
"""Points that are taken together: few enough for the processor's cache, enough to make numpy's calls cheap."""
OK, INFEASIBLE, FAILED = "ok", "infeasible", "failed"


class Evaluator:
    """What a network takes and costs on each of many accelerators, which are design points over a base file.

    With ``layers`` each layer's cycles are found too, and what bounds it. An evaluator can be pickled; plans that were
    made once are kept for later calls.
    """

    def __init__(
        self, trace: Trace, base: Mapping[str, Any], technology: Technology, *, layers: bool = False
    ) -> None:  # fmt: skip
        self._trace = trace
        self._base = base
        self._technology = technology
        self._layers = layers
        self._plans = Plans(trace)

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_plans": Plans(self._trace)}

    def __call__(self, columns: Mapping[str, ArrayLike]) -> dict[str, NDArray[Any]]:
        """Return columns of results for columns of fields.

        ``status`` is ``ok``; ``infeasible``, then ``rule`` is what a run would say; or ``failed``, then ``rule`` says
        why. All other columns have the names of a run's JSON (``energy_pj.on_chip``), and are 0 where a point is not
        ok. Those of layers are ``layers.NAME.cycles`` and ``layers.NAME.bound_by``.
        """
        points = DesignPoints.of(self._base, columns)
        nothing = of_nothing(operation.name for operation in self._trace.operations if self._layers)
        results, refused = _Results(len(points), nothing), out_of_range(points)
        found = (feasible(points, structure, self._plans, refused) for structure in points.structures())
        for group, plan in filter(None, found):
            for block in _blocks(group, plan):
                part = group.take(block)
                solved = job_cycles(part, plan, refused)
                long = too_long(plan, solved)
                if long.any():
                    results.fail(part.rows[long])
                    part, solved = part.take(~long), solved[:, :, ~long]
                run = PlanRun(plan, part.accelerator, [CycleClasses(*one) for one in solved])
                numbers = {**totals_of(run, self._technology), **(layers_of(run) if self._layers else {})}
                results.put(part.rows, numbers)
                results.fail(part.rows[numbers["cycles"] >= MOST_CYCLES])
        return results.columns(refused)


def _blocks(group: Group, plan: Plan) -> Iterator[slice]:
    """Yield the points in blocks: first those whose global buffers do not hold everything, as they are sorted so."""
    needed_bits = plan.residency.needed * group.accelerator.port.width_bits
    short = int(np.count_nonzero(np.broadcast_to(group.accelerator.global_buffer_bits < needed_bits, len(group))))
    for first, end in ((0, short), (short, len(group))):
        for start in range(first, end, BLOCK_POINTS):
            yield slice(start, min(start + BLOCK_POINTS, end))


class _Results:
    """The columns of results so far."""

    def __init__(self, points: int, nothing: Numbers) -> None:
        self._nothing = nothing
        self._status = np.full(points, OK, dtype=object)
        self._rule = np.full(points, "", dtype=object)
        self._numbers = {
            name: np.full(points, value, dtype=object if isinstance(value, str) else type(value))
            for name, value in nothing.items()
        }

    def put(self, rows: Rows, numbers: Numbers) -> None:
        for name, column in self._numbers.items():
            column[rows] = numbers[name]

    def fail(self, rows: Rows) -> None:
        if len(rows):
            self._without(rows, FAILED, f"takes {MOST_CYCLES} cycles or more, which a sweep does not count")

    def columns(self, refused: Refused) -> dict[str, NDArray[Any]]:
        self._without(list(refused), INFEASIBLE, list(refused.values()))
        return {"status": self._status, "rule": self._rule, **self._numbers}

    def _without(self, rows: Rows | list[int], status: str, rule: str | list[str]) -> None:
        self._status[rows] = status
        self._rule[rows] = rule
        for name, column in self._numbers.items():
            column[rows] = self._nothing[name]
