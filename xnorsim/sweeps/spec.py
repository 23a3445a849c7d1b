"""What a sweep is: workloads, a base accelerator, axes over its fields, technologies, constraints, objectives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf, prod
from pathlib import Path
from typing import Any

from numpy import maximum

from workloads.builtin import Given

Value = bool | int | float | str


@dataclass(frozen=True)
class Workload:
    """A built-in network with parameters, or a trace file."""

    name: str
    parameters: Mapping[str, Given]

    @property
    def label(self) -> str:
        """Return what the rows of the workload are called."""
        return " ".join([self.name, *(f"{name}={_text(value)}" for name, value in self.parameters.items())])


def _text(value: Given) -> str:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


@dataclass(frozen=True)
class Axis:
    """A field of the accelerator's file, by dotted name, and the values that it takes."""

    field: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Derived:
    """A field that follows an axis: its value times ``times`` divided by ``divided_by``."""

    field: str
    same_as: str
    times: int = 1
    divided_by: int = 1

    def of(self, values: tuple[Value, ...]) -> tuple[Value, ...]:
        """Return the values that belong to those of the axis."""
        if self.times == self.divided_by:
            return values
        return tuple(int(value) * self.times // self.divided_by for value in values)


@dataclass(frozen=True)
class Constraint:
    """Bounds of a number of the results; the rows that are out of them stay, and are marked."""

    name: str
    at_most: float | None
    at_least: float | None

    def violation(self, numbers: Any) -> Any:
        """Return by how much a number, or a column of them, is out of bounds; 0 or less where it is within."""
        over = -inf if self.at_most is None else numbers - self.at_most
        under = -inf if self.at_least is None else self.at_least - numbers
        return maximum(over, under)


@dataclass(frozen=True)
class Objective:
    """A number of the results, and which way is better."""

    name: str
    maximize: bool


class Sampler(StrEnum):
    """Where the points come from."""

    GRID = "grid"
    RANDOM = "random"
    QMC = "qmc"
    TPE = "tpe"
    NSGA2 = "nsga2"

    @property
    def learns(self) -> bool:
        """Tell whether the points depend on what was found at the ones before."""
        return self in (Sampler.TPE, Sampler.NSGA2)


@dataclass(frozen=True)
class Strategy:
    """A sampler, its seed, its budget of points, and how many it is asked for at a time; a grid has a sampler only."""

    sampler: Sampler
    seed: int = 0
    points: int = 0
    batch: int = 0


@dataclass(frozen=True)
class Spec:
    """A sweep; names of files are relative to ``folder``, and ``data`` is what the file holds."""

    workloads: tuple[Workload, ...]
    accelerator: str
    technologies: tuple[str, ...]
    axes: tuple[Axis | Derived, ...]
    constraints: tuple[Constraint, ...]
    objectives: tuple[Objective, ...]
    strategy: Strategy
    verify: int
    folder: Path
    data: Mapping[str, Any]
    file: Path | None = field(default=None, compare=False)

    @property
    def own_axes(self) -> tuple[Axis, ...]:
        """Return the axes with values of their own."""
        return tuple(axis for axis in self.axes if isinstance(axis, Axis))

    @property
    def points(self) -> int:
        """Return how many points each workload has on each technology."""
        grid = self.strategy.sampler is Sampler.GRID
        return prod(len(axis.values) for axis in self.own_axes) if grid else self.strategy.points

    @property
    def rows(self) -> int:
        """Return how many rows there are."""
        return len(self.workloads) * len(self.technologies) * self.points
