"""Prices of components, worked by hand."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.components import price_component
from costmodel.logic import correction_bits, half_and_full_adders
from costmodel.technology import Kind
from costmodel.technology_file import load_technology
from simulator.accelerator import Accelerator
from simulator.errors import SimulationError
from simulator.inventory import Component, ComponentKind
from tests.costmodel.doc_tables import BUSY, every_kind, priced, priced_preset, total
from tests.strategies import hardware
from workloads.errors import InputError

TECHNOLOGY = load_technology("45nm")
SMALL = priced(hardware(2, 2, 4, accumulator_bits=16), TECHNOLOGY)


def test_a_pe_of_4_lanes_by_hand() -> None:
    pe = SMALL["xnor.pe"]
    # fJ. Four gates; 4 - 1 = 3 adders and a subtraction of 2 + 2 = 4 bits at 30 fJ an 8-bit addition;
    # half of a 32-bit shifter and of a 32-bit addition; 16 bits written.
    add = [18.1 * 4 / 32, 30 * 3 / 8, 30 * 4 / 8, 417 / 2, 100 / 2, 16 * 1.06]
    assert [term.total * 1e3 for term in pe.energy_terms("multiply_accumulate")] == pytest.approx(add)
    # Two words of 4 bits, 5 flags, 5 bits of weight, 3 of ones, two sums of 16 bits: 53 flip-flops.
    assert total(pe.energy_terms("clock")) * 1e3 == pytest.approx(53 * 7.94)
    assert total(pe.energy_terms("pass_a")) * 1e3 == pytest.approx((4 + 4 + 5) * 1.06)
    assert total(pe.energy_terms("pass_b")) * 1e3 == pytest.approx((4 + 1) * 1.06)
    assert total(pe.energy_terms("capture")) * 1e3 == pytest.approx(16 * 1.06)
    assert total(pe.energy_terms("shift")) * 1e3 == pytest.approx(16 * 1.06)
    # um2: 6.3 + 26.0625 + 34.75 + 125 + 139 + 316.94.
    area = [50.4 * 4 / 32, 278 * 3 / 32, 278 * 4 / 32, 250 / 2, 278 / 2, 53 * 5.98]
    assert [term.total for term in pe.area] == pytest.approx(area)
    assert total(pe.area) == pytest.approx(648.0525)
    # uW: 0.076375 + 0.2109375 + 0.28125 + 0.85 + 1.125 + 3.922.
    assert total(pe.leakage) * 1e3 == pytest.approx(6.4655625)


def test_a_pe_of_one_lane_counts_nothing() -> None:
    pe = priced(hardware(1, 1, 1), TECHNOLOGY)["xnor.pe"]
    popcount = [term.quantity for term in pe.energy_terms("multiply_accumulate") if term.part == "popcount"]
    # No adder, and two bits of subtraction.
    assert popcount == [0, 2 / 8]


def test_skew_threshold_units_and_result_buffer_by_hand() -> None:
    # Row 1 and column 1: 4 bits and a valid bit each; three flags and a weight of 5 bits before row 1.
    assert total(SMALL["xnor.skew"].energy_terms("clock")) * 1e3 == pytest.approx((5 + 5 + 3 + 5) * 7.94)
    threshold = SMALL["xnor.threshold"]
    # Two thresholds of 16 bits and their direction.
    assert total(threshold.energy_terms("clock")) * 1e3 == pytest.approx(2 * 17 * 7.94)
    assert total(threshold.energy_terms("compare")) * 1e3 == pytest.approx(29.47 / 2)
    assert total(threshold.energy_terms("write")) * 1e3 == pytest.approx(17 * 1.06)
    assert total(threshold.area) == pytest.approx(71 / 2 + 34 * 5.98)
    buffer = SMALL["xnor.result_buffer"]
    # Five tiles of 2 x 2 sums of 16 bits.
    assert total(buffer.energy_terms("clock")) * 1e3 == pytest.approx(5 * 4 * 16 * 7.94)
    assert total(buffer.energy_terms("write_bit")) * 1e3 == pytest.approx(1.06)
    assert total(buffer.area) == pytest.approx(5 * 4 * 16 * 5.98)


@pytest.mark.parametrize(("lanes", "adders"), [(1, 0), (2, 1), (3, 1), (4, 3), (7, 4), (8, 7), (63, 57), (64, 63)])
def test_adders_of_a_population_count_by_hand(lanes: int, adders: int) -> None:
    assert half_and_full_adders(lanes) == adders


@given(st.integers(1, 1024))
def test_adders_are_those_of_a_compressor_tree(lanes: int) -> None:
    # Take three bits of a weight while there are three, then two, and carry one to the next weight.
    adders, bits = 0, lanes
    while bits:
        taken = bits // 2
        adders, bits = adders + taken, taken
    assert half_and_full_adders(lanes) == adders
    assert 2 ** (correction_bits(lanes) - 1) > lanes


def test_flip_flops_are_most_of_a_pe() -> None:
    pe = priced_preset()["xnor.pe"]
    busy = [term for action in BUSY for term in pe.energy_terms(action)]
    share = (total(busy, "flip-flop clock") + total(busy, "flip-flop data")) / total(busy)
    assert share > 0.5, f"flip-flops take only {100 * share:.1f} % of a busy PE"


@given(st.integers(1, 1023), st.integers(8, 63))
def test_a_pe_with_more_lanes_or_bits_costs_no_less(lanes: int, bits: int) -> None:
    small = priced(hardware(2, 2, lanes, accumulator_bits=bits), TECHNOLOGY)
    for larger in (
        hardware(2, 2, lanes + 1, accumulator_bits=bits),
        hardware(2, 2, lanes, accumulator_bits=bits + 1),
    ):
        large = priced(larger, TECHNOLOGY)
        for name in ("xnor.pe", "xnor.skew", "xnor.threshold", "xnor.result_buffer"):
            assert total(small[name].area) <= total(large[name].area)
            assert total(small[name].leakage) <= total(large[name].leakage)
            for action in small[name].actions:
                assert total(small[name].energy_terms(action)) <= total(large[name].energy_terms(action))


@pytest.mark.parametrize("name", sorted(TECHNOLOGY.prices))
def test_every_price_is_needed(name: str) -> None:
    fewer = replace(TECHNOLOGY, prices={key: price for key, price in TECHNOLOGY.prices.items() if key != name})
    with pytest.raises(InputError, match=f"^no price {name} in 45nm"):
        priced(every_kind(), fewer)


@pytest.mark.parametrize(
    ("accelerator", "words"),
    [
        (hardware(2, 2, 4), ("int8", "fp16", "fp32", "dram")),
        (replace(every_kind(), vector_unit=None, dram=None, or_pool=False,
                 arrays={"int8": every_kind().arrays["int8_32"]}),
         ("bitwise", "shifter", "adder_8", "fp16", "fp32", "dram")),
    ],
)  # fmt: skip
def test_a_price_that_no_component_has_use_for_may_be_missing(accelerator: Accelerator, words: tuple[str, ...]) -> None:
    kept = {name: price for name, price in TECHNOLOGY.prices.items() if not any(word in name for word in words)}
    assert len(kept) < len(TECHNOLOGY.prices)
    assert priced(accelerator, replace(TECHNOLOGY, prices=kept))


def test_every_component_on_the_chip_has_area_and_leakage() -> None:
    items = priced(every_kind(), TECHNOLOGY).values()
    assert all(total(item.area) > 0 and total(item.leakage) > 0 for item in items if not item.off_chip)
    assert [item.component.name for item in items if item.off_chip] == ["dram"]


def test_an_unverified_price_stays_unverified_and_a_published_one_times_a_quantity_is_composed() -> None:
    guess = replace(TECHNOLOGY.price("adder_32_energy"), kind=Kind.UNVERIFIED)
    guessed = replace(TECHNOLOGY, prices={**TECHNOLOGY.prices, "adder_32_energy": guess})
    terms = priced(hardware(2, 2, 4), guessed)["xnor.pe"].energy_terms("multiply_accumulate")
    kinds = {term.price: term.kind for term in terms}
    assert kinds.pop("adder_32_energy") is Kind.UNVERIFIED
    assert set(kinds.values()) == {Kind.COMPOSED}


def test_an_event_without_a_formula_is_no_silent_zero() -> None:
    with pytest.raises(SimulationError, match=r"xnor\.pe: no formula for action dance; it has clock, "):
        SMALL["xnor.pe"].energy_terms("dance")


@pytest.mark.parametrize("kind", ComponentKind)
def test_every_kind_of_component_has_formulas(kind: ComponentKind) -> None:
    component = Component(
        "x",
        kind,
        1,
        word_bits=8,
        element="int8",
        accumulator_bits=16,
        register_bits=100,
        capacity_bits=64,
        width_bits=64,
    )
    assert price_component(component, 64, TECHNOLOGY).actions
