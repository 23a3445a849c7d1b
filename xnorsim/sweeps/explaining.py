"""The reasons of several designs of one sweep: what is read for them, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workloads.errors import InputError
from xnorsim.sweeps.evaluate import OK
from xnorsim.sweeps.inputs import Inputs
from xnorsim.sweeps.roofline import BoundLayer, Roof, bound_layers, roofs_of
from xnorsim.sweeps.why import Move, moves, run_of

if TYPE_CHECKING:
    from xnorsim.sweeps.directory import SweepDirectory

Row = Mapping[str, Any]
"""Name of a column -> value."""


@dataclass(frozen=True)
class Reasons:
    """Why a row is as it is: how its objectives move, what bounds its layers, under which roofs."""

    row: Row
    moves: Sequence[Move]
    layers: Sequence[BoundLayer]
    roofs: Sequence[Roof]


@dataclass(frozen=True)
class Explaining:
    """A sweep of which rows are explained."""

    sweep: "SweepDirectory"

    @cached_property
    def inputs(self) -> Inputs:
        """Return the networks and technologies of the sweep, read anew.

        Errors: InputError if one of them is another one now.
        """
        inputs = Inputs.of(self.sweep.spec)
        if inputs.hashes() != self.sweep.manifest.data["sha256"]:
            raise InputError(f"{self.sweep.path}: a workload or a technology has changed since the sweep was made")
        return inputs

    def reasons(self, rows: Sequence[Row]) -> list[Reasons]:
        """Return the reasons of rows, in their order.

        Errors: InputError if one of them has no numbers, with its rule.
        """
        for row in rows:
            if row["status"] != OK:
                raise InputError(f"row {row['row']} is {row['status']}: {row['rule']}")
        pairs: dict[tuple[str, str], list[Row]] = {}
        for row in rows:
            pairs.setdefault((row["workload"], row["technology"]), []).append(row)
        found = {reasons.row["row"]: reasons for pair, those in pairs.items() for reasons in self._of_pair(pair, those)}
        return [found[row["row"]] for row in rows]

    def _of_pair(self, pair: tuple[str, str], rows: Sequence[Row]) -> list[Reasons]:
        """Return the reasons of rows of one workload and technology."""
        trace, technology = self.inputs.traces[pair[0]], self.inputs.technologies[pair[1]]
        spec, base = self.sweep.spec, self.sweep.manifest.base
        designs = [{axis.field: row[axis.field] for axis in spec.axes} for row in rows]
        found = []
        for row, moved in zip(rows, moves(spec, trace, base, technology, designs), strict=True):
            self._check(row, moved)
            run = run_of(trace, self.sweep.accelerator(row["row"]))
            found.append(Reasons(row, moved, bound_layers(run), roofs_of(run)))
        return found

    def _check(self, row: Row, moved: Sequence[Move]) -> None:
        """See that the row's objectives are those that are found now.

        Errors: InputError if they are not.
        """
        for move in moved:
            for name, numbers in move.objectives.items():
                if numbers[move.place] != row[name]:
                    version = self.sweep.manifest.data["versions"]["xnorsim"]
                    found = f"{name} of row {row['row']} is {numbers[move.place]} now, not {row[name]}"
                    raise InputError(f"{self.sweep.path}: {found}: the sweep was made by another xnorsim ({version})")
