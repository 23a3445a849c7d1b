"""The SRAM table (CSV): one macro a line, ``#`` before a comment."""

from itertools import product
from pathlib import Path
from typing import Annotated

from pydantic import Field

from costmodel.technology import SramPoint
from workloads.errors import InputError, input_error, problem
from workloads.model_file import FileModel, reason, validate

Positive = Annotated[float, Field(gt=0)]


class SramPointModel(FileModel):
    """One line of the table."""

    capacity_bytes: Annotated[int, Field(ge=1)]
    width_bits: Annotated[int, Field(ge=1)]
    read_pj: Positive
    write_pj: Positive
    leakage_mw: Positive
    area_mm2: Positive
    access_ns: Positive
    cycle_ns: Positive


class SramFileModel(FileModel):
    """All lines of the table, by their place in the file."""

    sram: dict[str, SramPointModel]


def read_sram_points(path: Path) -> tuple[SramPoint, ...]:
    """Read the macros of an SRAM table.

    Errors: InputError naming file, line, column, rule and value, or the shape that is missing or double.
    """
    model = validate(SramFileModel, {"sram": _lines(path)}, path)
    points = tuple(SramPoint(**entry.model_dump()) for entry in model.sram.values())
    problems = _holes(points)
    if problems:
        raise input_error(problems, path)
    return points


def _lines(path: Path) -> dict[str, dict[str, object]]:
    """Return the lines as column -> number, by ``line N``."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read as CSV: {reason(error)}") from error
    rows = [(number, line.split(",")) for number, line in enumerate(lines, 1) if line.strip() and line[0] != "#"]
    if len(rows) < 2:
        raise input_error(["sram must have a header and at least one line"], path)
    header = rows[0][1]
    for number, row in rows:
        if len(row) != len(header):
            raise input_error([problem(f"sram.line {number}", f"must have {len(header)} columns", len(row))], path)
    return {f"line {number}": dict(zip(header, map(_number, row), strict=True)) for number, row in rows[1:]}


def _number(text: str) -> int | float | str:
    """Return a cell's number; text stays text for the model to refuse."""
    for convert in (int, float):
        try:
            return convert(text)
        except ValueError:
            continue
    return text


def _holes(points: tuple[SramPoint, ...]) -> list[str]:
    """Return the shapes that are missing or double: interpolation needs each width at each capacity, once."""
    shapes = [(point.capacity_bytes, point.width_bits) for point in points]
    grid = product(sorted({shape[0] for shape in shapes}), sorted({shape[1] for shape in shapes}))
    return [
        problem(f"sram {capacity} bytes x {width} bits", "must be on exactly one line", shapes.count((capacity, width)))
        for capacity, width in grid
        if shapes.count((capacity, width)) != 1
    ]
