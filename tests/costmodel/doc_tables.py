"""The tables of docs/costs.md, computed: the page must hold each of their lines."""

import math
from collections.abc import Iterable
from dataclasses import replace

from costmodel.components import PricedComponent, price_component
from costmodel.statements import NOT_PRICED
from costmodel.technology import Price, Technology
from costmodel.technology_file import load_technology
from costmodel.terms import Term
from simulator.accelerator import Accelerator, Array, Dataflow, Dram, VectorUnit
from simulator.accelerator_file import load_accelerator
from simulator.inventory import inventory
from workloads.encodings import encoding

PRESET = "xnor-16x16x64"
PARTS = ("xnor gates", "popcount", "shifter", "accumulator", "flip-flop clock", "flip-flop data")
BUSY = ("clock", "multiply_accumulate", "pass_a", "pass_b")
ELEMENTS = ("int8", "fp16", "fp32")
# A word of each source's text, the first that it has, and what the table calls it.
SOURCES = {
    "recollected": "recollection",
    "EcoFormer": "EcoFormer",
    "Horowitz": "Horowitz",
    "Aladdin": "Aladdin",
    "LPDDR4": "DRAM",
}


def priced_preset(technology: Technology | None = None) -> dict[str, PricedComponent]:
    """Return the preset's components with their prices."""
    accelerator = load_accelerator(PRESET)
    return priced(accelerator, technology or load_technology("45nm"))


def priced(accelerator: Accelerator, technology: Technology) -> dict[str, PricedComponent]:
    """Return an accelerator's components with their prices."""
    port_bits = accelerator.port.width_bits
    return {item.name: price_component(item, port_bits, technology) for item in inventory(accelerator)}


def mac_array(element: str, accumulator_bits: int = 32, pipeline_cycles: int = 1) -> Array:
    """Return an array of 2 x 2 mac PEs."""
    return Array(
        f"{element}_{accumulator_bits}",
        2,
        2,
        1,
        accumulator_bits,
        5,
        encoding(element),
        pipeline_cycles=pipeline_cycles,
    )


def every_kind() -> Accelerator:
    """Return an accelerator that has every kind of component, and so needs every price."""
    preset = load_accelerator(PRESET)
    macs = [mac_array("int8"), mac_array("fp16", 16), mac_array("fp16"), mac_array("fp32")]
    stationary = replace(preset.arrays["xnor"], name="ws", dataflow=Dataflow.WEIGHT_STATIONARY, accumulator_rows=16)
    arrays = {**preset.arrays, **{array.name: array for array in (*macs, stationary)}}
    return replace(preset, arrays=arrays, vector_unit=VectorUnit(4), dram=Dram(64), or_pool=True)


def total(terms: Iterable[Term], part: str | None = None) -> float:
    """Return what terms cost, or those of one part."""
    return sum(term.total for term in terms if part is None or term.part == part)


def leakage_fj(item: PricedComponent, frequency_hz: int) -> float:
    """Return what one unit leaks in a cycle."""
    return total(item.leakage) * 1e-3 / frequency_hz * 1e15


def price_lines(technology: Technology) -> list[str]:
    """Return one line for every price."""
    return [f"| `{name}` | {_price(price)} |" for name, price in technology.prices.items()]


def _price(price: Price) -> str:
    source = next(name for word, name in SOURCES.items() if word in price.source)
    node, voltage = ("unknown" if number is None else f"{number:g}" for number in (price.node_nm, price.voltage_v))
    return f"{price.value:g} {price.unit} | {node} | {voltage} | {price.kind.value} | {source}"


def formula_lines() -> list[str]:
    """Return one line for every energy, area and leakage formula."""
    # Each formula once, those of one kind and event together: the mac PEs differ by their element.
    lines: dict[tuple[str, str], dict[str, None]] = {}
    for item in priced(every_kind(), load_technology("45nm")).values():
        kind = item.component.kind.value
        for name, terms in [*item.actions.items(), ("area", item.area), ("leakage", item.leakage)]:
            texts = (f"| {kind} | {name} | {term.part} | {term.formula} |" for term in terms)
            lines.setdefault((kind, name), {}).update(dict.fromkeys(texts))
    kinds = list(dict.fromkeys(kind for kind, _ in lines))
    return [text for kind in kinds for (of, _), texts in lines.items() if of == kind for text in texts]


def pe_lines() -> list[str]:
    """Return one line for every part of a 64-lane PE: fJ of a busy cycle, of an idle one, and um2."""
    pe = priced_preset()["xnor.pe"]
    busy = [term for action in BUSY for term in pe.energy_terms(action)]
    idle = pe.energy_terms("clock")
    leaked = leakage_fj(pe, load_accelerator(PRESET).frequency_hz)
    areas = {"flip-flop clock": total(pe.area, "flip-flops"), **{part: total(pe.area, part) for part in PARTS[:4]}}
    rows: dict[str, tuple[float, ...]] = {
        part: (total(busy, part) * 1e3, total(idle, part) * 1e3, areas.get(part, 0.0)) for part in PARTS
    }
    rows["leakage"] = (leaked, leaked, 0.0)
    rows["all"] = tuple(map(math.fsum, zip(*rows.values(), strict=True)))
    return [f"| {part} | {' | '.join(f'{number:.1f}' for number in numbers)} |" for part, numbers in rows.items()]


def mac_pe_lines() -> list[str]:
    """Return one line for every mac PE of 32-bit sums: fJ of a busy cycle, of an idle one, and um2."""
    preset, technology = load_accelerator(PRESET), load_technology("45nm")
    lines = []
    for element in ELEMENTS:
        for cycles in (1, 2, 3):
            array = mac_array(element, pipeline_cycles=cycles)
            pe = priced(replace(preset, arrays={array.name: array}), technology)[f"{array.name}.pe"]
            leaked = leakage_fj(pe, preset.frequency_hz)
            busy = sum(total(pe.energy_terms(action)) for action in BUSY) * 1e3 + leaked
            idle = total(pe.energy_terms("clock")) * 1e3 + leaked
            bits = pe.component.register_bits
            lines.append(f"| {element} | {cycles} | {bits} | {busy:.1f} | {idle:.1f} | {total(pe.area):.1f} |")
    return lines


def component_lines() -> list[str]:
    """Return one line for every component: units, mm2 and mW of all units, pJ of each event."""
    lines = []
    for name, item in priced_preset().items():
        count = item.component.count
        events = ", ".join(f"{action} {total(terms):.4g}" for action, terms in item.actions.items())
        area, leakage = count * total(item.area) / 1e6, count * total(item.leakage)
        lines.append(f"| {name} | {count} | {area:.4f} | {leakage:.4f} | {events} |")
    return lines


def not_priced_lines() -> list[str]:
    """Return one line for everything that has no price, and the accelerators that it is said of."""
    return [f"| {where.value} | {text} |" for where, text in NOT_PRICED]
