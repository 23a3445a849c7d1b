"""Estimates of accelerators with mac arrays, a vector unit and DRAM, and what is said beside their numbers."""

import math
from collections import Counter
from dataclasses import replace

import pytest

from costmodel.cost import Estimate
from costmodel.estimate import estimate
from costmodel.statements import GATING_MODEL, MAC_MODEL, NO_DRAM, VECTOR_MODEL, not_priced
from costmodel.technology import Kind
from costmodel.technology_file import load_technology
from simulator.accelerator import Accelerator, Dram, VectorUnit
from simulator.accelerator_file import load_accelerator
from simulator.inventory import inventory
from simulator.run import Run, simulate
from tests.costmodel.doc_tables import every_kind, mac_array, priced, total
from tests.costmodel.test_estimate import adds_up
from tests.traces import one_product
from workloads.encodings import encoding
from workloads.operations import Elementwise, MatrixProduct, VectorFunction
from workloads.trace import Tensor, Trace

TECHNOLOGY = load_technology("45nm")
FP32 = encoding("fp32")


def product_and_gelu(m: int = 8, k: int = 300, n: int = 40) -> Trace:
    """Return a product of floats and a function of its result, without operands."""
    tensors = [Tensor("a", m, k, FP32), Tensor("w", n, k, FP32), Tensor("y", m, n, FP32), Tensor("z", m, n, FP32)]
    operations = (
        MatrixProduct("fc", m, k, n, "a", "w", "y", FP32, FP32),
        Elementwise("act", VectorFunction.GELU, ("y",), "z", m, n, FP32),
    )
    return Trace("product-and-gelu", "", {tensor.name: tensor for tensor in tensors}, operations)


@pytest.fixture(scope="module")
def run() -> Run:
    """Return a run on an accelerator whose global buffer is too small for the trace."""
    accelerator = replace(load_accelerator("xnor-fp32"), global_buffer_bits=16 * 8192)
    return simulate(product_and_gelu(), accelerator)


@pytest.fixture(scope="module")
def cost(run: Run) -> Estimate:
    return estimate(run, TECHNOLOGY)


def test_every_breakdown_adds_up(cost: Estimate) -> None:
    adds_up(cost)
    assert cost.energy_off_chip_pj > 0


def test_energy_is_counts_times_prices_and_leakage_times_time(run: Run, cost: Estimate) -> None:
    items = priced(run.accelerator, TECHNOLOGY)
    parts = [
        count * total(items[name].energy_terms(action))
        for (name, action), count in run.counts.items()
        if name != "dram"
    ]
    # A milliwatt for a second is 1e9 pJ.
    parts += [item.component.count * total(item.leakage) * cost.latency_s * 1e9 for item in items.values()]
    assert cost.energy_on_chip_pj == pytest.approx(math.fsum(parts), rel=1e-12)
    mac = cost.energy_by_action_pj["mac.pe"]
    assert mac["multiply_accumulate"] == pytest.approx(8 * 300 * 40 * (3.7 + 0.9 + (32 + 72) * 1.06e-3))
    vector = cost.energy_by_action_pj["vector_unit"]
    assert vector["multiply"] == pytest.approx(run.counts["vector_unit", "multiply"] * (3.7 + 32 * 1.06e-3))


def test_off_chip_energy_is_the_bits_of_dram(run: Run, cost: Estimate) -> None:
    reads, writes = run.counts["dram", "read_bit"], run.counts["dram", "write_bit"]
    assert cost.off_chip_by_action_pj["dram"].get("read_bit", 0) == pytest.approx(8 * reads)
    assert cost.off_chip_by_action_pj["dram"].get("write_bit", 0) == pytest.approx(8 * writes)
    assert cost.energy_off_chip_pj == pytest.approx(8 * (reads + writes))
    bits = [
        layer.total_counts["dram", "read_bit"] + layer.total_counts["dram", "write_bit"] for layer in run.layer_runs
    ]
    assert cost.off_chip_by_layer_pj == pytest.approx([8 * number for number in bits])


def test_the_price_of_dram_changes_nothing_on_chip(run: Run, cost: Estimate) -> None:
    dear = replace(TECHNOLOGY.price("dram_bit_energy"), value=80.0, kind=Kind.UNVERIFIED)
    other = estimate(run, replace(TECHNOLOGY, prices={**TECHNOLOGY.prices, "dram_bit_energy": dear}))
    assert other.energy_off_chip_pj == pytest.approx(10 * cost.energy_off_chip_pj)
    assert other.charges == cost.charges
    assert (other.energy_on_chip_pj, other.power_w, other.area_mm2) == (
        cost.energy_on_chip_pj,
        cost.power_w,
        cost.area_mm2,
    )
    assert other.energy_shares == cost.energy_shares
    assert list(other.layers()["energy_pj"]) == list(cost.layers()["energy_pj"])
    assert "prices unverified: dram_bit_energy" in other.warnings


def test_more_bits_of_dram_in_one_layer_are_charged_there_alone(run: Run, cost: Estimate) -> None:
    first, *rest = run.layer_runs
    counts = Counter(first.total_counts)
    counts["dram", "write_bit"] += 1000
    other = estimate(replace(run, layer_runs=(replace(first, total_counts=counts), *rest)), TECHNOLOGY)
    assert other.off_chip_by_layer_pj[0] == pytest.approx(cost.off_chip_by_layer_pj[0] + 8000)
    assert other.off_chip_by_layer_pj[1:] == cost.off_chip_by_layer_pj[1:]
    assert other.energy_on_chip_pj == cost.energy_on_chip_pj


