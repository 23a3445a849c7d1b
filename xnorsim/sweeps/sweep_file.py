"""The sweep file (TOML)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, Tag, field_validator, model_validator

from workloads.errors import input_error, problem, shown
from workloads.model_file import FileModel, check_version, kind_by, read_toml, validate
from xnorsim.sweeps.numbers import of_nothing
from xnorsim.sweeps.spec import (
    Axis,
    Constraint,
    Derived,
    Objective,
    Sampler,
    Spec,
    Strategy,
    Value,
    Workload,
)

SCHEMA_VERSION = 1
MOST_VALUES = 65_536
"""Values of one axis."""
MOST_ROWS = 1_000_000_000
LARGEST = 1 << 62
_BATCH = 50
"""Points that an optimizer is asked for at a time, unless the file says otherwise: NSGA-II's population."""

Name = Annotated[str, Field(min_length=1, max_length=200)]
Whole = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]
Parameter = Whole | str | list[Whole]


class WorkloadModel(FileModel):
    """An entry of ``workloads`` with parameters."""

    name: Name
    parameters: dict[str, Parameter] = {}


class RangeModel(FileModel):
    """An axis of integers from the first to the last, both included where a step ends on it."""

    range: Annotated[list[Whole], Field(min_length=2, max_length=2)]
    step: Annotated[int, Field(ge=1)] = 1

    @property
    def values(self) -> tuple[Value, ...]:
        """Return the values, at most one more than an axis may have."""
        first, last = self.range
        return tuple(range(first, min(last, first + self.step * MOST_VALUES) + 1, self.step))


class PowersModel(FileModel):
    """An axis of powers of two from the first to the last, both included."""

    powers_of_two: Annotated[list[Annotated[int, Field(ge=1, le=LARGEST)]], Field(min_length=2, max_length=2)]

    @field_validator("powers_of_two")
    @classmethod
    def _powers(cls, ends: list[int]) -> list[int]:
        wrong = next((end for end in ends if end & (end - 1)), None)
        if wrong is not None:
            raise ValueError(f"must be powers of two, not {wrong}")
        return ends

    @property
    def values(self) -> tuple[Value, ...]:
        """Return the values."""
        first, last = (end.bit_length() - 1 for end in self.powers_of_two)
        return tuple(1 << power for power in range(first, last + 1))


class DerivedModel(FileModel):
    """A field that follows an axis."""

    same_as: Name
    times: Annotated[int, Field(ge=1, le=1 << 20)] = 1
    divided_by: Annotated[int, Field(ge=1, le=1 << 20)] = 1


class ConstraintModel(FileModel):
    """Bounds of a result."""

    at_most: float | None = None
    at_least: float | None = None

    @model_validator(mode="after")
    def _a_bound(self) -> Self:
        if self.at_most is None and self.at_least is None:
            raise ValueError("must have at_most or at_least, or both")
        if self.at_most is not None and self.at_least is not None and self.at_most < self.at_least:
            raise ValueError(f"must not have at_most {self.at_most} below at_least {self.at_least}")
        return self


class StrategyModel(FileModel):
    """``[strategy]``."""

    sampler: Literal["grid", "random", "qmc", "tpe", "nsga2"]
    seed: Annotated[int, Field(ge=0, lt=1 << 32)] | None = None
    points: Annotated[int, Field(ge=1, le=MOST_ROWS)] | None = None
    batch: Annotated[int, Field(ge=1, le=65_536)] | None = None

    @model_validator(mode="after")
    def _what_it_needs(self) -> Self:
        sampler = Sampler(self.sampler)
        needed = () if sampler is Sampler.GRID else ("seed", "points")
        known = (*needed, "batch") if sampler.learns else needed
        for name in ("seed", "points", "batch"):
            value = getattr(self, name)
            if value is None and name in needed:
                raise ValueError(f"must have {name} for {self.sampler}")
            if value is not None and name not in known:
                raise ValueError(f"must not have {name} for {self.sampler}")
        return self

    @property
    def strategy(self) -> Strategy:
        """Return the strategy."""
        sampler = Sampler(self.sampler)
        batch = (self.batch or _BATCH) if sampler.learns else 0
        return Strategy(sampler, self.seed or 0, self.points or 0, batch)


def _kind_of_axis(entry: Any) -> str | None:
    if isinstance(entry, list):
        return "list"
    # A table as it is read, or a model as it is written.
    has = entry.__contains__ if isinstance(entry, dict) else partial(hasattr, entry)
    return next((f"with {key}" for key in _AXIS_KEYS if has(key)), None)


_AXIS_KEYS = ("range", "powers_of_two", "same_as")
Scalar = Annotated[
    Annotated[bool, Tag("bool")]
    | Annotated[int, Tag("int")]
    | Annotated[float, Tag("float")]
    | Annotated[str, Tag("str")],
    kind_by(lambda value: type(value).__name__, "must be a boolean, an integer, a number or a string"),
]
AxisModel = Annotated[
    Annotated[list[Scalar], Tag("list")]
    | Annotated[RangeModel, Tag("with range")]
    | Annotated[PowersModel, Tag("with powers_of_two")]
    | Annotated[DerivedModel, Tag("with same_as")],
    kind_by(_kind_of_axis, f"must be a list, or a table with one of {', '.join(_AXIS_KEYS)}"),
]


