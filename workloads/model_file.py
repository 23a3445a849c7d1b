"""Files into pydantic models, with every problem of a file in one message."""

import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Discriminator, ValidationError

from workloads.errors import InputError, input_error, problem, shown

MAX_TOML_BYTES = 1 << 20


class FileModel(BaseModel):
    """The base of every file's model: unknown keys are errors and types are not converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


Model = TypeVar("Model", bound=FileModel)

# pydantic's words for a broken rule, in the words of our messages.
_RULES = {
    "missing": "is required",
    "extra_forbidden": "is not a known key",
    "greater_than_equal": "must be >= {ge}",
    "greater_than": "must be > {gt}",
    "less_than_equal": "must be <= {le}",
    "less_than": "must be < {lt}",
    "int_type": "must be an integer",
    "float_type": "must be a number",
    "string_type": "must be a string",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "union_tag_invalid": "must be one of {expected_tags}",
    "union_tag_not_found": "is required",
    "literal_error": "must be {expected}",
    "finite_number": "must be finite",
    "too_long": "must have at most {max_length} entries",
    "too_short": "must have at least {min_length} entries",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must have at least {min_length} characters",
}
_KIND = "kind"
_WITHOUT_VALUE = ("missing", "extra_forbidden", "union_tag_not_found")


def kind_by(of: Callable[[Any], str | None], rule: str) -> Discriminator:
    """Tell the kind of a value by a function, so that what is wrong with it is said of that kind only.

    The tags must be no keys of the value.
    """
    return Discriminator(of, _KIND, rule)


def validate(model: type[Model], data: object, file: str | Path | None) -> Model:
    """Return the data as that model.

    Errors: InputError naming the file, if there is one, and, for every problem, field, rule and value.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problems = [_describe(dict(detail), data) for detail in error.errors(include_url=False)]
    raise input_error(_closest_first(problems), file)


def _describe(detail: dict[str, Any], data: object) -> str:
    kind, context, value = detail["type"], detail.get("ctx", {}), detail["input"]
    keys = _keys(detail["loc"], data, missing=kind == "missing")
    if kind.startswith("union_tag"):
        # pydantic names the table whose kind is wrong; the field is the key that tells the kind.
        tag = context["discriminator"].strip("'")
        keys, value = [*keys, tag], value.get(tag)
    path = ".".join(keys) or "the file"
    if kind == "value_error":
        return f"{path} {context['error']}"
    own = detail["msg"] if kind == _KIND else f"is wrong ({detail['msg']})"
    rule = _RULES[kind].format(**context) if kind in _RULES else own
    return problem(path, rule, None if kind in _WITHOUT_VALUE else value)


def _keys(location: tuple[str | int, ...], data: Any, *, missing: bool) -> list[str]:
    """Return the keys that lead to a problem, without what pydantic adds: of a table of several kinds, its kind."""
    keys = []
    for number, part in enumerate(location):
        inside = part in data if isinstance(data, dict) else isinstance(data, list) and isinstance(part, int)
        if inside:
            data = data[part]
        elif not (missing and number == len(location) - 1):
            continue
        keys.append(str(part))
    return keys


def _closest_first(problems: Iterable[str]) -> list[str]:
    # An unknown key is mostly a misspelt one, and then explains the missing one beside it.
    return sorted(problems, key=lambda text: "is not a known key" not in text)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Errors: InputError if it cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(read_bounded(path, MAX_TOML_BYTES).decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: cannot be read as TOML: {reason(error)}") from error


def read_bounded(path: Path, limit_bytes: int) -> bytes:
    """Read a file that must not be larger than the limit.

    Errors: ValueError if it is larger; nothing beyond the limit is read.
    """
    with path.open("rb") as stream:
        content = stream.read(limit_bytes + 1)
    if len(content) > limit_bytes:
        raise ValueError(f"must have at most {limit_bytes} bytes")
    return content


def reason(error: Exception) -> str:
    """Return why an operation on a file failed, without the path that the message names already."""
    return error.strerror or str(error) if isinstance(error, OSError) else " ".join(str(error).split())


def check_version(data: object, known: int, file: str | Path) -> None:
    """Refuse a file of another schema version.

    Errors: InputError saying which version this program reads and what to do.
    """
    version = data.get("schema_version") if isinstance(data, dict) else None
    if version == known and type(version) is int:
        return
    if version is None:
        text = "schema_version is required"
    elif type(version) is int and version > known:
        text = f"schema_version {shown(version)} is newer than {known}, which this program reads: update xnorsim"
    else:
        text = problem("schema_version", f"must be {known}", version)
    raise input_error([text], file)