def test_steps_say_which_layer_and_operation_they_belong_to(run: Run, cost: Estimate) -> None:
    layers = cost.layers()
    assert list(layers["name"]) == [layer.name for layer in run.layer_runs]
    assert set(layers["layer"]) == {"fc", "act"}
    assert set(layers["operation"]) == {"matrix product", "gelu"}
    grouped = layers.groupby("operation")["energy_pj"].sum()
    assert grouped.sum() == pytest.approx(cost.energy_on_chip_pj)


def test_leakage_is_one_charge_of_each_component_layer_and_kind(run: Run, cost: Estimate) -> None:
    leaks = [(charge.layer, charge.component, charge.kind) for charge in cost.charges if charge.action == "leakage"]
    assert len(set(leaks)) == len(leaks) == len(run.layer_runs) * (len(run.inventory) - 1)
    int8 = estimate(simulate(one_product(3, 4, 5, "int8", "int8"), load_accelerator("mac-int8")), TECHNOLOGY)
    kinds = [charge.kind for charge in int8.charges if (charge.component, charge.action) == ("mac.pe", "leakage")]
    assert sorted(kind.value for kind in kinds) == ["composed", "unverified"]


def test_shares_of_nothing_are_zero(cost: Estimate) -> None:
    assert set(replace(cost, areas=()).area_shares.values()) == {0.0}
    assert set(replace(cost, charges=()).energy_shares.values()) == {0.0}


def test_warnings_say_what_is_a_model_and_which_dram_was_priced(cost: Estimate) -> None:
    off_chip, *others = cost.warnings
    assert off_chip.startswith("off-chip energy is 8 pJ for each bit of DRAM read or written (published: ")
    assert "LPDDR4" in off_chip
    assert others[:3] == [VECTOR_MODEL, MAC_MODEL, GATING_MODEL]
    assert "prices of unknown node: multiplier_fp32_area, adder_fp32_area, dram_bit" in cost.warnings
    assert not any(text.startswith("prices unverified") for text in cost.warnings)
    int8 = estimate(simulate(one_product(3, 4, 5, "int8", "int8"), load_accelerator("mac-int8")), TECHNOLOGY)
    assert "prices unverified: multiplier_int8_area, multiplier_int8_leakage" in int8.warnings
    assert 0 < int8.area_shares[Kind.UNVERIFIED] < 1


@pytest.mark.parametrize("gated", ["array", "vector_unit", None])
def test_only_the_models_that_an_accelerator_has_are_warned_of(gated: str | None) -> None:
    plain = load_accelerator("xnor-8x8x64")
    array = replace(plain.arrays["xnor"], clock_gated=gated == "array")
    vector = VectorUnit(2, clock_gated=True) if gated == "vector_unit" else None
    accelerator = replace(plain, arrays={"xnor": array}, vector_unit=vector)
    warnings = estimate(simulate(one_product(1, 1, 1), accelerator), TECHNOLOGY).warnings
    assert warnings[0] == NO_DRAM
    assert (VECTOR_MODEL in warnings) == (gated == "vector_unit")
    assert (GATING_MODEL in warnings) == (gated is not None)
    assert MAC_MODEL not in warnings


def accelerator_with(*elements: str, vector: bool = False, dram: bool = False, or_pool: bool = False) -> Accelerator:
    """Return an accelerator of those mac arrays, or of the XNOR array if there are none."""
    preset = every_kind()
    arrays = {element: mac_array(element) for element in elements} or {"xnor": preset.arrays["xnor"]}
    return replace(
        preset,
        arrays=arrays,
        vector_unit=VectorUnit(4) if vector else None,
        dram=Dram(64) if dram else None,
        or_pool=or_pool,
    )


@pytest.mark.parametrize(
    ("accelerator", "said", "unsaid"),
    [
        (accelerator_with(), ("everything behind", "in an xnor PE", "the ones of a mixed pair"),
         ("in a mac PE", "conversion", "vector unit", "of DRAM", "OR-pool")),
        (accelerator_with(or_pool=True), ("in the OR-pool",), ("vector unit",)),
        (accelerator_with(dram=True), ("of DRAM: interface", "the DRAM controller"), ("everything behind",)),
        (accelerator_with("int8"), ("in a mac PE",), ("in an xnor PE", "the ones of a mixed pair", "conversion")),
        (accelerator_with("int8", "fp16"), ("in a mac PE", "conversion"), ("vector unit",)),
        (accelerator_with(vector=True), ("its sequencer", "conversion", "operand registers"), ("in a mac",)),
    ],
)  # fmt: skip
def test_what_is_not_priced_depends_on_the_components(
    accelerator: Accelerator, said: tuple[str, ...], unsaid: tuple[str, ...]
) -> None:
    texts = not_priced(inventory(accelerator))
    assert all(any(word in text for text in texts) for word in said)
    assert not any(word in text for text in texts for word in unsaid)
    assert any("wires, clock tree" in text for text in texts)
    assert len(set(texts)) == len(texts)
