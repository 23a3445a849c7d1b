"""The estimate: a list of single charges, and the totals and breakdowns that are sums of it."""

import math
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from costmodel.technology import Kind, Price, Technology
from costmodel.terms import LEAKAGE

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Charge:
    """Energy of one term of one action of one component in one layer."""

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
    """A layer and the cycles of all its jobs."""

    name: str
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
    return {kind: sums.get(kind, 0.0) / total for kind in Kind}


@dataclass(frozen=True)
class Estimate:
    """What a run costs. Every total and every breakdown is a sum of ``charges`` or of ``areas``.

    ``prices_used`` are the prices that the accelerator's formulas name, beside the technology's SRAM table.
    """

    workload: str
    accelerator: str
    technology: Technology
    frequency_hz: int
    layer_times: tuple[LayerTime, ...]
    charges: tuple[Charge, ...]
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
        return math.fsum(charge.energy_pj for charge in self.charges)

    @property
    def energy_off_chip_pj(self) -> float:
        """Return 0: nothing behind the global buffer is modelled, and a workload that needs it is refused."""
        return 0.0

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
        """Return component -> energy."""
        return _sums(self.charges, lambda charge: charge.component, _energy)

    @property
    def energy_by_action_pj(self) -> dict[str, dict[str, float]]:
        """Return component -> action -> energy; leakage is an action."""
        return _nested(_sums(self.charges, lambda charge: (charge.component, charge.action), _energy))

    @property
    def energy_by_part_pj(self) -> dict[str, dict[str, float]]:
        """Return component -> part -> energy: what inside a component it goes to."""
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
    def area_shares(self) -> dict[Kind, float]:
        """Return how much of the area rests on each kind of number."""
        return _shares(_sums(self.areas, lambda item: item.kind, lambda item: item.area_um2))

    @property
    def energy_by_layer_pj(self) -> tuple[dict[str, float], ...]:
        """Return component -> energy for every layer, in order."""
        return tuple(_sums(charges, lambda charge: charge.component, _energy) for charges in self._charges_by_layer())

    def layers(self) -> "pd.DataFrame":
        """Return one row a layer: its time, its energy, and how much of that is leakage.

        Units: of the layer's whole count.
        """
        import pandas as pd

        times = zip(self.layer_times, self._charges_by_layer(), strict=True)
        return pd.DataFrame([self._layer_row(time, charges) for time, charges in times])

    def _charges_by_layer(self) -> list[list[Charge]]:
        grouped: list[list[Charge]] = [[] for _ in self.layer_times]
        for charge in self.charges:
            grouped[charge.layer].append(charge)
        return grouped

    def _layer_row(self, time: LayerTime, charges: list[Charge]) -> dict[str, object]:
        return {
            "name": time.name,
            "count": time.count,
            "cycles": time.cycles,
            "latency_s": time.cycles / self.frequency_hz,
            "energy_pj": math.fsum(map(_energy, charges)),
            "leakage_pj": math.fsum(charge.energy_pj for charge in charges if charge.action == LEAKAGE),
        }


def _energy(charge: Charge) -> float:
    return charge.energy_pj
