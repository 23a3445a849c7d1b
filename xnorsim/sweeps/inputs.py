"""What a sweep is made of, read: the networks, the base accelerator, the technologies."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Any, Self

from costmodel.technology import Technology
from costmodel.technology_file import load_technology, technology_names
from simulator.accelerator_columns import size_of
from simulator.accelerator_file import accelerator_path, parse_accelerator, preset_names
from workloads.digest import digest
from workloads.errors import InputError, input_error
from workloads.model_file import read_toml
from workloads.networks import NETWORKS, load_trace
from workloads.trace import Trace
from xnorsim.sweeps.design_points import DesignPoints
from xnorsim.sweeps.space import Space
from xnorsim.sweeps.spec import Spec


@dataclass(frozen=True)
class Inputs:
    """The traces by the labels of their workloads, the technologies by name, and the data of the base's file."""

    traces: Mapping[str, Trace]
    technologies: Mapping[str, Technology]
    base: Mapping[str, Any]

    @classmethod
    def of(cls, spec: Spec) -> Self:
        """Read the inputs of a sweep, and see that its axes are fields of the base with values that these take.

        Errors: InputError naming file, field, rule and value.
        """
        traces = {
            workload.label: load_trace(_path(workload.name, NETWORKS, spec.folder), workload.parameters)
            for workload in spec.workloads
        }
        technologies = {
            name: load_technology(_path(name, technology_names(), spec.folder)) for name in spec.technologies
        }
        base = read_toml(accelerator_path(_path(spec.accelerator, preset_names(), spec.folder)))
        check_axes(spec, base)
        return cls(traces, technologies, base)

    def hashes(self) -> dict[str, dict[str, str]]:
        """Return hashes of all that is read from elsewhere, apart from the base."""
        return {
            "workloads": {label: digest(trace) for label, trace in self.traces.items()},
            # Where it was read from is no part of it.
            "technologies": {
                name: hashlib.sha256(repr(replace(technology, file="")).encode()).hexdigest()
                for name, technology in self.technologies.items()
            },
        }


def _path(name: str, known: Iterable[str], folder: Path) -> str | Path:
    """Return a name that comes with the program as it is, and any other as a path beside the sweep file.

    A path that is not there stays as it was written, for the message.
    """
    path = folder / name
    return path if name not in known and path.is_file() else name


def check_axes(spec: Spec, base: Mapping[str, Any]) -> None:
    """Refuse axes over fields that the base cannot have, or with values that they do not take.

    Each axis is tried by itself, the others at their first values: what rules say of several fields together decides
    about rows.
    Errors: InputError naming field, rule and value.
    """
    sources = Space.of(spec).sources
    problems = [text for field in sources for text in _in_no_table(base, field)]
    if not problems:
        first = {field: values[0] for field, (_, values) in sources.items()}
        found = (_problem(base, first, field, values) for field, (_, values) in sources.items())
        problems = [text for text in found if text is not None]
    if problems:
        raise input_error([f"axes.{text}" for text in problems], spec.file)


def _in_no_table(base: Mapping[str, Any], field: str) -> Iterator[str]:
    """Yield what is wrong if a field lies in something of the base that is no table."""
    *parents, _ = accumulate(field.split("."), lambda path, key: f"{path}.{key}")
    wrong = next((parent for parent in parents if not isinstance(_entry(base, parent), Mapping | None)), None)
    if wrong is not None:
        yield f"{field} is not a known key: {wrong} is no table"


def _problem(base: Mapping[str, Any], first: Mapping[str, Any], field: str, values: Any) -> str | None:
    """Return what is wrong with an axis by itself."""
    table = field.rpartition(".")[0]
    # The range of a size has no holes.
    tried = [values.min(), values.max()] if size_of(field) and values.dtype.kind == "i" else values
    for value in tried:
        points = DesignPoints.of(base, {name: [one] for name, one in {**first, field: value}.items()})
        try:
            parse_accelerator(points.file_of(0))
        except InputError as error:
            for problem in str(error).split("; "):
                name, _, rule = problem.partition(" ")
                if name == field:
                    return problem
                if rule == "is required" and name.startswith(f"{table}.") and _entry(base, table) is None:
                    return f"{field} is not a field of the base, which has no {table}"
    return None


def _entry(data: Any, path: str) -> Any:
    """Return what stands under a dotted name, None if nothing does."""
    for key in path.split("."):
        data = data.get(key) if isinstance(data, Mapping) else None
    return data
