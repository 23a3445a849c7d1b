"""The errors that a user can cause, and the one form their messages take."""

from collections.abc import Iterable
from pathlib import Path

_LONGEST_VALUE = 80
_LONGEST_MESSAGE = 1000


class InputError(ValueError):
    """Report input that breaks a rule, in one line: field, rule, actual value, file."""

    def __init__(self, message: str) -> None:
        # Names out of a file may hold line breaks, or be very long.
        super().__init__(_cut(" ".join(message.split()), _LONGEST_MESSAGE))


def problem(field: str, rule: str, value: object = None) -> str:
    """Return ``field rule, not value``; the value is left out where it says nothing."""
    return f"{field} {rule}" if value is None else f"{field} {rule}, not {shown(value)}"


def shown(value: object) -> str:
    """Return a value as a message shows it: its repr on one line, cut to a readable length."""
    try:
        text = " ".join(repr(value).split())
    except ValueError:
        # Python does not print integers of thousands of digits.
        text = "a number of thousands of digits"
    return _cut(text, _LONGEST_VALUE)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 3]}..."


def input_error(problems: Iterable[str], file: str | Path | None = None) -> InputError:
    """Join all the problems of one file into one error of one line."""
    where = "" if file is None else f" ({file})"
    return InputError("; ".join(problems) + where)
