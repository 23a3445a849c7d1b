"""The tables of docs/costs.md, computed: the page must hold each of their lines."""

import math
from collections.abc import Iterable

from costmodel.components import PricedComponent, price_component
from costmodel.statements import NOT_PRICED
from costmodel.technology import Price, Technology
from costmodel.technology_file import load_technology
from costmodel.terms import Term
from simulator.accelerator import Accelerator
from simulator.accelerator_file import load_accelerator
from simulator.inventory import inventory

PRESET = "xnor-16x16x64"
PARTS = ("xnor gates", "popcount", "shifter", "accumulator", "flip-flop clock", "flip-flop data")
BUSY = ("clock", "multiply_accumulate", "pass_a", "pass_b")


def priced_preset(technology: Technology | None = None) -> dict[str, PricedComponent]:
    """Return the preset's components with their prices."""
    accelerator = load_accelerator(PRESET)
    return priced(accelerator, technology or load_technology("45nm"))


def priced(accelerator: Accelerator, technology: Technology) -> dict[str, PricedComponent]:
    """Return an accelerator's components with their prices."""
    port_bits = accelerator.port.width_bits
    return {item.name: price_component(item, port_bits, technology) for item in inventory(accelerator)}


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
    source = next(word for word in ("Horowitz", "Aladdin") if word in price.source)
    voltage = "unknown" if price.voltage_v is None else f"{price.voltage_v:g}"
    return f"{price.value:g} {price.unit} | {price.node_nm:g} | {voltage} | {price.kind.value} | {source}"


def formula_lines() -> list[str]:
    """Return one line for every energy, area and leakage formula of the preset."""
    lines = []
    for item in priced_preset().values():
        kind = item.component.kind.value
        rows = [*item.actions.items(), ("area", item.area), ("leakage", item.leakage)]
        lines += [f"| {kind} | {name} | {term.part} | {term.formula} |" for name, terms in rows for term in terms]
    return list(dict.fromkeys(lines))


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
    """Return one line for everything that has no price."""
    return [f"- {text}" for text in NOT_PRICED]
