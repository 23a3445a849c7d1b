"""The errors that a user can cause, and the one form their messages take."""

from collections.abc import Iterable
from pathlib import Path


class InputError(ValueError):
    """Report input that breaks a rule, in one line: field, rule, actual value, file."""


def problem(field: str, rule: str, value: object = None) -> str:
    """Return ``field rule, not value``; the value is left out where it says nothing."""
    return f"{field} {rule}" if value is None else f"{field} {rule}, not {shown(value)}"


def shown(value: object) -> str:
    """Return a value as a message shows it: its repr on one line, cut to a readable length."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 80 else f"{text[:77]}..."


def input_error(problems: Iterable[str], file: str | Path | None = None) -> InputError:
    """Join all the problems of one file into one error of one line."""
    where = "" if file is None else f" ({file})"
    return InputError("; ".join(problems) + where)
