"""What each component costs: for every event an energy, and for every unit an area and a leakage power.

docs/costs.md explains the formulas, section by section.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from costmodel.logic import (
    Block,
    Unit,
    clocked,
    correction_bits,
    half_and_full_adders,
    register_area,
    register_leakage,
    written,
)
from costmodel.sram import Memory, build_memory
from costmodel.technology import Technology
from costmodel.terms import LEAKAGE, Term, price_term, sram_term
from simulator.errors import SimulationError
from simulator.inventory import VALID_BITS, Component, ComponentKind
from workloads.errors import InputError, problem

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
    def off_chip(self) -> bool:
        """Tell whether the component is not on the chip: its energy is never summed into the chip's."""
        return self.component.kind is ComponentKind.DRAM

    @property
    def terms(self) -> Terms:
        """Return every term of the component."""
        energies = [term for terms in self.actions.values() for term in terms]
        return (*energies, *self.area, *self.leakage)


def price_component(component: Component, port_bits: int, technology: Technology) -> PricedComponent:
    """Price a component; a memory is written by port words of ``port_bits``.

    Errors: InputError if the technology lacks a price, or a mac PE's element or accumulator has none; SimulationError
    for a kind without formulas.
    """
    if component.kind is ComponentKind.SRAM:
        return _sram(component, port_bits, technology)
    if component.kind not in _LOGIC:
        raise SimulationError(f"{component.name}: no formulas for kind {component.kind.value}")
    return _LOGIC[component.kind](component, technology)


def _xnor_pe(component: Component, technology: Technology) -> PricedComponent:
    lanes, bits = component.word_bits, component.accumulator_bits
    blocks = (
        Block("xnor gates", "bitwise_32", lanes, "lanes"),
        Block("popcount", "adder_32", half_and_full_adders(lanes), "(lanes - ones(lanes))", "adder_8"),
        Block("popcount", "adder_32", correction_bits(lanes), "(floor(log2 lanes) + 2)", "adder_8"),
        Block("shifter", "shifter_32", bits, "accumulator_bits"),
        Block("accumulator", "adder_32", bits, "accumulator_bits"),
    )
    added = written(bits, "accumulator_bits", technology)
    return _pe(component, blocks, added, technology)


_MULTIPLIERS = {"int8": "multiplier_int8", "fp16": "multiplier_fp16", "fp32": "multiplier_fp32"}
"""Element -> the unit that multiplies two."""
_FLOAT_ADDERS = {16: "adder_fp16", 32: "adder_fp32"}
"""Accumulator bits -> the unit that adds floats of so many."""


def _mac_pe(component: Component, technology: Technology) -> PricedComponent:
    multiplier = _MULTIPLIERS.get(component.element)
    if multiplier is None:
        rule = f"must be one of {', '.join(_MULTIPLIERS)}, which have a multiplier"
        raise InputError(problem(f"{component.name}: element", rule, component.element))
    bits = component.accumulator_bits + component.stage_bits
    blocks = (Unit("multiplier", multiplier), _adder(component))
    return _pe(component, blocks, written(bits, "(accumulator_bits + stage_bits)", technology), technology)


def _adder(component: Component) -> Block | Unit:
    """Return what adds sums: integers add in the accumulator's width, floats in fp16 or fp32."""
    bits = component.accumulator_bits
    if component.element in ("", "int8"):
        return Block("accumulator", "adder_32", bits, "accumulator_bits")
    if bits not in _FLOAT_ADDERS:
        rule = f"must be 16 or 32 for {component.element}"
        raise InputError(problem(f"{component.name}: accumulator_bits", rule, bits))
    return Unit("accumulator", _FLOAT_ADDERS[bits])


