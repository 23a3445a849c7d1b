"""Estimates: one worked by hand, and all of them add up."""

import math
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.cost import Estimate
from costmodel.estimate import estimate
from costmodel.technology import Kind
from costmodel.technology_file import load_technology
from simulator.accelerator import Accelerator
from simulator.accelerator_file import load_accelerator, preset_names
from simulator.errors import SimulationError
from simulator.run import Run, simulate
from tests.strategies import accelerators, hardware
from tests.traces import one_product, two_layers
from workloads.errors import InputError

TECHNOLOGY = load_technology("45nm")


def single() -> Run:
    """Return the job `single` of docs/worked-jobs.md: 1 x 1 x 1 on a 1 x 1 x 1 array, 11 cycles at 1 MHz."""
    accelerator = hardware(1, 1, 1, kc=4, port_bits=8, accumulator_bits=8)
    return simulate(one_product(1, 1, 1), replace(accelerator, global_buffer_bits=8 * 8192))


def test_the_job_single_by_hand() -> None:
    cost = estimate(single(), TECHNOLOGY)
    assert cost.cycles == 11
    assert cost.latency_s == pytest.approx(11e-6)
    energy = cost.energy_by_action_pj
    # One lane, 29 flip-flops; 8 bits of accumulator are a quarter of 32.
    assert energy["xnor.pe"]["clock"] == pytest.approx(11 * 29 * 7.94e-3)
    gates, correction, shifter, adder, data = 18.1e-3 / 32, 0.03 * 2 / 8, 417e-3 / 4, 0.1 / 4, 8 * 1.06e-3
    assert energy["xnor.pe"]["multiply_accumulate"] == pytest.approx(gates + correction + shifter + adder + data)
    assert energy["xnor.pe"]["pass_a"] == pytest.approx((5 + 5) * 1.06e-3)
    assert energy["xnor.pe"]["pass_b"] == pytest.approx(2 * 1.06e-3)
    assert energy["xnor.pe"]["capture"] == pytest.approx(8 * 1.06e-3)
    assert energy["xnor.pe"].get("shift", 0) == 0
    # A microwatt for 11 us is 11 pJ.
    leak_uw = 0.611 / 32 + 2.25 * 2 / 32 + 1.70 / 4 + 2.25 / 4 + 29 * 0.074
    assert energy["xnor.pe"]["leakage"] == pytest.approx(11 * leak_uw)
    assert sum(energy["xnor.skew"].values()) == 0
    assert energy["xnor.threshold"]["clock"] == pytest.approx(11 * 18 * 7.94e-3)
    assert [energy["xnor.threshold"].get(action, 0) for action in ("compare", "write")] == [0, 0]
    assert energy["xnor.result_buffer"]["clock"] == pytest.approx(11 * 5 * 8 * 7.94e-3)
    assert energy["xnor.result_buffer"]["write_bit"] == pytest.approx(8 * 1.06e-3)
    assert energy["xnor.result_buffer"]["leakage"] == pytest.approx(11 * 5 * 8 * 0.074)
    # A scratchpad's word is one bit: a port word is eight writes, each charged as 4 KiB of 64 bits.
    for name in ("scratchpad_a", "scratchpad_b"):
        assert energy[name]["read"] == pytest.approx(3.38552)
        assert energy[name]["write"] == pytest.approx(8 * 6.45356)
        assert energy[name]["leakage"] == pytest.approx(11 * 2 * 0.140432)
    # 8192 words of 8 bits, charged as 64 KiB of 64: one port word each of A, of B and of the result.
    assert energy["global_buffer"]["read"] == pytest.approx(2 * 25.8695)
    assert energy["global_buffer"]["write"] == pytest.approx(19.6486)
    area = cost.area_by_component_mm2
    assert area["xnor.pe"] == pytest.approx((50.4 / 32 + 278 * 2 / 32 + 250 / 4 + 278 / 4 + 29 * 5.98) / 1e6)
    assert area["scratchpad_a"] == pytest.approx(2 * 0.0135029)
    assert area["global_buffer"] == pytest.approx(0.209046)


@pytest.fixture(scope="module")
def two() -> Estimate:
    return estimate(simulate(two_layers(m=40, k=700, hidden=70), load_accelerator("xnor-16x16x64")), TECHNOLOGY)


