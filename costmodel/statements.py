"""What a report must say beside the numbers: what is not priced, and where a price is stretched."""

from collections.abc import Iterable, Mapping, Sequence

from costmodel.components import PricedComponent
from costmodel.technology import Kind, Price, SramTable, Technology
from costmodel.terms import SRAM
from simulator.run import Run

NOT_PRICED = (
    "everything behind the global buffer: DRAM, its interface, input and output pads",
    "controller, address generators, drain control, and the registers that hold a job's constants",
    "wires, clock tree, repeaters, and the space between placed cells",
    "memory port: its registers, the alignment of words, the assembly of result words",
    "scratchpads: the registers behind a read (taken as the macros' own), a second port, the division into sub-banks",
    "read multiplexers and word selection of the result buffer",
    "in a PE: the choice between XNOR and AND, the tail mask, and the multiplexers before every register",
    "in a threshold unit: the second comparison, and the choices of direction and of half",
    "data of the flags in the skew: first, last, tail",
    "glitches in adders and comparators",
)


OFF_CHIP = "off-chip energy is 0 because nothing behind the global buffer is modelled, not because it is free"


def warnings_of(run: Run, priced: Iterable[PricedComponent], technology: Technology) -> tuple[str, ...]:
    """Return what a reader must know of this estimate in particular."""
    components = list(priced)
    used = {term.price for item in components for term in item.terms}
    origins: dict[str, Price | SramTable] = {n: price for n, price in technology.prices.items() if n in used}
    if SRAM in used:
        origins[SRAM] = technology.sram
    return (
        OFF_CHIP,
        *_slow_memories(components, run.accelerator.frequency_hz),
        *_stretched_memories(components),
        *_foreign_nodes(origins, technology.node_nm),
        *_listed("of unknown voltage", _units(name for name, origin in origins.items() if origin.voltage_v is None)),
        *_listed("unverified", [name for name, origin in origins.items() if origin.kind is Kind.UNVERIFIED]),
    )


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


def _foreign_nodes(origins: Mapping[str, Price | SramTable], node_nm: float) -> list[str]:
    nodes = sorted({origin.node_nm for origin in origins.values()} - {node_nm})
    return [
        text
        for node in nodes
        for text in _listed(
            f"of {node:g} nm, used unscaled at {node_nm:g} nm",
            _units(name for name, origin in origins.items() if origin.node_nm == node),
        )
    ]


def _listed(what: str, names: Sequence[str]) -> list[str]:
    return [f"prices {what}: {', '.join(names)}"] if names else []


def _units(names: Iterable[str]) -> list[str]:
    """Return names without their quality: a unit's energy, area and leakage mostly come from one place."""
    short = (name.removesuffix("_energy").removesuffix("_area").removesuffix("_leakage") for name in names)
    return list(dict.fromkeys(short))
