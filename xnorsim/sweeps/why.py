"""Why a design of a sweep is as it is: how its objectives move with each axis, and what bounds its layers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from costmodel.technology import Technology
from simulator.accelerator_file import parse_accelerator
from simulator.columns import Flags
from simulator.engines import Engine
from simulator.run import Run, simulate
from workloads.trace import Trace
from xnorsim.sweeps.evaluate import OK, Evaluator
from xnorsim.sweeps.spec import Axis, Derived, Spec, Value
from xnorsim.sweeps.spread import spread

MOST_VALUES = 41
"""Values of one axis that are tried: of more, so many that lie evenly, and the design's own."""
Design = Mapping[str, Value]
"""Field -> value, of all axes of a sweep."""


@dataclass(frozen=True)
class Move:
    """The objectives of designs that differ from one in an axis, and in what follows it.

    ``place`` is the design's own among the values. One that is refused has a rule, and its objectives say nothing.
    """

    axis: str
    values: tuple[Value, ...]
    place: int
    objectives: Mapping[str, list[float]]
    rules: Sequence[str]

    def change(self, objective: str, place: int) -> float | None:
        """Return by which share an objective is larger than at the design; None where that says nothing."""
        own, other = (self.objectives[objective][at] for at in (self.place, place))
        return None if self.rules[place] or not own else other / own - 1

    def take(self, places: Sequence[int]) -> "Move":
        """Return some of the values; the design's own must be one of them."""
        return Move(
            self.axis,
            tuple(self.values[place] for place in places),
            places.index(self.place),
            {name: [numbers[place] for place in places] for name, numbers in self.objectives.items()},
            [self.rules[place] for place in places],
        )


def moves(
    spec: Spec, trace: Trace, base: Mapping[str, Any], technology: Technology, designs: Sequence[Design]
) -> list[list[Move]]:  # fmt: skip
    """Return for each design how it moves along each axis, evaluated anew: no other row of the sweep is needed."""
    tried = [(axis, *_values(axis, design[axis.field])) for design in designs for axis in spec.own_axes]
    points = [
        _moved(spec, design, axis, value)
        for design, of_design in zip(designs, _parts(tried, len(spec.own_axes)), strict=True)
        for axis, values, _ in of_design
        for value in values
    ]
    fields = [axis.field for axis in spec.axes]
    found = Evaluator(trace, base, technology)({field: [point[field] for point in points] for field in fields})
    bounds = np.cumsum([0, *(len(values) for _, values, _ in tried)]).tolist()
    every = [
        _move(spec, axis, values, place, {name: column[first:end] for name, column in found.items()})
        for (axis, values, place), first, end in zip(tried, bounds, bounds[1:], strict=False)
    ]
    return list(_parts(every, len(spec.own_axes)))


def run_of(trace: Trace, accelerator: Mapping[str, Any]) -> Run:
    """Run a network on the accelerator of a file's data: for its layers."""
    return simulate(trace, parse_accelerator(accelerator), engine=Engine.CLOSED_FORM)


def _values(axis: Axis, own: Value) -> tuple[tuple[Value, ...], int]:
    """Return the values of an axis that are tried, and the place of the design's own."""
    own_place = axis.values.index(own)
    places = spread(len(axis.values), MOST_VALUES, own_place)
    return tuple(axis.values[place] for place in places), places.index(own_place)


def _moved(spec: Spec, design: Design, axis: Axis, value: Value) -> dict[str, Value]:
    """Return a design with another value of an axis, and of all that follows it."""
    point = {**design, axis.field: value}
    for other in spec.axes:
        if isinstance(other, Derived) and other.same_as == axis.field:
            (point[other.field],) = other.of((value,))
    return point


def _move(
    spec: Spec, axis: Axis, values: tuple[Value, ...], place: int, found: Mapping[str, Any]
) -> Move:  # fmt: skip
    refused: Flags = found["status"] != OK
    rules = np.where(refused, found["rule"], "").tolist()
    objectives = {objective.name: found[objective.name].astype(float).tolist() for objective in spec.objectives}
    return Move(axis.field, values, place, objectives, rules)


def _parts(items: Sequence[Any], size: int) -> Iterator[Any]:
    """Yield so many items after one another, together."""
    for first in range(0, len(items), size):
        yield items[first : first + size]
