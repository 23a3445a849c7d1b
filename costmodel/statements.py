"""What a report must say beside the numbers: what is not priced, and where a price is stretched."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum

from costmodel.components import PricedComponent
from costmodel.technology import Kind, Price, SramTable, Technology
from costmodel.terms import SRAM
from simulator.accelerator import Accelerator, ArrayKind
from simulator.inventory import Component, ComponentKind
from workloads.encodings import encoding

Origins = Mapping[str, Price | SramTable]
"""What an estimate rests on: the prices used, by name, and the SRAM table."""


class Where(Enum):
    """The accelerators that a statement is true of."""

    ALL = "all"
    NO_DRAM = "no DRAM"
    DRAM = "DRAM"
    XNOR = "xnor array"
    MAC = "mac array"
    FLOAT = "floating-point units"
    VECTOR = "vector unit"
    OR_POOL = "OR-pool"


NOT_PRICED = (
    (Where.NO_DRAM, "everything behind the global buffer: DRAM, its interface, input and output pads"),
    (Where.DRAM, "behind the global buffer: the DRAM controller, input and output pads"),
    (Where.DRAM, "of DRAM: interface and idle energy (refresh, background) beyond the price of a bit"),
    (Where.ALL, "controller, address generators, drain control, and the registers that hold a job's constants"),
    (Where.ALL, "wires, clock tree, repeaters, and the space between placed cells"),
    (Where.ALL, "memory port: its registers, the alignment of words, the assembly of result words"),
    (
        Where.ALL,
        "scratchpads: registers behind a read (taken as the macros' own), a second port, division into sub-banks",
    ),
    (Where.ALL, "scratchpad A: the valid bit beside each k word, which a border tap does not have"),
    (Where.ALL, "read multiplexers and word selection of the result buffer"),
    (Where.XNOR, "in an xnor PE: the choice between XNOR and AND, the tail mask, multiplexers before every register"),
    (
        Where.XNOR,
        "in an xnor array: the ones of a mixed pair's words, counted where they enter, and their data on the way",
    ),
    (Where.XNOR, "in an output-stationary PE: clearing and capturing a sum in rows that a tile does not have"),
    (Where.MAC, "in a mac PE: the multiplexers before every register"),
    (Where.FLOAT, "conversion, rounding modes and exceptions of floating-point units beyond the priced units"),
    (Where.VECTOR, "vector unit: its sequencer, operand routing and reductions across lanes"),
    (Where.VECTOR, "data of the vector unit's operand registers"),
    (Where.VECTOR, "in the vector unit: the buffer that holds a row while softmax or a norm passes over it again"),
    (Where.VECTOR, "in the vector unit: what turns rows into columns in a re-layout"),
    (Where.OR_POOL, "in the OR-pool: the choice of a group's register and of its first word"),
    (Where.ALL, "in a threshold unit: the second comparison, and the choices of direction and of half"),
    (Where.ALL, "data of the flags in the skew: first, last, tail"),
    (Where.ALL, "glitches in arithmetic units and comparators"),
)

NO_DRAM = "off-chip energy is 0 because nothing behind the global buffer is modelled, not because it is free"
VECTOR_MODEL = "the vector unit is a model without RTL"
MAC_MODEL = "mac arrays are a model without RTL"
GATING_MODEL = "clock gating of idle arrays is a model without RTL"


def not_priced(components: Iterable[Component]) -> tuple[str, ...]:
    """Return what has no price in an accelerator of these components."""
    parts = list(components)
    kinds = {part.kind for part in parts}
    floats = any(part.kind is ComponentKind.MAC_PE and encoding(part.element).is_float for part in parts)
    true = {
        Where.ALL: True,
        Where.NO_DRAM: ComponentKind.DRAM not in kinds,
        Where.DRAM: ComponentKind.DRAM in kinds,
        Where.XNOR: ComponentKind.XNOR_PE in kinds,
        Where.MAC: ComponentKind.MAC_PE in kinds,
        Where.FLOAT: floats or ComponentKind.VECTOR_LANE in kinds,
        Where.VECTOR: ComponentKind.VECTOR_LANE in kinds,
        Where.OR_POOL: ComponentKind.OR_POOL in kinds,
    }
    return tuple(text for where, text in NOT_PRICED if true[where])


def warnings_of(
    accelerator: Accelerator, priced: Iterable[PricedComponent], technology: Technology
) -> tuple[str, ...]:  # fmt: skip
    """Return what a reader must know of this estimate in particular."""
    components = list(priced)
    used = {term.price for item in components for term in item.terms}
    origins: dict[str, Price | SramTable] = {n: price for n, price in technology.prices.items() if n in used}
    if SRAM in used:
        origins[SRAM] = technology.sram
    return (
        _off_chip(components, technology),
        *_models(accelerator),
        *_slow_memories(components, accelerator.frequency_hz),
        *_stretched_memories(components),
        *_foreign_nodes(origins, technology.node_nm),
        *_listed("of unknown node", _units(origins, lambda origin: origin.node_nm is None)),
        *_listed("of unknown voltage", _units(origins, lambda origin: origin.voltage_v is None)),
        *_listed("unverified", [name for name, origin in origins.items() if origin.kind is Kind.UNVERIFIED]),
    )


def _off_chip(components: Iterable[PricedComponent], technology: Technology) -> str:
    if not any(item.off_chip for item in components):
        return NO_DRAM
    price = technology.price("dram_bit_energy")
    return (
        f"off-chip energy is {price.value:g} {price.unit} for each bit of DRAM read or written ({price.kind.value}: "
        f"{price.source}); interface and idle energy (refresh, background) beyond this price is not in it"
    )


def _models(accelerator: Accelerator) -> list[str]:
    """Return which of the accelerator's parts have no RTL that the counts are checked against."""
    arrays, vector = accelerator.arrays.values(), accelerator.vector_unit
    gated = any(array.clock_gated for array in arrays) or (vector is not None and vector.clock_gated)
    found = (
        (vector is not None, VECTOR_MODEL),
        (any(array.kind is ArrayKind.MAC for array in arrays), MAC_MODEL),
        (gated, GATING_MODEL),
    )
    return [text for true, text in found if true]


