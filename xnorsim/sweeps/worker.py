"""What a worker does: rows of a sweep, from the codes of their points."""

import threading
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xnorsim.sweeps.evaluate import FAILED, OK, Evaluator
from xnorsim.sweeps.inputs import Inputs
from xnorsim.sweeps.numbers import of_nothing
from xnorsim.sweeps.parts import encoded, table_of
from xnorsim.sweeps.space import Codes, Space
from xnorsim.sweeps.spec import Constraint, Spec

Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Evaluation:
    """A sweep as a worker has it, given to it once; ``pairs`` are the workload and the technology of so many points."""

    sweep: str
    space: Space
    points: int
    pairs: tuple[tuple[str, str], ...]
    evaluators: tuple[Evaluator, ...]
    constraints: tuple[Constraint, ...]

    @classmethod
    def of(cls, sweep: str, spec: Spec, inputs: Inputs) -> Self:
        """Return the evaluation of a sweep, whose hash is given."""
        pairs = tuple((workload.label, name) for workload in spec.workloads for name in spec.technologies)
        evaluators = tuple(
            Evaluator(inputs.traces[label], inputs.base, inputs.technologies[name]) for label, name in pairs
        )
        return cls(sweep, Space.of(spec), spec.points, pairs, evaluators, spec.constraints)

    def check_prices(self) -> None:
        """Evaluate a first point on each technology, so that a price that every point lacks is no failure of each.

        Errors: InputError naming the price.
        """
        points = self.space.columns(self.space.first)
        technologies = {technology: number for number, (_, technology) in reversed(list(enumerate(self.pairs)))}
        for number in technologies.values():
            self.evaluators[number](points)

    def rows(self, first: int, codes: Codes) -> pa.Table:
        """Return consecutive rows from the first on. Shapes: codes [axes, rows]."""
        end = first + codes.shape[1]
        tables = []
        for pair in range(first // self.points, -(-end // self.points)):
            start, stop = max(first, pair * self.points), min(end, (pair + 1) * self.points)
            tables.append(self._rows_of_pair(pair, start, codes[:, start - first : stop - first]))
        return pa.concat_tables(tables)

    def _rows_of_pair(self, pair: int, first: int, codes: Codes) -> pa.Table:
        columns, count = self.space.columns(codes), codes.shape[1]
        found = evaluated(self.evaluators[pair], columns)
        workload, technology = self.pairs[pair]
        within = found["status"] == OK
        for constraint in self.constraints:
            within &= constraint.violation(found[constraint.name]) <= 0
        return table_of({
            "row": np.arange(first, first + count),
            "workload": pa.repeat(workload, count),
            "technology": pa.repeat(technology, count),
            **columns,
            "status": found.pop("status"),
            "rule": found.pop("rule"),
            "within_constraints": within,
            **found,
        })  # fmt: skip


def evaluated(evaluator: Evaluator, columns: Columns) -> Columns:
    """Evaluate points; those at which the evaluation itself fails are looked for in halves, and say why."""
    try:
        return evaluator(columns)
    except Exception as error:
        count = len(next(iter(columns.values())))
        if count == 1:
            return _failed(error)
    halves = [
        evaluated(evaluator, {field: column[part] for field, column in columns.items()})
        for part in (slice(count // 2), slice(count // 2, None))
    ]
    return {name: np.concatenate([half[name] for half in halves]) for name in halves[0]}


def _failed(error: Exception) -> Columns:
    """Return the row of a point that failed."""
    rule = " ".join(f"{type(error).__name__}: {error}".split())
    texts = {"status": FAILED, "rule": rule}
    return {
        **{name: np.array([text], dtype=object) for name, text in texts.items()},
        **{name: np.array([number]) for name, number in of_nothing(()).items()},
    }


_known: dict[str, Evaluation] = {}
_lock = threading.Lock()


def learn(evaluation: Evaluation) -> None:
    """Take a sweep, whose rows are asked for afterwards."""
    with _lock:
        _known[evaluation.sweep] = evaluation


def rows(sweep: str, first: int, codes: Codes) -> pa.Table:
    """Return rows of a sweep that this worker has learnt."""
    return _known[sweep].rows(first, codes)


def part(sweep: str, number: int, first: int, codes: Codes) -> bytes:
    """Return the file of a part of a sweep that this worker has learnt."""
    return encoded(rows(sweep, first, codes), sweep, number)
