"""``estimate``: what a run costs in a technology."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from costmodel.components import PricedComponent, price_component
from costmodel.cost import AreaItem, Charge, Estimate, LayerTime
from costmodel.statements import not_priced, warnings_of
from costmodel.technology import Kind, Technology
from costmodel.terms import LEAKAGE, SRAM
from simulator.errors import SimulationError
from simulator.layer_run import LayerRun
from simulator.run import Run

PJ_PER_MJ = 1e9
"""A milliwatt for a second is a millijoule."""


def estimate(run: Run, technology: Technology) -> Estimate:
    """Price a run's events and its accelerator's inventory.

    Errors: InputError if the technology lacks a price that a formula needs; SimulationError if an event has no formula.
    """
    port_bits = run.accelerator.port.width_bits
    priced = {item.name: price_component(item, port_bits, technology) for item in run.inventory}
    off_chip = {item.component.name for item in priced.values() if item.off_chip}
    frequency_hz = run.accelerator.frequency_hz
    times = tuple(
        LayerTime(layer.name, layer.layer, layer.operation, layer.count, layer.total_classes.cycles)
        for layer in run.layer_runs
    )
    durations_s = [time.cycles / frequency_hz for time in times]
    charges = tuple(_charges(run.layer_runs, durations_s, priced))
    used = {term.price for item in priced.values() for term in item.terms} - {SRAM}
    return Estimate(
        workload=run.trace.name,
        accelerator=run.accelerator.name,
        technology=technology,
        frequency_hz=frequency_hz,
        layer_times=times,
        charges=tuple(charge for charge in charges if charge.component not in off_chip),
        off_chip_charges=tuple(charge for charge in charges if charge.component in off_chip),
        areas=tuple(_areas(priced.values())),
        prices_used={name: price for name, price in technology.prices.items() if name in used},
        not_priced=not_priced(run.inventory),
        warnings=warnings_of(run.accelerator, priced.values(), technology),
    )


def _charges(
    layers: Sequence[LayerRun], durations_s: Sequence[float], priced: Mapping[str, PricedComponent]
) -> Iterator[Charge]:
    """Return every charge, on the chip and off it."""
    leakages = tuple(_leakages(priced.values()))
    for index, (layer, duration_s) in enumerate(zip(layers, durations_s, strict=True)):
        yield from _dynamic(index, layer, priced)
        for name, kind, power_mw in leakages:
            yield Charge(index, name, LEAKAGE, LEAKAGE, kind, power_mw * duration_s * PJ_PER_MJ)


def _dynamic(index: int, layer: LayerRun, priced: Mapping[str, PricedComponent]) -> Iterator[Charge]:
    """Return the energy of a layer's events, term by term."""
    for (name, action), count in layer.total_counts.items():
        if name not in priced:
            raise SimulationError(f"layer {layer.name}: event {action} of {name}, which is not in the inventory")
        for term in priced[name].energy_terms(action):
            yield Charge(index, name, action, term.part, term.kind, count * term.total)


def _leakages(priced: Iterable[PricedComponent]) -> Iterator[tuple[str, Kind, float]]:
    """Return what every component leaks, used or not, as (component, kind, mW of all units)."""
    for item in priced:
        for kind in dict.fromkeys(term.kind for term in item.leakage):
            power_mw = math.fsum(term.total for term in item.leakage if term.kind is kind)
            yield item.component.name, kind, item.component.count * power_mw


def _areas(priced: Iterable[PricedComponent]) -> Iterator[AreaItem]:
    for item in priced:
        for term in item.area:
            yield AreaItem(item.component.name, term.part, term.kind, item.component.count * term.total)
