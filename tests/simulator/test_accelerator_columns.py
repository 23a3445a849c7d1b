"""Sizes of accelerator files as columns."""

from typing import Any

import numpy as np
import pytest

from simulator.accelerator_columns import point, size_of, with_sizes
from simulator.accelerator_file import accelerator_path, parse_accelerator
from workloads.errors import InputError
from workloads.model_file import read_toml

SIZES = [
    "frequency_mhz",
    *(f"arrays.{name}.{size}" for name in ("xnor", "mac") for size in ("rows", "cols", "result_tiles")),
    "arrays.mac.pipeline_cycles",
    *(f"scratchpads.{side}.capacity_{unit}" for side in "ab" for unit in ("kib", "bits")),
    "port.latency_cycles",
    "global_buffer.capacity_kib",
    "global_buffer.capacity_bits",
    "vector_unit.lanes",
    "vector_unit.cycles_per_element.softmax",
    "dram.bits_per_cycle",
]
STRUCTURE = [
    "name", "schema_version", "or_pool", "arrays.xnor.lanes", "arrays.xnor.accumulator_bits", "arrays.xnor.dataflow",
    "arrays.xnor.kind", "arrays.mac.element", "port.width_bits", "vector_unit.clock_gating", "frequency_hz",
    "vector_unit.cycles_per_element.frobnicate", "rows", "arrays.xnor.rows.more",
]  # fmt: skip


def data_with(field: str, value: object) -> dict[str, Any]:
    """Return xnor-int8's file with one field of its own."""
    data = read_toml(accelerator_path("xnor-int8"))
    *path, key = field.split(".")
    table = data
    for part in path:
        table = table.setdefault(part, {})
    if key.startswith("capacity_"):
        table.clear()
    table[key] = value
    return data


@pytest.mark.parametrize("field", SIZES)
def test_a_size_has_the_range_of_its_file(field: str) -> None:
    size = size_of(field)
    assert size is not None
    for value in (size.least, size.most):
        parse_accelerator(data_with(field, value))
    for value in (size.least - 1, size.most + 1):
        with pytest.raises(InputError, match=f"{field} must be"):
            parse_accelerator(data_with(field, value))


@pytest.mark.parametrize("field", SIZES)
def test_a_column_is_what_the_file_says_at_every_point(field: str) -> None:
    size = size_of(field)
    assert size is not None
    values = [size.least, size.least + 1, size.most]
    base = parse_accelerator(data_with(field, size.least))
    together = with_sizes(base, {field: np.array(values)})
    assert [point(together, index) for index in range(3)] == [
        parse_accelerator(data_with(field, value)) for value in values
    ]


@pytest.mark.parametrize("field", STRUCTURE)
def test_what_decides_the_structure_is_no_size(field: str) -> None:
    assert size_of(field) is None
