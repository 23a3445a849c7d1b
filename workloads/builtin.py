"""What a built-in network is: a name, parameters with defaults, and the function that makes its trace."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import index
from pathlib import Path
from typing import Any

from workloads.errors import InputError, problem
from workloads.trace import Trace

Value = int | str | tuple[int, ...]
Given = int | str | Sequence[int]


@dataclass(frozen=True)
class Parameter:
    """A parameter of a built-in network, set by ``-p name=value``; a list if its default is one: ``name=2,2,2``."""

    name: str
    default: Value
    minimum: int
    maximum: int
    meaning: str

    @property
    def is_list(self) -> bool:
        """Tell whether the parameter takes a list of integers."""
        return isinstance(self.default, tuple)

    @property
    def usage(self) -> tuple[str, str]:
        """Return how the parameter is given; and what it means, its range and its default."""
        form, span = ("N,N,...", "each ") if self.is_list else ("N", "")
        default = _text(self.default)
        return (
            f"-p {self.name}={form}",
            f"{self.meaning} ({span}{self.minimum} to {self.maximum}, default {default})",
        )

    def value(self, given: Given) -> Value | None:
        """Return the value that was given, or None if it breaks the rule."""
        parts = given.split(",") if isinstance(given, str) else given if isinstance(given, Sequence) else [given]
        try:
            numbers = tuple(_integer(part) if isinstance(part, str) else index(part) for part in parts)
        except (TypeError, ValueError):
            return None
        if not all(self.minimum <= number <= self.maximum for number in numbers):
            return None
        if self.is_list:
            return numbers or None
        return numbers[0] if len(numbers) == 1 else None

    @property
    def rule(self) -> str:
        """Return what a value must be."""
        span = f"from {self.minimum} to {self.maximum}"
        return f"must be integers {span}, separated by commas" if self.is_list else f"must be an integer {span}"


@dataclass(frozen=True)
class Choice:
    """A parameter that is one of a few words."""

    name: str
    default: str
    choices: tuple[str, ...]
    meaning: str

    @property
    def usage(self) -> tuple[str, str]:
        """Return how the parameter is given; and what it means and its default."""
        return f"-p {self.name}={'|'.join(self.choices)}", f"{self.meaning} (default {self.default})"

    def value(self, given: Given) -> Value | None:
        """Return the value that was given, or None if it breaks the rule."""
        return given if isinstance(given, str) and given in self.choices else None

    @property
    def rule(self) -> str:
        """Return what a value must be."""
        return f"must be {' or '.join(self.choices)}"


def _text(value: Value) -> str:
    """Return a value as the option has it."""
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _integer(text: str) -> int:
    """Return a number written in digits; int() alone would take 1_000 and the digits of every script."""
    if re.fullmatch(r"\s*-?[0-9]{1,9}\s*", text) is None:
        raise ValueError(text)
    return int(text)


@dataclass(frozen=True)
class Network:
    """A built-in network; ``file`` is the trace that it is read from, None where it is generated."""

    name: str
    summary: str
    parameters: tuple[Parameter | Choice, ...]
    build: Callable[[Mapping[str, Any]], Trace]
    file: Path | None = None

    def trace(self, given: Mapping[str, Given]) -> Trace:
        """Return the network's trace with these parameters, the others at their defaults.

        Errors: InputError naming network, parameter, rule and value.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        values = {parameter.name: parameter.default for parameter in self.parameters}
        for name, text in given.items():
            if name not in known:
                raise InputError(problem(f"{self.name}: parameter", f"must be one of {', '.join(known)}", name))
            value = known[name].value(text)
            if value is None:
                raise InputError(problem(f"{self.name}: {name}", known[name].rule, text))
            values[name] = value
        shown = {name: _text(values[name]) for name in given}
        try:
            return replace(self.build(values), parameters=shown)
        except InputError as error:
            raise InputError(f"{self.name}: {error}") from None