def adds_up(cost: Estimate) -> None:
    """Check that every breakdown is the total, to the rounding of floats, and that no DRAM is in what is on chip."""
    total = cost.energy_on_chip_pj
    assert total == math.fsum(charge.energy_pj for charge in cost.charges)
    assert "dram" not in {*cost.energy_by_component_pj, *cost.area_by_component_mm2}
    assert {charge.component for charge in cost.off_chip_charges} <= {"dram"}
    assert math.fsum(cost.energy_by_component_pj.values()) == pytest.approx(total, rel=1e-12)
    for nested in (cost.energy_by_action_pj, cost.energy_by_part_pj):
        assert math.fsum(value for parts in nested.values() for value in parts.values()) == pytest.approx(total)
        assert nested.keys() == cost.energy_by_component_pj.keys()
    layers = cost.layers()
    assert math.fsum(layers["energy_pj"]) == pytest.approx(total, rel=1e-12)
    assert sum(layers["cycles"]) == cost.cycles
    by_layer = [math.fsum(parts.values()) for parts in cost.energy_by_layer_pj]
    assert by_layer == pytest.approx(list(layers["energy_pj"]))
    off_chip = cost.energy_off_chip_pj
    assert off_chip == math.fsum(charge.energy_pj for charge in cost.off_chip_charges)
    assert math.fsum(layers["off_chip_pj"]) == math.fsum(cost.off_chip_by_layer_pj) == pytest.approx(off_chip)
    assert math.fsum(cost.off_chip_by_action_pj.get("dram", {}).values()) == pytest.approx(off_chip)
    assert math.fsum(cost.area_by_component_mm2.values()) == pytest.approx(cost.area_mm2, rel=1e-12)
    parts_um2 = math.fsum(value for parts in cost.area_by_part_um2.values() for value in parts.values())
    assert parts_um2 / 1e6 == pytest.approx(cost.area_mm2)
    assert math.fsum(cost.energy_shares.values()) == pytest.approx(1)
    assert math.fsum(cost.area_shares.values()) == pytest.approx(1)
    assert cost.power_w * cost.latency_s * 1e12 == pytest.approx(total)


@pytest.mark.parametrize("name", preset_names())
def test_every_breakdown_adds_up_on_every_preset(name: str) -> None:
    adds_up(estimate(simulate(two_layers(), load_accelerator(name)), TECHNOLOGY))


@given(accelerators(), st.integers(1, 20), st.integers(1, 300), st.integers(1, 20))
def test_every_breakdown_adds_up(accelerator: Accelerator, m: int, k: int, n: int) -> None:
    adds_up(estimate(simulate(one_product(m, k, n), accelerator), TECHNOLOGY))


def test_a_count_multiplies_energy_and_time() -> None:
    accelerator, trace = load_accelerator("xnor-8x8x64"), one_product(3, 20, 5)
    once = estimate(simulate(trace, accelerator), TECHNOLOGY)
    thrice = replace(trace, operations=(replace(trace.matrix_products[0], count=3),))
    cost = estimate(simulate(thrice, accelerator), TECHNOLOGY)
    assert cost.energy_on_chip_pj == pytest.approx(3 * once.energy_on_chip_pj)
    assert cost.latency_s == pytest.approx(3 * once.latency_s)
    assert cost.area_mm2 == once.area_mm2