def _pe(component: Component, blocks: Sequence[Block | Unit], added: Term, technology: Technology) -> PricedComponent:
    """Price a PE of those blocks; ``added`` is the data that one multiply-accumulate writes.

    In output stationary sums are captured and shift, in weight stationary words go to the shadow and to the weight.
    """
    word = (_passed(component, VALID_BITS, technology),)
    sum_written = written(component.accumulator_bits, "accumulator_bits", technology)
    return PricedComponent(
        component,
        {
            "clock": (_clocked(component, technology),),
            "multiply_accumulate": (*(block.energy(technology) for block in blocks), added),
            "pass_a": (_passed(component, VALID_BITS + component.flag_bits, technology),),
            "pass_b": word,
            "capture": (sum_written,),
            "shift": (sum_written,),
            "shadow": word,
            "weight": word,
        },
        (*(block.area(technology) for block in blocks), _registers_area(component, technology)),
        (*(block.leakage(technology) for block in blocks), _registers_leakage(component, technology)),
    )


def _accumulator(component: Component, technology: Technology) -> PricedComponent:
    adder = _adder(component)
    return PricedComponent(
        component, {"add": (adder.energy(technology),)}, (adder.area(technology),), (adder.leakage(technology),)
    )


def _skew(component: Component, technology: Technology) -> PricedComponent:
    return PricedComponent(
        component,
        {
            "clock": (_clocked(component, technology),),
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
            "clock": (_clocked(component, technology),),
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


def _vector_lane(component: Component, technology: Technology) -> PricedComponent:
    adder, multiplier = Unit("adder", "adder_fp32"), Unit("multiplier", "multiplier_fp32")
    comparator = Block("comparator", "comparator_32", component.word_bits, "word_bits")
    blocks = (adder, multiplier, comparator)
    result = written(component.word_bits, "word_bits", technology)
    return PricedComponent(
        component,
        {
            "clock": (_clocked(component, technology),),
            "add": (adder.energy(technology), result),
            "multiply": (multiplier.energy(technology), result),
            "compare": (comparator.energy(technology), result),
            "move": (result,),
        },
        (*(block.area(technology) for block in blocks), _registers_area(component, technology)),
        (*(block.leakage(technology) for block in blocks), _registers_leakage(component, technology)),
    )


def _or_pool(component: Component, technology: Technology) -> PricedComponent:
    gates = Block("or gates", "bitwise_32", component.word_bits, "word_bits")
    return PricedComponent(
        component,
        {
            "clock": (_clocked(component, technology),),
            "or": (gates.energy(technology),),
            "write": (written(component.word_bits, "word_bits", technology),),
        },
        (gates.area(technology), _registers_area(component, technology)),
        (gates.leakage(technology), _registers_leakage(component, technology)),
    )


def _dram(component: Component, technology: Technology) -> PricedComponent:
    # Off chip: it has no area and no leakage there.
    bit = (price_term("memory", "dram_bit_energy", 1, "1", technology),)
    return PricedComponent(component, {"read_bit": bit, "write_bit": bit}, (), ())


_LOGIC: Mapping[ComponentKind, Callable[[Component, Technology], PricedComponent]] = {
    ComponentKind.XNOR_PE: _xnor_pe,
    ComponentKind.MAC_PE: _mac_pe,
    ComponentKind.SKEW: _skew,
    ComponentKind.ACCUMULATOR: _accumulator,
    ComponentKind.THRESHOLD_UNIT: _threshold_unit,
    ComponentKind.REGISTER_FILE: _register_file,
    ComponentKind.VECTOR_LANE: _vector_lane,
    ComponentKind.OR_POOL: _or_pool,
    ComponentKind.DRAM: _dram,
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
    return written(component.word_bits + flags, f"(word_bits + {flags})", technology)


def _clocked(component: Component, technology: Technology) -> Term:
    return clocked(component.register_bits, "register_bits", technology)


def _registers_area(component: Component, technology: Technology) -> Term:
    return register_area(component.register_bits, "register_bits", technology)


def _registers_leakage(component: Component, technology: Technology) -> Term:
    return register_leakage(component.register_bits, "register_bits", technology)