class SweepModel(FileModel):
    """A sweep file."""

    schema_version: Literal[1]
    workloads: Annotated[list[Name | WorkloadModel], Field(min_length=1, max_length=1000)]
    accelerator: Name
    technologies: Annotated[list[Name], Field(min_length=1, max_length=1000)]
    verify: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    axes: Annotated[dict[str, AxisModel], Field(min_length=1)]
    constraints: dict[str, ConstraintModel] = {}
    objectives: Annotated[dict[str, Literal["minimize", "maximize"]], Field(min_length=1)]
    strategy: StrategyModel


def read_sweep(path: Path) -> Spec:
    """Read a sweep file.

    Errors: InputError naming file, field, rule and value.
    """
    return parse_sweep(read_toml(path), path.absolute().parent, path)


def parse_sweep(data: Mapping[str, Any], folder: Path, file: Path | None = None) -> Spec:
    """Return the sweep that a file's data describe; names of files in it are relative to the folder.

    Errors: InputError naming file, field, rule and value.
    """
    check_version(data, SCHEMA_VERSION, file or "the sweep")
    model = validate(SweepModel, data, file)
    problems = [*_axis_problems(model), *_result_problems(model)]
    if problems:
        raise input_error(problems, file)
    spec = Spec(
        workloads=tuple(_workload(entry) for entry in model.workloads),
        accelerator=model.accelerator,
        technologies=tuple(model.technologies),
        axes=tuple(_axis(field, entry) for field, entry in model.axes.items()),
        constraints=tuple(Constraint(name, c.at_most, c.at_least) for name, c in model.constraints.items()),
        objectives=tuple(Objective(name, way == "maximize") for name, way in model.objectives.items()),
        strategy=model.strategy.strategy,
        verify=model.verify,
        folder=folder,
        data=model.model_dump(exclude_unset=True),
        file=file,
    )
    problems = _spec_problems(spec)
    if problems:
        raise input_error(problems, file)
    return spec


def _workload(entry: str | WorkloadModel) -> Workload:
    return Workload(entry, {}) if isinstance(entry, str) else Workload(entry.name, entry.parameters)


def _axis(field: str, entry: list[Any] | RangeModel | PowersModel | DerivedModel) -> Axis | Derived:
    if isinstance(entry, DerivedModel):
        return Derived(field, entry.same_as, entry.times, entry.divided_by)
    return Axis(field, tuple(entry) if isinstance(entry, list) else entry.values)


def _axis_problems(model: SweepModel) -> Iterable[str]:
    own = {field: axis for field, entry in model.axes.items() if isinstance(axis := _axis(field, entry), Axis)}
    if not own:
        yield "axes must have one that is not same_as another"
    for field, axis in own.items():
        yield from _value_problems(f"axes.{field}", axis.values)
    for field, entry in model.axes.items():
        if not all(field.split(".")):
            yield problem("axes", "must be dotted names of fields", field)
        yield from (
            f"axes.{field} must not be within another axis, {o}" for o in model.axes if field.startswith(f"{o}.")
        )
        if isinstance(entry, DerivedModel):
            yield from _derived_problems(f"axes.{field}", entry, own)


def _value_problems(path: str, values: tuple[Value, ...]) -> Iterable[str]:
    if not 1 <= len(values) <= MOST_VALUES:
        yield f"{path} must have 1 to {MOST_VALUES} values, not {'more' if values else 'none'}"
    elif len({type(value) for value in values}) > 1:
        yield f"{path} must have values of one type, not {shown(list(values))}"
    elif len(set(values)) < len(values):
        twice = next(value for value, count in Counter(values).items() if count > 1)
        yield f"{path} must have each value once, not {shown(twice)} twice"


def _derived_problems(path: str, entry: DerivedModel, own: Mapping[str, Axis]) -> Iterable[str]:
    axis = own.get(entry.same_as)
    if axis is None:
        yield problem(f"{path}.same_as", "must be an axis with values of its own", entry.same_as)
    elif entry.times != 1 or entry.divided_by != 1:
        numbers = [value for value in axis.values if isinstance(value, int) and not isinstance(value, bool)]
        if len(numbers) < len(axis.values):
            yield f"{path} must be same_as an axis of integers to be multiplied or divided"
        wrong = next((n for n in numbers if n * entry.times % entry.divided_by or abs(n * entry.times) > LARGEST), None)
        if wrong is not None:
            yield f"{path} must be an integer of 63 bits, not {wrong} * {entry.times} / {entry.divided_by}"


def _result_problems(model: SweepModel) -> Iterable[str]:
    known = of_nothing(())
    for table, names in (("constraints", model.constraints), ("objectives", model.objectives)):
        for name in names:
            if name not in known:
                yield problem(f"{table}.{name}", f"must be a number of the results ({', '.join(known)})", name)


def _spec_problems(spec: Spec) -> list[str]:
    """Return what is wrong with the whole."""
    problems = []
    for field, names in (
        ("workloads", [workload.label for workload in spec.workloads]), ("technologies", spec.technologies)
    ):  # fmt: skip
        twice = [name for name, count in Counter(names).items() if count > 1]
        problems += [problem(field, "must be named once each", name) for name in twice]
    pairs = len(spec.workloads) * len(spec.technologies)
    if spec.strategy.sampler.learns and pairs > 1:
        problems.append(f"strategy.sampler {spec.strategy.sampler} takes one workload and one technology, not {pairs}")
    rows = spec.rows
    if rows > MOST_ROWS:
        problems.append(f"axes must give at most {MOST_ROWS:,} rows, not {rows:,}")
    return problems