def test_a_slower_clock_leaks_longer_and_switches_the_same() -> None:
    fast = load_accelerator("xnor-8x8x64")
    slow = replace(fast, frequency_hz=fast.frequency_hz // 2)
    a, b = (estimate(simulate(two_layers(), accelerator), TECHNOLOGY) for accelerator in (fast, slow))
    leaked = [math.fsum(cost.layers()["leakage_pj"]) for cost in (a, b)]
    assert leaked[1] == pytest.approx(2 * leaked[0])
    assert a.energy_on_chip_pj - leaked[0] == pytest.approx(b.energy_on_chip_pj - leaked[1])


@given(st.integers(1, 30), st.integers(1, 30))
def test_more_rows_or_columns_take_more_area(rows: int, cols: int) -> None:
    trace = one_product(1, 64, 1)

    def logic_mm2(rows: int, cols: int) -> float:
        area = estimate(simulate(trace, hardware(rows, cols, 64)), TECHNOLOGY).area_by_component_mm2
        return math.fsum(value for name, value in area.items() if name.startswith("xnor."))

    assert logic_mm2(rows, cols) < min(logic_mm2(rows + 1, cols), logic_mm2(rows, cols + 1))


def test_flip_flops_take_most_of_the_pes_energy_in_a_whole_run(two: Estimate) -> None:
    parts = two.energy_by_part_pj["xnor.pe"]
    share = (parts["flip-flop clock"] + parts["flip-flop data"]) / math.fsum(parts.values())
    assert share > 0.5, f"flip-flops take only {100 * share:.1f} % of the PEs' energy"


def test_the_parts_of_a_pe_are_named(two: Estimate) -> None:
    parts = ["xnor gates", "popcount", "shifter", "accumulator", "flip-flop clock", "flip-flop data", "leakage"]
    assert sorted(two.energy_by_part_pj["xnor.pe"]) == sorted(parts)
    assert sorted(two.area_by_part_um2["xnor.pe"]) == sorted([*parts[:4], "flip-flops"])


def test_the_preset_rests_on_composed_prices_alone(two: Estimate) -> None:
    assert two.energy_shares[Kind.COMPOSED] == two.area_shares[Kind.COMPOSED] == 1
    others = ("int8", "fp16", "fp32", "dram")
    used = {name for name in TECHNOLOGY.prices if not any(word in name for word in others)}
    assert two.prices_used.keys() == used
    assert two.energy_off_chip_pj == 0
    assert two.off_chip_charges == ()


def test_an_interpolated_memory_makes_a_part_scaled() -> None:
    accelerator = replace(load_accelerator("xnor-8x8x64"), global_buffer_bits=500 * 8192)
    cost = estimate(simulate(two_layers(), accelerator), TECHNOLOGY)
    buffer = cost.energy_by_component_pj["global_buffer"]
    assert cost.energy_shares[Kind.SCALED] == pytest.approx(buffer / cost.energy_on_chip_pj)
    assert any(text == "global_buffer: 512000 bytes of 128 bits are interpolated" for text in cost.warnings)


def test_warnings_name_foreign_nodes_and_unknown_voltages(two: Estimate) -> None:
    off_chip, nodes, voltages = two.warnings
    assert off_chip.startswith("off-chip energy is 0 because")
    assert nodes.startswith("prices of 40 nm, used unscaled at 45 nm: register_bit_clock, ")
    assert voltages.startswith("prices of unknown voltage: register_bit_clock, ")
    assert voltages.endswith(", sram")


def test_a_memory_slower_than_the_clock_is_warned_of() -> None:
    accelerator = replace(load_accelerator("xnor-16x16x64"), frequency_hz=500_000_000)
    warnings = estimate(simulate(two_layers(), accelerator), TECHNOLOGY).warnings
    assert "global_buffer cycles in 3.93 ns, the clock in 2.00 ns: it cannot be accessed every cycle" in warnings


def test_an_unverified_price_is_flagged() -> None:
    guess = replace(TECHNOLOGY.price("adder_32_energy"), kind=Kind.UNVERIFIED)
    guessed = replace(TECHNOLOGY, prices={**TECHNOLOGY.prices, "adder_32_energy": guess})
    cost = estimate(single(), guessed)
    assert "prices unverified: adder_32_energy" in cost.warnings
    assert 0 < cost.energy_shares[Kind.UNVERIFIED] < 1


def test_a_missing_price_stops_the_estimate() -> None:
    fewer = {name: price for name, price in TECHNOLOGY.prices.items() if name != "adder_8_energy"}
    with pytest.raises(InputError, match=r"^no price adder_8_energy in 45nm \(.*45nm\.toml\)$"):
        estimate(single(), replace(TECHNOLOGY, prices=fewer))


@pytest.mark.parametrize("event", [("xnor.pe", "dance"), ("xnor.band", "clock")])
def test_an_event_without_a_price_stops_the_estimate(event: tuple[str, str]) -> None:
    run = single()
    layer = run.layer_runs[0]
    odd = replace(layer, total_counts=Counter({**layer.total_counts, event: 0}))
    with pytest.raises(SimulationError, match=event[1]):
        estimate(replace(run, layer_runs=(odd,)), TECHNOLOGY)
