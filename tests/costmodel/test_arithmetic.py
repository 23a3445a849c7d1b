"""Prices of mac PEs, vector lanes and DRAM, worked by hand."""

from dataclasses import replace

import pytest

from costmodel.components import PricedComponent
from costmodel.technology import Kind
from costmodel.technology_file import load_technology
from simulator.accelerator import Array
from simulator.accelerator_file import load_accelerator
from tests.costmodel.doc_tables import BUSY, ELEMENTS, PRESET, every_kind, leakage_fj, mac_array, priced, total
from workloads.errors import InputError

TECHNOLOGY = load_technology("45nm")
EVERYTHING = priced(every_kind(), TECHNOLOGY)
CLOCK, DATA, AREA, LEAK = 7.94, 1.06, 5.98, 0.074
"""Of one flip-flop: fJ, fJ, um2, uW."""


def mac_pe(array: Array) -> PricedComponent:
    """Return the PE of an accelerator that has only that array."""
    return priced(replace(load_accelerator(PRESET), arrays={array.name: array}), TECHNOLOGY)[f"{array.name}.pe"]


def test_an_int8_pe_by_hand() -> None:
    pe = mac_pe(mac_array("int8", accumulator_bits=24))
    actions = ["clock", "multiply_accumulate", "pass_a", "pass_b", "capture", "shift", "shadow", "weight"]
    assert list(pe.actions) == actions
    # fJ: a multiplier, three quarters of a 32-bit adder, 24 bits written.
    add = [200, 100 * 24 / 32, 24 * DATA]
    assert [term.total * 1e3 for term in pe.energy_terms("multiply_accumulate")] == pytest.approx(add)
    # Two words of 8 bits, 5 flags, two sums of 24 bits: 69 flip-flops.
    assert total(pe.energy_terms("clock")) * 1e3 == pytest.approx(69 * CLOCK)
    assert total(pe.energy_terms("pass_a")) * 1e3 == pytest.approx((8 + 4) * DATA)
    assert total(pe.energy_terms("pass_b")) * 1e3 == pytest.approx((8 + 1) * DATA)
    assert total(pe.energy_terms("capture")) * 1e3 == pytest.approx(24 * DATA)
    assert total(pe.energy_terms("shift")) * 1e3 == pytest.approx(24 * DATA)
    assert total(pe.energy_terms("shadow")) == total(pe.energy_terms("weight")) == total(pe.energy_terms("pass_b"))
    assert [term.total for term in pe.area] == pytest.approx([282, 278 * 24 / 32, 69 * AREA])
    assert [term.total * 1e3 for term in pe.leakage] == pytest.approx([3.5528, 2.25 * 24 / 32, 69 * LEAK])


@pytest.mark.parametrize(
    ("element", "bits", "energies", "areas", "leakages"),
    [
        ("fp16", 16, (1100, 400), (1640, 1360), (20.661, 17.134)),
        ("fp16", 32, (1100, 900), (1640, 4184), (20.661, 53.1)),
        ("fp32", 32, (3700, 900), (7700, 4184), (120, 53.1)),
    ],
)
def test_a_float_pe_by_hand(
    element: str, bits: int, energies: tuple[float, ...], areas: tuple[float, ...], leakages: tuple[float, ...]
) -> None:
    pe = mac_pe(mac_array(element, bits))
    word_bits = int(element[2:])
    registers = 2 * word_bits + 5 + 2 * bits
    terms = pe.energy_terms("multiply_accumulate")
    assert [term.part for term in terms] == ["multiplier", "accumulator", "flip-flop data"]
    assert [term.total * 1e3 for term in terms] == pytest.approx([*energies, bits * DATA])
    assert total(pe.energy_terms("clock")) * 1e3 == pytest.approx(registers * CLOCK)
    assert total(pe.energy_terms("pass_a")) * 1e3 == pytest.approx((word_bits + 4) * DATA)
    assert [term.total for term in pe.area] == pytest.approx([*areas, registers * AREA])
    assert [term.total * 1e3 for term in pe.leakage] == pytest.approx([*leakages, registers * LEAK])


@pytest.mark.parametrize("element", ELEMENTS)
def test_a_pipeline_stage_is_clocked_and_written_in_every_busy_cycle(element: str) -> None:
    one, three = (mac_pe(mac_array(element, pipeline_cycles=cycles)) for cycles in (1, 3))
    # Two stages of a 32-bit product, a valid bit and three flags.
    assert three.component.register_bits - one.component.register_bits == 2 * 36
    more = {action: total(three.actions[action]) - total(one.actions[action]) for action in one.actions}
    assert more.pop("clock") * 1e3 == pytest.approx(2 * 36 * CLOCK)
    assert more.pop("multiply_accumulate") * 1e3 == pytest.approx(2 * 36 * DATA)
    assert set(more.values()) == {0}
    assert total(three.area) - total(one.area) == pytest.approx(2 * 36 * AREA)


