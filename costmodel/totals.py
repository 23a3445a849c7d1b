"""What a network costs on many accelerators of one structure: the totals of an estimate, in columns."""

from collections.abc import Iterable
from dataclasses import dataclass

from costmodel.components import price_component
from costmodel.estimate import PJ_PER_MJ
from costmodel.technology import Technology
from costmodel.terms import Term
from simulator.accelerator import Accelerator
from simulator.inventory import inventory
from simulator.totals import Totals


@dataclass(frozen=True)
class Costs:
    """The totals of an estimate; every number may be a column."""

    latency_s: float
    energy_on_chip_pj: float
    energy_off_chip_pj: float
    area_mm2: float

    @property
    def power_w(self) -> float:
        """Return the mean on-chip power over the run."""
        return self.energy_on_chip_pj * 1e-12 / self.latency_s


def costs(found: Totals, accelerator: Accelerator, technology: Technology) -> Costs:
    """Price the totals of a network on accelerators of one structure.

    Errors: InputError if the technology lacks a price that a formula needs; SimulationError if an event has no formula.
    """
    port_bits = accelerator.port.width_bits
    priced = {item.name: price_component(item, port_bits, technology) for item in inventory(accelerator)}
    latency_s = found.classes.cycles / accelerator.frequency_hz
    leakage_mw = sum(item.component.count * _sum(item.leakage) for item in priced.values())
    on_chip, off_chip = leakage_mw * latency_s * PJ_PER_MJ, 0.0
    for (name, action), count in found.counts.items():
        energy_pj = count * _sum(priced[name].energy_terms(action))
        if priced[name].off_chip:
            off_chip = off_chip + energy_pj
        else:
            on_chip = on_chip + energy_pj
    area_um2 = sum(item.component.count * _sum(item.area) for item in priced.values())
    return Costs(latency_s, on_chip, off_chip, area_um2 / 1e6)


def _sum(terms: Iterable[Term]) -> float:
    """Return what one costs."""
    return sum((term.total for term in terms), 0.0)
