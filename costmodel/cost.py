"""The estimate: lists of single charges, on and off the chip, and the totals and breakdowns that are sums of them."""

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from costmodel.technology import Kind, Price, Technology
from costmodel.terms import LEAKAGE

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Charge:
    """Energy of one term of one action of one component in one layer; leakage is one term of each kind of number.

    ``layer`` is the layer's place in ``Estimate.layer_times``.
    """

    layer: int
    component: str
    action: str
    part: str
    kind: Kind
    energy_pj: float


@dataclass(frozen=True)
class AreaItem:
    """Area of one term of all units of one component."""

    component: str
    part: str
    kind: Kind
    area_um2: float


@dataclass(frozen=True)
class LayerTime:
    """A step of a layer, how often it runs, and the cycles of all of that.

    ``layer`` is the operation of the trace that the step belongs to, ``operation`` what that does.
    """

    name: str
    layer: str
    operation: str
    count: int
    cycles: int


Item = TypeVar("Item")
Group = TypeVar("Group", bound=Hashable)


def _sums(items: Iterable[Item], group: Callable[[Item], Group], value: Callable[[Item], float]) -> dict[Group, float]:
    """Sum by group, each sum rounded once."""
    values: defaultdict[Group, list[float]] = defaultdict(list)
    for item in items:
        values[group(item)].append(value(item))
    return {name: math.fsum(parts) for name, parts in values.items()}


def _nested(sums: Mapping[tuple[str, str], float]) -> dict[str, dict[str, float]]:
    nested: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for (outer, inner), value in sums.items():
        nested[outer][inner] = value
    return dict(nested)


def _shares(sums: Mapping[Kind, float]) -> dict[Kind, float]:
    """Return every kind's share, zero for a kind that nothing rests on."""
    total = math.fsum(sums.values())
    return {kind: sums.get(kind, 0.0) / total if total else 0.0 for kind in Kind}


