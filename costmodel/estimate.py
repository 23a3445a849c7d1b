"""``estimate``: what a run costs in a technology."""

from collections.abc import Iterable, Iterator

from costmodel.components import PricedComponent, price_component
from costmodel.cost import AreaItem, Charge, Estimate, LayerTime
from costmodel.statements import NOT_PRICED, warnings_of
from costmodel.technology import Technology
from costmodel.terms import LEAKAGE, SRAM
from simulator.errors import SimulationError
from simulator.run import LayerRun, Run

_PJ_PER_MJ = 1e9
"""A milliwatt for a second is a millijoule."""


def estimate(run: Run, technology: Technology) -> Estimate:
    """Price a run's events and its accelerator's inventory.

    Errors: InputError if the technology lacks a price that a formula needs; SimulationError if an event has no formula.
    """
    port_bits = run.accelerator.port.width_bits
    priced = {item.name: price_component(item, port_bits, technology) for item in run.inventory}
    frequency_hz = run.accelerator.frequency_hz
    layers = tuple(LayerTime(layer.job.name, layer.job.count, layer.total_classes.cycles) for layer in run.layer_runs)
    charges = tuple(
        charge
        for index, layer in enumerate(run.layer_runs)
        for charge in (
            *_dynamic(index, layer, priced),
            *_leaked(index, layers[index].cycles / frequency_hz, priced.values()),
        )
    )
    used = {term.price for item in priced.values() for term in item.terms} - {SRAM}
    return Estimate(
        workload=run.trace.name,
        accelerator=run.accelerator.name,
        technology=technology,
        frequency_hz=frequency_hz,
        layer_times=layers,
        charges=charges,
        areas=tuple(_areas(priced.values())),
        prices_used={name: price for name, price in technology.prices.items() if name in used},
        not_priced=NOT_PRICED,
        warnings=warnings_of(run, priced.values(), technology),
    )


def _dynamic(index: int, layer: LayerRun, priced: dict[str, PricedComponent]) -> Iterator[Charge]:
    """Return the energy of a layer's events, term by term."""
    for (name, action), count in layer.total_counts.items():
        if name not in priced:
            raise SimulationError(f"layer {layer.job.name}: event {action} of {name}, which is not in the inventory")
        for term in priced[name].energy_terms(action):
            yield Charge(index, name, action, term.part, term.kind, count * term.total)


def _leaked(index: int, duration_s: float, priced: Iterable[PricedComponent]) -> Iterator[Charge]:
    """Return what every component leaks in that time, used or not."""
    for item in priced:
        for term in item.leakage:
            energy_pj = item.component.count * term.total * duration_s * _PJ_PER_MJ
            yield Charge(index, item.component.name, LEAKAGE, term.part, term.kind, energy_pj)


def _areas(priced: Iterable[PricedComponent]) -> Iterator[AreaItem]:
    for item in priced:
        for term in item.area:
            yield AreaItem(item.component.name, term.part, term.kind, item.component.count * term.total)