def _slow_memories(components: Iterable[PricedComponent], frequency_hz: int) -> list[str]:
    period_ns = 1e9 / frequency_hz
    return [
        f"{item.component.name} cycles in {item.memory.cycle_ns:.2f} ns, the clock in {period_ns:.2f} ns: "
        "it cannot be accessed every cycle"
        for item in components
        if item.memory is not None and item.memory.cycle_ns > period_ns
    ]


def _stretched_memories(components: Iterable[PricedComponent]) -> list[str]:
    return [
        f"{item.component.name}: {note}" for item in components if item.memory is not None for note in item.memory.notes
    ]


def _foreign_nodes(origins: Origins, node_nm: float) -> list[str]:
    nodes = sorted({origin.node_nm for origin in origins.values() if origin.node_nm is not None} - {node_nm})
    return [text for node in nodes for text in _foreign_node(origins, node, node_nm)]


def _foreign_node(origins: Origins, node: float, node_nm: float) -> list[str]:
    names = _units(origins, lambda origin: origin.node_nm == node)
    return _listed(f"of {node:g} nm, used unscaled at {node_nm:g} nm", names)


def _listed(what: str, names: Sequence[str]) -> list[str]:
    return [f"prices {what}: {', '.join(names)}"] if names else []


def _units(origins: Origins, holds: Callable[[Price | SramTable], bool]) -> list[str]:
    """Return the prices that something holds for, as their unit's name alone if it holds for all that the unit has."""
    names = [name for name, origin in origins.items() if holds(origin)]
    others = {_unit(name) for name in origins if name not in names}
    return list(dict.fromkeys(name if _unit(name) in others else _unit(name) for name in names))


def _unit(name: str) -> str:
    return name.removesuffix("_energy").removesuffix("_area").removesuffix("_leakage")
