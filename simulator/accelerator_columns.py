"""Accelerators of one structure as one, whose sizes are columns: which fields of a file are sizes, and where they go.

All that is no size decides the structure: which arrays there are, of what kind, dataflow, lanes and accumulators, the
width of the port, and what else there is. Accelerators of one structure run the same program.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any, TypeVar

from simulator.accelerator import Accelerator
from simulator.accelerator_file import (
    HZ_PER_MHZ,
    KIB_BITS,
    AcceleratorModel,
    ArrayModel,
    CapacityModel,
    DramModel,
    MacModel,
    PortModel,
    VectorUnitModel,
)
from simulator.columns import Integers, is_column
from workloads.model_file import FileModel
from workloads.operations import VectorFunction

Put = Callable[[Accelerator, Any, list[str]], Accelerator]


@dataclass(frozen=True)
class Size:
    """A field of an accelerator file that is a size: its range, and how an accelerator takes it."""

    field: str
    least: int
    most: int
    put: Put


def _frequency(accelerator: Accelerator, value: Any, _: list[str]) -> Accelerator:
    return replace(accelerator, frequency_hz=value * HZ_PER_MHZ)


def _array(accelerator: Accelerator, value: Any, keys: list[str]) -> Accelerator:
    _, name, size = keys
    resized = replace(accelerator.arrays[name], **{size: value})
    return replace(accelerator, arrays={**accelerator.arrays, name: resized})


def _scratchpad(accelerator: Accelerator, value: Any, keys: list[str]) -> Accelerator:
    return replace(accelerator, **{f"scratchpad_{keys[1]}_bits": value * _unit_bits(keys)})


def _global_buffer(accelerator: Accelerator, value: Any, keys: list[str]) -> Accelerator:
    return replace(accelerator, global_buffer_bits=value * _unit_bits(keys))


def _unit_bits(keys: list[str]) -> int:
    return KIB_BITS if keys[-1] == "capacity_kib" else 1


def _part(accelerator: Accelerator, value: Any, keys: list[str]) -> Accelerator:
    """Set a number of the port, the vector unit or DRAM."""
    part, size = keys
    changed: Any = replace(getattr(accelerator, part), **{size: value})
    return replace(accelerator, **{part: changed})


def _cycles(accelerator: Accelerator, value: Any, keys: list[str]) -> Accelerator:
    unit = accelerator.vector_unit
    cycles = {**(unit.cycles_per_element if unit else {}), VectorFunction(keys[-1]): value}
    return _part(accelerator, cycles, keys[:-1])


_SIZES: tuple[tuple[str, type[FileModel], Put], ...] = (
    (r"frequency_mhz", AcceleratorModel, _frequency),
    (r"arrays\.\w+\.(rows|cols|result_tiles|accumulator_rows)", ArrayModel, _array),
    (r"arrays\.\w+\.pipeline_cycles", MacModel, _array),
    (r"scratchpads\.[ab]\.capacity_(bits|kib)", CapacityModel, _scratchpad),
    (r"port\.latency_cycles", PortModel, _part),
    (r"global_buffer\.capacity_(bits|kib)", CapacityModel, _global_buffer),
    (r"vector_unit\.lanes", VectorUnitModel, _part),
    (rf"vector_unit\.cycles_per_element\.({'|'.join(VectorFunction)})", VectorUnitModel, _cycles),
    (r"dram\.bits_per_cycle", DramModel, _part),
)


@cache
def size_of(field: str) -> Size | None:
    """Return the size of that dotted name; None if the field decides the structure, or there is none."""
    for pattern, model, put in _SIZES:
        if re.fullmatch(pattern, field):
            return Size(field, *_range(model, field.split(".")), put)
    return None


def _range(model: type[FileModel], keys: list[str]) -> tuple[int, int]:
    """Return what the file's model allows."""
    properties = model.model_json_schema()["properties"]
    entry = properties["cycles_per_element"]["additionalProperties"] if len(keys) == 3 and keys[1] == (
        "cycles_per_element"
    ) else properties[keys[-1]]  # fmt: skip
    (number,) = (kind for kind in entry.get("anyOf", [entry]) if kind["type"] == "integer")
    return number["minimum"], number["maximum"]


def with_sizes(accelerator: Accelerator, columns: Mapping[str, Integers]) -> Accelerator:
    """Return an accelerator with columns in the place of sizes; the fields must be sizes and within their ranges."""
    for field, column in columns.items():
        size = size_of(field)
        assert size is not None, f"{field} is no size"
        accelerator = size.put(accelerator, column, field.split("."))
    return accelerator


Part = TypeVar("Part")


def point(part: Part, index: int) -> Part:
    """Return one design point of an accelerator with columns, or of a part of one."""
    taken: Any = part
    if is_column(taken):
        taken = int(taken[index])
    elif isinstance(taken, Mapping):
        taken = {key: point(value, index) for key, value in taken.items()}
    elif is_dataclass(taken):
        taken = replace(taken, **{f.name: point(getattr(taken, f.name), index) for f in fields(taken)})  # type: ignore[type-var]
    return taken  # type: ignore[no-any-return]
