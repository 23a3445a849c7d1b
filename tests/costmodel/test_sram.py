"""Memories: the table's points are kept exactly, and between them nothing falls as capacity grows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.sram import build_memory, interpolate
from costmodel.technology import Kind, SramPoint
from costmodel.technology_file import load_technology

TABLE = load_technology("45nm").sram
KIB = 8192
MIB = 1024 * KIB


def test_a_read_of_8_kib_and_64_bits_is_the_published_one() -> None:
    assert build_memory(8 * KIB, 64, TABLE).read_pj == 6.13702


@pytest.mark.parametrize("point", TABLE.points)
def test_every_point_of_the_table_is_reproduced_exactly(point: SramPoint) -> None:
    memory = build_memory(int(point.capacity_bytes * 8), point.width_bits, TABLE)
    assert memory.banks == ((1, point),)
    assert (memory.macros, memory.kind, memory.notes) == (1, Kind.COMPOSED, ())
    assert memory.read_pj == point.read_pj
    assert memory.write_pj(point.width_bits) == point.write_pj
    assert memory.leakage_mw == point.leakage_mw
    assert memory.area_um2 == point.area_mm2 * 1e6
    assert interpolate(TABLE.columns[point.width_bits], point.capacity_bytes) is point


def test_a_wide_memory_is_macros_side_by_side() -> None:
    # 128 KiB of 1536 bits: three macros of 512 bits. 2048/3 words each do not make whole words: 683 x 64 bytes.
    memory = build_memory(128 * KIB, 1536, TABLE)
    assert (memory.macros, memory.macro_bits, memory.largest.capacity_bytes) == (3, 512, 683 * 64)
    # 16 KiB of 1024 bits, a half of a scratchpad of xnor-16x16x64: two macros of 8 KiB and 512 bits.
    half = build_memory(16 * KIB, 1024, TABLE)
    assert (half.read_pj, half.write_pj(512), half.write_pj(1024)) == (2 * 31.896, 46.4716, 2 * 46.4716)
    assert half.area_um2 == pytest.approx(2 * 49229.2)
    assert half.kind is Kind.COMPOSED


def test_a_width_between_two_of_the_table_is_rounded_up() -> None:
    # 600 bits: two macros holding 300 bits each, charged as 512. 1024 words x 64 bytes: 64 KiB.
    memory = build_memory(1024 * 600, 600, TABLE)
    assert (memory.macros, memory.macro_bits) == (2, 300)
    assert memory.read_pj == 2 * 76.7312
    assert memory.write_pj(600) == 2 * 126.628
    assert memory.kind is Kind.SCALED
    assert memory.notes == ("300 bits of a word are charged as a macro of 512",)


def test_below_the_table_the_smallest_macro_is_charged() -> None:
    memory = build_memory(64, 64, TABLE)
    assert memory.read_pj == 3.38552
    assert memory.kind is Kind.SCALED
    assert memory.notes == ("8 bytes of 64 bits are charged as 4096, the table's smallest",)


def test_between_two_points_numbers_are_powers_of_the_capacity() -> None:
    # 12 KiB lies at log2(12 / 8) = 0.585 of the way from 8 to 16 KiB: 6.13702 x (11.6097 / 6.13702)^0.585 = 8.911.
    memory = build_memory(12 * KIB, 64, TABLE)
    assert memory.read_pj == pytest.approx(8.911, abs=5e-4)
    assert memory.notes == ("12288 bytes of 64 bits are interpolated",)


def test_above_the_table_an_access_opens_one_bank() -> None:
    memory = build_memory(2 * MIB + 512 * KIB, 64, TABLE)
    assert [(count, bank.capacity_bytes) for count, bank in memory.banks] == [(2, 1 << 20), (1, 1 << 19)]
    assert memory.read_pj == 93.5192
    assert memory.area_um2 == pytest.approx((2 * 3.26283 + 1.64463) * 1e6)
    assert memory.leakage_mw == pytest.approx(2 * 0.0249626 + 0.012496)
    assert memory.kind is Kind.COMPOSED


def test_a_write_of_more_than_a_word_is_several_writes() -> None:
    # A port word of 512 bits holds eight words of 64 bits.
    assert build_memory(8 * KIB, 64, TABLE).write_pj(512) == 8 * 7.87807
    # One of 8 bits still pays a whole word.
    assert build_memory(8 * KIB, 64, TABLE).write_pj(8) == 7.87807


def test_the_sub_banks_of_the_rtl_cost_about_the_same_energy() -> None:
    # docs/costs.md, section 5: 32 KiB of xnor-16x16x64 in 16 rows x 8 sub-banks of 64 bits.
    bank = build_memory(32 * KIB // 128, 64, TABLE)
    half = build_memory(16 * KIB, 1024, TABLE)
    assert (16 * bank.read_pj, half.read_pj) == pytest.approx((54.2, 63.8), abs=0.05)
    assert (8 * bank.write_pj(64), half.write_pj(512)) == pytest.approx((51.6, 46.5), abs=0.05)
    assert 128 * bank.area_um2 == pytest.approx(1.73e6, rel=0.005)


@given(st.integers(1, 4 * MIB), st.integers(0, MIB), st.sampled_from([1, 8, 64, 100, 512, 1024, 3000]))
def test_nothing_falls_as_capacity_grows(capacity_bits: int, more_bits: int, width_bits: int) -> None:
    small, large = (build_memory(bits, width_bits, TABLE) for bits in (capacity_bits, capacity_bits + more_bits))
    # The table itself rounds: leakage is given to six digits, and some of its widths repeat a point to that precision.
    slack = 1 + 1e-12
    assert small.read_pj <= large.read_pj * slack
    assert small.write_pj(width_bits) <= large.write_pj(width_bits) * slack
    assert small.area_um2 <= large.area_um2 * slack
    assert small.leakage_mw <= large.leakage_mw * slack


@given(st.integers(1, 4 * MIB), st.integers(1, 4096))
def test_a_memory_holds_what_it_is_asked_to_hold(capacity_bits: int, width_bits: int) -> None:
    memory = build_memory(capacity_bits, width_bits, TABLE)
    assert memory.macros * memory.macro_bits >= width_bits
    assert memory.largest.width_bits >= memory.macro_bits
    bytes_in_all = memory.macros * sum(count * bank.capacity_bytes for count, bank in memory.banks)
    assert bytes_in_all * 8 >= capacity_bits
    assert memory.macro_writes(width_bits) <= memory.macros
