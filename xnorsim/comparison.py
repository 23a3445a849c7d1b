"""Two runs side by side: what the one saves of the other."""

import math
from collections import defaultdict
from dataclasses import dataclass

from costmodel.cost import Estimate
from costmodel.technology import Kind
from simulator.run import Run
from workloads.operations import EcoFormerAttention, SoftmaxAttention

ECOFORMER = EcoFormerAttention.kind
ATTENTION = (SoftmaxAttention.kind, ECOFORMER)
"""The operations that are attention itself: no projection, which is a matrix product."""


@dataclass(frozen=True)
class Outcome:
    """A run and what it costs."""

    run: Run
    costs: Estimate

    @property
    def title(self) -> str:
        """Return workload and accelerator."""
        return f"{self.run.trace.name} on {self.run.accelerator.name}"


@dataclass(frozen=True)
class Share:
    """Some steps of a network.

    Units: the suffix of each name.
    """

    steps: int
    cycles: int
    on_chip_pj: float
    off_chip_pj: float


def by_operation(outcome: Outcome) -> dict[str, Share]:
    """Return what each kind of operation takes, in order of appearance; the shares add up to the network."""
    grouped: defaultdict[str, list[tuple[int, float, float]]] = defaultdict(list)
    costs = outcome.costs
    rows = zip(costs.layer_times, costs.energy_by_layer_pj, costs.off_chip_by_layer_pj, strict=True)
    for time, on_chip, off_chip in rows:
        grouped[time.operation].append((time.cycles, math.fsum(on_chip.values()), off_chip))
    return {operation: _share(parts) for operation, parts in grouped.items()}


def _share(parts: list[tuple[int, float, float]]) -> Share:
    cycles, on_chip, off_chip = zip(*parts, strict=True)
    return Share(len(parts), sum(cycles), math.fsum(on_chip), math.fsum(off_chip))


def attention(outcome: Outcome) -> Share | None:
    """Return what attention itself takes, over all its layers; None if there is none."""
    shares = [share for operation, share in by_operation(outcome).items() if operation in ATTENTION]
    if not shares:
        return None
    return Share(
        sum(share.steps for share in shares),
        sum(share.cycles for share in shares),
        math.fsum(share.on_chip_pj for share in shares),
        math.fsum(share.off_chip_pj for share in shares),
    )


def attention_by_component_pj(outcome: Outcome) -> dict[str, float]:
    """Return component -> on-chip energy of attention itself."""
    parts: defaultdict[str, list[float]] = defaultdict(list)
    for time, energies in zip(outcome.costs.layer_times, outcome.costs.energy_by_layer_pj, strict=True):
        if time.operation in ATTENTION:
            for component, energy_pj in energies.items():
                parts[component].append(energy_pj)
    return {component: math.fsum(energies) for component, energies in parts.items()}


def attention_shares(outcome: Outcome) -> dict[Kind, float]:
    """Return how much of attention's on-chip energy rests on each kind of number."""
    times = outcome.costs.layer_times
    return outcome.costs.shares_of({index for index, time in enumerate(times) if time.operation in ATTENTION})


def saving(value: float, baseline: float) -> float | None:
    """Return how much less a value is than its baseline, as a share of that; None against nothing."""
    return 1 - value / baseline if baseline else None