def test_the_numbers_in_the_text_of_the_page() -> None:
    # docs/costs.md, section 6: one stage at 250 MHz, clock, data and leakage.
    one, two = (mac_pe(mac_array("fp32", pipeline_cycles=cycles)) for cycles in (1, 2))
    frequency_hz = load_accelerator(PRESET).frequency_hz
    clock = total(two.actions["clock"]) - total(one.actions["clock"])
    busy = sum(total(two.actions[action]) - total(one.actions[action]) for action in BUSY)
    leaked = leakage_fj(two, frequency_hz) - leakage_fj(one, frequency_hz)
    assert (clock * 1e3, (busy - clock) * 1e3, leaked) == pytest.approx((285.8, 38.2, 10.7), abs=0.05)
    assert busy * 1e3 + leaked == pytest.approx(334.7, abs=0.05)
    # Section 4: a fused multiply-add and what its second result is worth.
    lane = EVERYTHING["vector_unit"]
    fused = total(lane.actions["add"]) + total(lane.actions["multiply"]) - total(lane.actions["move"])
    assert (total(lane.actions["move"]) * 1e3, fused * 1e3) == pytest.approx((33.9, 4634), abs=0.1)


@pytest.mark.parametrize(("element", "bits"), [("fp16", 24), ("fp32", 64), ("fp16", 8)])
def test_floats_add_in_16_or_32_bits(element: str, bits: int) -> None:
    with pytest.raises(
        InputError, match=rf"^{element}_{bits}\.pe: accumulator_bits must be 16 or 32 for {element}, not {bits}$"
    ):
        mac_pe(mac_array(element, bits))


def test_an_element_without_a_multiplier_is_refused() -> None:
    message = r"^int4_32\.pe: element must be one of int8, fp16, fp32, which have a multiplier, not 'int4'$"
    with pytest.raises(InputError, match=message):
        mac_pe(mac_array("int4"))


def test_a_vector_lane_by_hand() -> None:
    lane = EVERYTHING["vector_unit"]
    assert lane.component.count == 4
    energies = {action: total(terms) * 1e3 for action, terms in lane.actions.items()}
    # fJ. Four registers of 32 bits are clocked; every instruction writes the result.
    result = 32 * DATA
    assert energies == pytest.approx(
        {
            "clock": 128 * CLOCK,
            "add": 900 + result,
            "multiply": 3700 + result,
            "compare": 29.47 + result,
            "move": result,
        }
    )
    assert [term.total for term in lane.area] == pytest.approx([4184, 7700, 71, 128 * AREA])
    assert [term.total * 1e3 for term in lane.leakage] == pytest.approx([53.1, 120, 0.0251, 128 * LEAK])


def test_the_or_pool_by_hand() -> None:
    pool = EVERYTHING["or_pool"]
    # A port of 512 bits, five result places: sixteen times 32 gates, five registers.
    assert (pool.component.count, pool.component.register_bits) == (1, 5 * 512)
    energies = {action: total(terms) * 1e3 for action, terms in pool.actions.items()}
    assert energies == pytest.approx({"clock": 5 * 512 * CLOCK, "or": 16 * 18.1, "write": 512 * DATA})
    assert [term.total for term in pool.area] == pytest.approx([16 * 50.4, 5 * 512 * AREA])
    assert [term.total * 1e3 for term in pool.leakage] == pytest.approx([16 * 0.611, 5 * 512 * LEAK])


def test_dram_is_off_chip_and_only_its_bits_are_charged() -> None:
    dram = EVERYTHING["dram"]
    assert dram.off_chip
    assert {action: total(terms) for action, terms in dram.actions.items()} == {"read_bit": 8, "write_bit": 8}
    assert (dram.area, dram.leakage) == ((), ())


def test_areas_that_are_recollections_make_a_pe_unverified_and_published_ones_do_not() -> None:
    kinds = {element: {term.kind for term in mac_pe(mac_array(element)).area} for element in ELEMENTS}
    assert kinds == {
        "int8": {Kind.UNVERIFIED, Kind.COMPOSED},
        "fp16": {Kind.UNVERIFIED, Kind.COMPOSED},
        "fp32": {Kind.COMPOSED},
    }


@pytest.mark.parametrize("unit", ["multiplier_int8", "multiplier_fp16", "adder_fp16"])
def test_a_leakage_without_a_source_is_its_area_times_that_of_a_32_bit_multiplier(unit: str) -> None:
    area, leakage = TECHNOLOGY.price(f"{unit}_area"), TECHNOLOGY.price(f"{unit}_leakage")
    # 80 uW over 6350 um2, to five digits.
    assert f"{leakage.value:.5g}" == f"{area.value * 80 / 6350:.5g}"
    assert leakage.source.startswith(f"{area.value:g} um2 (recollected, not checked) x 80 uW / 6350 um2, ")
    assert (leakage.unit, leakage.kind, leakage.node_nm) == ("uW", Kind.UNVERIFIED, None)
