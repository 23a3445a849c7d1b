"""Memories of many design points at once: those of each by itself."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.sram import MEASURED, build_memory
from costmodel.sram_columns import build_columns
from costmodel.technology import Kind, SramPoint, SramTable
from costmodel.technology_file import load_technology

TABLE = load_technology("45nm").sram
CAPACITIES = [int(8 * point.capacity_bytes) for point in TABLE.points]
MEMORIES = st.tuples(st.one_of(st.integers(1, 1 << 28), st.sampled_from(CAPACITIES)), st.integers(1, 1 << 18))
"""Capacity and width in bits."""


@given(st.lists(MEMORIES, min_size=1, max_size=8))
def test_columns_are_their_memories(memories: list[tuple[int, int]]) -> None:
    capacities, widths = (np.array(column) for column in zip(*memories, strict=True))
    assert_alike(capacities, widths, memories, TABLE)


def assert_alike(capacities: Any, widths: Any, memories: list[tuple[int, int]], table: SramTable) -> None:
    found = build_columns(capacities, widths, table)
    for number, memory in enumerate(memories):
        alone = build_memory(*memory, table)

        def at(column: Any) -> Any:
            return np.broadcast_to(column, len(memories))[number]  # noqa: B023

        assert (at(found.macros), at(found.macro_bits)) == (alone.macros, alone.macro_bits)
        assert at(found.macro_writes(512)) == alone.macro_writes(512)
        for name in MEASURED:
            value = at(getattr(found.largest, name))
            assert value == pytest.approx(getattr(alone.largest, name), rel=1e-14), name
        assert at(found.area_um2) == pytest.approx(alone.area_um2, rel=1e-14)
        assert at(found.leakage_mw) == pytest.approx(alone.leakage_mw, rel=1e-14)


def test_one_of_both_may_be_a_number() -> None:
    assert_alike(1 << 20, np.array([64, 500]), [(1 << 20, 64), (1 << 20, 500)], TABLE)
    assert_alike(np.array([1 << 20, 999]), 64, [(1 << 20, 64), (999, 64)], TABLE)


def test_a_table_of_one_macro_is_its_banks() -> None:
    only = SramPoint(1024, 64, 1.5, 2.5, 0.25, 0.125, 1.0, 1.0)
    table = SramTable((only,), None, None, Kind.PUBLISHED, "by hand")
    memories = [(8 * 1024 * count, 64) for count in (1, 2, 3)] + [(100, 64), (9000, 200)]
    capacities, widths = (np.array(column) for column in zip(*memories, strict=True))
    assert_alike(capacities, widths, memories, table)
