"""What each component costs: for every event an energy, and for every unit an area and a leakage power.

docs/costs.md explains the formulas, section by section.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from costmodel.logic import (
    Block,
    clocked,
    correction_bits,
    half_and_full_adders,
    register_area,
    register_leakage,
    written,
)
from costmodel.sram import Memory, build_memory
from costmodel.technology import Technology
from costmodel.terms import LEAKAGE, Term, sram_term
from simulator.errors import SimulationError
from simulator.inventory import FLAG_BITS, VALID_BITS, Component, ComponentKind

Terms = tuple[Term, ...]


@dataclass(frozen=True)
class PricedComponent:
    """A component with its prices.

    Units: ``actions`` hold pJ an event, ``area`` um2 a unit and ``leakage`` mW a unit; ``memory`` is what an SRAM is
    built of.
    """

    component: Component
    actions: Mapping[str, Terms]
    area: Terms
    leakage: Terms
    memory: Memory | None = None

    def energy_terms(self, action: str) -> Terms:
        """Return what one event costs.

        Errors: SimulationError if the simulator counts an event that has no formula: nothing is free by omission.
        """
        if action not in self.actions:
            known = ", ".join(self.actions)
            raise SimulationError(f"{self.component.name}: no formula for action {action}; it has {known}")
        return self.actions[action]

    @property
    def terms(self) -> Terms:
        """Return every term of the component."""
        energies = [term for terms in self.actions.values() for term in terms]
        return (*energies, *self.area, *self.leakage)


def price_component(component: Component, port_bits: int, technology: Technology) -> PricedComponent:
    """Price a component; a memory is written by port words of ``port_bits``.

    Errors: InputError if the technology lacks a price, SimulationError for a kind without formulas.
    """
    if component.kind is ComponentKind.SRAM:
        return _sram(component, port_bits, technology)
    if component.kind not in _LOGIC:
        raise SimulationError(f"{component.name}: no formulas for kind {component.kind.value}")
    return _LOGIC[component.kind](component, technology)


def _pe(component: Component, technology: Technology) -> PricedComponent:
    lanes, bits = component.lanes, component.accumulator_bits
    blocks = (
        Block("xnor gates", "bitwise_32", lanes, "lanes"),
        Block("popcount", "adder_32", half_and_full_adders(lanes), "(lanes - ones(lanes))", "adder_8"),
        Block("popcount", "adder_32", correction_bits(lanes), "(floor(log2 lanes) + 2)", "adder_8"),
        Block("shifter", "shifter_32", bits, "accumulator_bits"),
        Block("accumulator", "adder_32", bits, "accumulator_bits"),
    )
    sum_written = written(bits, "accumulator_bits", technology)
    return PricedComponent(
        component,
        {
            "clock": (clocked(component.register_bits, "register_bits", technology),),
            "multiply_accumulate": (*(block.energy(technology) for block in blocks), sum_written),
            "pass_a": (_passed(component, VALID_BITS + FLAG_BITS, technology),),
            "pass_b": (_passed(component, VALID_BITS, technology),),
            "capture": (sum_written,),
            "shift": (sum_written,),
        },
        (*(block.area(technology) for block in blocks), _registers_area(component, technology)),
        (*(block.leakage(technology) for block in blocks), _registers_leakage(component, technology)),
    )


def _skew(component: Component, technology: Technology) -> PricedComponent:
    return PricedComponent(
        component,
        {
            "clock": (clocked(component.register_bits, "register_bits", technology),),
            "pass_a": (_passed(component, VALID_BITS, technology),),
            "pass_b": (_passed(component, VALID_BITS, technology),),
        },
        (_registers_area(component, technology),),
        (_registers_leakage(component, technology),),
    )


def _threshold_unit(component: Component, technology: Technology) -> PricedComponent:
    bits = component.accumulator_bits
    comparator = Block("comparator", "comparator_32", bits, "accumulator_bits")
    return PricedComponent(
        component,
        {
            "clock": (clocked(component.register_bits, "register_bits", technology),),
            "compare": (comparator.energy(technology),),
            "write": (written(bits + 1, "(accumulator_bits + 1)", technology),),
        },
        (comparator.area(technology), _registers_area(component, technology)),
        (comparator.leakage(technology), _registers_leakage(component, technology)),
    )


def _register_file(component: Component, technology: Technology) -> PricedComponent:
    return PricedComponent(
        component,
        {
            "clock": (clocked(component.capacity_bits, "capacity_bits", technology),),
            "write_bit": (written(1, "1", technology),),
        },
        (register_area(component.capacity_bits, "capacity_bits", technology),),
        (register_leakage(component.capacity_bits, "capacity_bits", technology),),
    )


_LOGIC: Mapping[ComponentKind, Callable[[Component, Technology], PricedComponent]] = {
    ComponentKind.XNOR_PE: _pe,
    ComponentKind.SKEW: _skew,
    ComponentKind.THRESHOLD_UNIT: _threshold_unit,
    ComponentKind.REGISTER_FILE: _register_file,
}


def _sram(component: Component, port_bits: int, technology: Technology) -> PricedComponent:
    memory = build_memory(component.capacity_bits, component.width_bits, technology.sram)
    kind = memory.kind
    writes, one = memory.macro_writes(port_bits), memory.largest
    return PricedComponent(
        component,
        {
            "read": (sram_term("memory", "macros x read", memory.macros, one.read_pj, kind),),
            "write": (sram_term("memory", "ceil(port bits / macro bits) x write", writes, one.write_pj, kind),),
        },
        (sram_term("memory", "macros x banks x area", 1, memory.area_um2, kind),),
        (sram_term(LEAKAGE, "macros x banks x leakage", 1, memory.leakage_mw, kind),),
        memory,
    )


def _passed(component: Component, flags: int, technology: Technology) -> Term:
    return written(component.lanes + flags, f"(lanes + {flags})", technology)


def _registers_area(component: Component, technology: Technology) -> Term:
    return register_area(component.register_bits, "register_bits", technology)


def _registers_leakage(component: Component, technology: Technology) -> Term:
    return register_leakage(component.register_bits, "register_bits", technology)
