"""A technology: prices, each with its value, unit, node, voltage, kind and source."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from workloads.errors import InputError


class Kind(Enum):
    """What a number rests on, from the best ground to the worst (docs/costs.md, section 2)."""

    SYNTHESIZED = "synthesized"
    PUBLISHED = "published"
    COMPOSED = "composed"
    SCALED = "scaled"
    UNVERIFIED = "unverified"


_RANK = {kind: rank for rank, kind in enumerate(Kind)}


def worse(a: Kind, b: Kind) -> Kind:
    """Return the kind that rests on the worse ground."""
    return max(a, b, key=_RANK.__getitem__)


# How many of a unit make one of those that the model computes in: pJ, um2 and mW.
_DIVISORS = {"pJ": 1, "fJ": 1_000, "um2": 1, "mW": 1, "uW": 1_000, "nW": 1_000_000}


@dataclass(frozen=True)
class Price:
    """One number of a technology file; a ``node_nm`` or ``voltage_v`` of None is one that the source does not state."""

    value: float
    unit: str
    node_nm: float | None
    voltage_v: float | None
    kind: Kind
    source: str
    note: str = ""

    @property
    def amount(self) -> float:
        """Return the value in the unit that the model computes in.

        Units: pJ, um2 or mW.
        """
        return self.value / _DIVISORS[self.unit]


@dataclass(frozen=True)
class SramPoint:
    """One memory macro: energies are per access of its whole word."""

    capacity_bytes: float
    width_bits: int
    read_pj: float
    write_pj: float
    leakage_mw: float
    area_mm2: float
    access_ns: float
    cycle_ns: float


@dataclass(frozen=True)
class SramTable:
    """The macros of one node: every width at every capacity of a grid."""

    points: tuple[SramPoint, ...]
    node_nm: float | None
    voltage_v: float | None
    kind: Kind
    source: str
    note: str = ""

    @cached_property
    def widths_bits(self) -> tuple[int, ...]:
        """Return the widths, ascending."""
        return tuple(sorted({point.width_bits for point in self.points}))

    @cached_property
    def columns(self) -> Mapping[int, tuple[SramPoint, ...]]:
        """Return the points of each width, by ascending capacity."""
        ordered = sorted(self.points, key=lambda point: point.capacity_bytes)
        return {width: tuple(p for p in ordered if p.width_bits == width) for width in self.widths_bits}


@dataclass(frozen=True)
class Technology:
    """Every price that a cost is made of; ``file`` is where they were read."""

    name: str
    node_nm: float
    voltage_v: float | None
    description: str
    prices: Mapping[str, Price]
    sram: SramTable
    file: str

    def price(self, name: str) -> Price:
        """Return a price by name.

        Errors: InputError if the technology has none: there is no default and no silent zero.
        """
        if name not in self.prices:
            raise InputError(f"no price {name} in {self.name} ({self.file})")
        return self.prices[name]
