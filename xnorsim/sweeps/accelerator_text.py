"""The text of a row's accelerator file."""

from collections.abc import Mapping
from typing import Any

_LONGEST_NAME = 80
"""Letters of the base's name that are kept: a file's name has at most 100."""


def text_of(data: Mapping[str, Any], row: int | str) -> str:
    """Return the file (TOML) of a row's data: its name and description are the base's no longer, but the row's."""
    import tomli_w

    name = data["name"][:_LONGEST_NAME]
    return tomli_w.dumps({**data, "name": f"{name}-row-{row}", "description": f"row {row} of a sweep over {name}"})


def literal(value: object) -> str:
    """Return a value as it stands behind the equals sign."""
    import tomli_w

    return tomli_w.dumps({"x": value}).removeprefix("x = ").rstrip("\n")


def value_text(value: object) -> str:
    """Return a value of a field as a person reads it: as in a file, without quotes."""
    return str(value).lower() if isinstance(value, bool) else str(value)
