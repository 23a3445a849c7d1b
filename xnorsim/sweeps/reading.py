"""A sweep as it is read: which rows are the front, how many are what, and the numbers of some of them."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from xnorsim.sweeps.evaluate import FAILED, INFEASIBLE, OK
from xnorsim.sweeps.front import front

if TYPE_CHECKING:
    import pyarrow as pa

    from xnorsim.sweeps.directory import SweepDirectory
    from xnorsim.sweeps.spec import Spec

Places = NDArray[np.intp]
"""Places in the columns of a sweep: those of its rows that are there."""
ALWAYS = ("latency_s", "energy_pj.on_chip", "area_mm2.total", "utilization.overall")
"""Numbers that are shown beside the objectives."""


@dataclass(frozen=True)
class Coded:
    """A column of texts, each text once."""

    codes: NDArray[np.int64]
    texts: Sequence[str]

    @classmethod
    def of(cls, column: "pa.ChunkedArray") -> Self:
        """Take a column of a table."""
        encoded = column.combine_chunks().dictionary_encode()
        return cls(encoded.indices.to_numpy().astype(np.int64), encoded.dictionary.to_pylist())

    def equal(self, text: str) -> NDArray[np.bool_]:
        """Tell where that text stands."""
        return np.asarray(self.codes == (self.texts.index(text) if text in self.texts else -1))


@dataclass(frozen=True)
class Reading:
    """The columns of a sweep that decide its front."""

    sweep: "SweepDirectory"
    rows: NDArray[np.int64]
    workloads: Coded
    status: Coded
    within: NDArray[np.bool_]
    objectives: Mapping[str, NDArray[Any]]

    @classmethod
    def of(cls, sweep: "SweepDirectory") -> Self:
        """Read what there is of a sweep."""
        names = [objective.name for objective in sweep.spec.objectives]
        table = sweep.table(["row", "workload", "status", "within_constraints", *names])
        return cls(
            sweep,
            table["row"].to_numpy(),
            Coded.of(table["workload"]),
            Coded.of(table["status"]),
            table["within_constraints"].to_numpy().astype(np.bool_),
            {name: table[name].to_numpy() for name in names},
        )

    @cached_property
    def ok(self) -> NDArray[np.bool_]:
        """Tell which rows have numbers."""
        return self.status.equal(OK)

    @cached_property
    def front(self) -> Places:
        """Return the places of the front: workload by workload, each by its first objective."""
        signs = [-1.0 if objective.maximize else 1.0 for objective in self.sweep.spec.objectives]
        costs = np.stack([sign * column for sign, column in zip(signs, self.objectives.values(), strict=True)], axis=1)
        found = []
        for code in range(len(self.workloads.texts)):
            places = np.flatnonzero(self.ok & self.within & (self.workloads.codes == code))
            best = places[front(costs[places].astype(np.float64))]
            found.append(best[np.lexsort(costs[best].T[::-1])])
        return np.concatenate(found) if found else np.empty(0, dtype=np.intp)

    @cached_property
    def others(self) -> Places:
        """Return the places of all other rows with numbers."""
        return np.setdiff1d(np.flatnonzero(self.ok), self.front, assume_unique=True)

    @property
    def counts(self) -> dict[str, int]:
        """Return how many rows are what."""
        ok = int(self.ok.sum())
        within = int((self.ok & self.within).sum())
        failed, infeasible = (int(self.status.equal(status).sum()) for status in (FAILED, INFEASIBLE))
        return {"ok": within, "outside the constraints": ok - within, INFEASIBLE: infeasible, FAILED: failed}

    def common_rules(self, most: int) -> list[tuple[int, str]]:
        """Return the commonest rules that refused rows: how many, and one of them; they may differ in their numbers."""
        rules = Coded.of(self.sweep.table(["rule"])["rule"])
        alike: Counter[str] = Counter()
        first: dict[str, str] = {}
        for rule, count in zip(rules.texts, np.bincount(rules.codes, minlength=len(rules.texts)), strict=True):
            if rule:
                kind = re.sub(r"\d[\d,.]*", "#", rule)
                alike[kind] += int(count)
                first.setdefault(kind, rule)
        return [(count, first[kind]) for kind, count in alike.most_common(most)]

    @cached_property
    def numbers(self) -> list[str]:
        """Return the numbers that are shown, the objectives first."""
        return numbers_of(self.sweep.spec)

    def place_of(self, row: int) -> int:
        """Return where a row is, which must be there."""
        return int(np.searchsorted(self.rows, row))

    def table(self, places: Places) -> "pa.Table":
        """Return what is shown of some rows."""
        columns = ["row", "workload", "technology", "status", "rule", "within_constraints"]
        fields = [axis.field for axis in self.sweep.spec.axes]
        return self.sweep.table([*columns, *fields, *self.numbers]).take(places)


def numbers_of(spec: "Spec") -> list[str]:
    """Return the numbers that are shown of a sweep's rows, the objectives first."""
    objectives = [objective.name for objective in spec.objectives]
    return [*objectives, *(name for name in ALWAYS if name not in objectives)]