@dataclass(frozen=True)
class Estimate:
    """What a run costs. Every total and every breakdown is a sum of ``charges``, ``off_chip_charges`` or ``areas``.

    ``off_chip_charges`` are those of DRAM: nothing sums them with ``charges``, the chip's. ``layer_times`` has
    one entry for every step of the run. ``prices_used`` are the prices that the accelerator's formulas name, beside the
    technology's SRAM table.
    """

    workload: str
    accelerator: str
    technology: Technology
    frequency_hz: int
    layer_times: tuple[LayerTime, ...]
    charges: tuple[Charge, ...]
    off_chip_charges: tuple[Charge, ...]
    areas: tuple[AreaItem, ...]
    prices_used: Mapping[str, Price]
    not_priced: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def cycles(self) -> int:
        """Return the cycles of all layers."""
        return sum(layer.cycles for layer in self.layer_times)

    @property
    def latency_s(self) -> float:
        """Return the time from the first layer's start to the last one's end."""
        return self.cycles / self.frequency_hz

    @property
    def energy_on_chip_pj(self) -> float:
        """Return the energy of everything up to and including the global buffer, leakage included."""
        return math.fsum(map(_energy, self.charges))

    @property
    def energy_off_chip_pj(self) -> float:
        """Return the energy of DRAM; without DRAM it is 0, since nothing is read from there or written."""
        return math.fsum(map(_energy, self.off_chip_charges))

    @property
    def power_w(self) -> float:
        """Return the mean on-chip power over the run."""
        return self.energy_on_chip_pj * 1e-12 / self.latency_s

    @property
    def area_mm2(self) -> float:
        """Return the area of all components."""
        return math.fsum(item.area_um2 for item in self.areas) / 1e6

    @property
    def energy_by_component_pj(self) -> dict[str, float]:
        """Return component -> energy, on chip."""
        return _sums(self.charges, lambda charge: charge.component, _energy)

    @property
    def energy_by_action_pj(self) -> dict[str, dict[str, float]]:
        """Return component -> action -> energy, on chip; leakage is an action."""
        return _by_action(self.charges)

    @property
    def off_chip_by_action_pj(self) -> dict[str, dict[str, float]]:
        """Return component -> action -> energy, off chip."""
        return _by_action(self.off_chip_charges)

    @property
    def energy_by_part_pj(self) -> dict[str, dict[str, float]]:
        """Return component -> part -> energy, on chip: what inside a component it goes to."""
        return _nested(_sums(self.charges, lambda charge: (charge.component, charge.part), _energy))

    @property
    def area_by_component_mm2(self) -> dict[str, float]:
        """Return component -> area."""
        return _sums(self.areas, lambda item: item.component, lambda item: item.area_um2 / 1e6)

    @property
    def area_by_part_um2(self) -> dict[str, dict[str, float]]:
        """Return component -> part -> area."""
        return _nested(_sums(self.areas, lambda item: (item.component, item.part), lambda item: item.area_um2))

    @property
    def energy_shares(self) -> dict[Kind, float]:
        """Return how much of the on-chip energy rests on each kind of number."""
        return _shares(_sums(self.charges, lambda charge: charge.kind, _energy))

    @property
    def off_chip_shares(self) -> dict[Kind, float]:
        """Return how much of the off-chip energy rests on each kind of number; all 0 without DRAM traffic."""
        return _shares(_sums(self.off_chip_charges, lambda charge: charge.kind, _energy))

    def shares_of(self, layers: Collection[int]) -> dict[Kind, float]:
        """Return how much of the on-chip energy of some entries of ``layer_times`` rests on each kind of number."""
        charges = (charge for charge in self.charges if charge.layer in layers)
        return _shares(_sums(charges, lambda charge: charge.kind, _energy))

    @property
    def area_shares(self) -> dict[Kind, float]:
        """Return how much of the area rests on each kind of number."""
        return _shares(_sums(self.areas, lambda item: item.kind, lambda item: item.area_um2))

    @property
    def energy_by_layer_pj(self) -> tuple[dict[str, float], ...]:
        """Return component -> energy, on chip, for every entry of ``layer_times``."""
        return tuple(
            _sums(charges, lambda charge: charge.component, _energy) for charges in self._by_layer(self.charges)
        )

    @property
    def off_chip_by_layer_pj(self) -> tuple[float, ...]:
        """Return the energy of DRAM for every entry of ``layer_times``."""
        return tuple(math.fsum(map(_energy, charges)) for charges in self._by_layer(self.off_chip_charges))

    def layers(self) -> "pd.DataFrame":
        """Return one row for every entry of ``layer_times``: time, on-chip energy, how much of that leaks, and DRAM's.

        Units: of its whole count.
        """
        import pandas as pd

        rows = zip(self.layer_times, self._by_layer(self.charges), self.off_chip_by_layer_pj, strict=True)
        return pd.DataFrame([self._layer_row(*row) for row in rows])

    def _by_layer(self, charges: Iterable[Charge]) -> list[list[Charge]]:
        grouped: list[list[Charge]] = [[] for _ in self.layer_times]
        for charge in charges:
            grouped[charge.layer].append(charge)
        return grouped

    def _layer_row(self, time: LayerTime, charges: list[Charge], off_chip_pj: float) -> dict[str, object]:
        return {
            "name": time.name,
            "layer": time.layer,
            "operation": time.operation,
            "count": time.count,
            "cycles": time.cycles,
            "latency_s": time.cycles / self.frequency_hz,
            "energy_pj": math.fsum(map(_energy, charges)),
            "leakage_pj": math.fsum(charge.energy_pj for charge in charges if charge.action == LEAKAGE),
            "off_chip_pj": off_chip_pj,
        }


def _energy(charge: Charge) -> float:
    return charge.energy_pj


def _by_action(charges: Iterable[Charge]) -> dict[str, dict[str, float]]:
    return _nested(_sums(charges, lambda charge: (charge.component, charge.action), _energy))
