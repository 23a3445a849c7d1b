"""The numbers of design points, under the names that they have in the JSON of a run."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from costmodel.technology import Technology
from costmodel.totals import Costs, costs
from simulator.cycles import CycleClasses
from simulator.plan_run import PlanRun
from simulator.run import macs_by_kind
from simulator.totals import totals
from simulator.utilization import Utilization

Numbers = Mapping[str, Any]
"""Name -> number, or column of numbers."""
_JOB_PARTS = ("a", "b", "thresholds", "results")
_OTHER_PARTS = ("vector_reads", "vector_writes", "dram_reads", "dram_writes")


def of_nothing(layers: Iterable[str]) -> Numbers:
    """Return every number as 0, those of layers by name included, and nothing as what bounds them."""
    traffic = dict.fromkeys((*_JOB_PARTS, *_OTHER_PARTS), 0)
    # Power is a ratio: the time must not be 0 for it to be 0.
    numbers = _named(CycleClasses(), Costs(1.0, 0.0, 0.0, 0.0), traffic, macs_by_kind(()), Utilization.of(()))
    of_layers = {f"layers.{layer}.{name}": zero for layer in layers for name, zero in (("cycles", 0), ("bound_by", ""))}
    return {**numbers, "latency_s": 0.0, **of_layers}


def totals_of(run: PlanRun, technology: Technology) -> Numbers:
    """Return the numbers of all layers together, of points of one structure."""
    found, width_bits = totals(run), run.accelerator.port.width_bits
    others = found.vector_reads, found.vector_writes, found.dram.reads, found.dram.writes
    words = {part: getattr(found.jobs, part) for part in _JOB_PARTS} | dict(zip(_OTHER_PARTS, others, strict=True))
    moved = {name: width_bits * count for name, count in words.items()}
    priced = costs(found, run.accelerator, technology)
    return _named(found.classes, priced, moved, macs_by_kind(run.plan.jobs), found.utilization)


def layers_of(run: PlanRun) -> Numbers:
    """Return each layer's cycles, and what most of them went to."""
    numbers: dict[str, Any] = {}
    for layer, cycles in run.spent_by_layer().items():
        columns = np.array(np.broadcast_arrays(*cycles.values()))
        numbers[f"layers.{layer}.cycles"] = columns.sum(axis=0)
        numbers[f"layers.{layer}.bound_by"] = np.array(list(cycles), dtype=object)[columns.argmax(axis=0)]
    return numbers


def _named(
    classes: CycleClasses, priced: Costs, moved: Numbers, macs: Numbers, utilization: Utilization
) -> dict[str, Any]:  # fmt: skip
    return {
        "cycles": classes.cycles,
        **_under("cycle_classes", vars(classes)),
        "stall_cycles": classes.stall_cycles,
        "latency_s": priced.latency_s,
        "power_w": priced.power_w,
        "area_mm2.total": priced.area_mm2,
        "energy_pj.on_chip": priced.energy_on_chip_pj,
        "energy_pj.off_chip": priced.energy_off_chip_pj,
        **_under("traffic_bits", moved),
        **_under("macs", macs),
        **_under("utilization", vars(utilization)),
    }


def _under(table: str, numbers: Numbers) -> Numbers:
    return {f"{table}.{name}": number for name, number in numbers.items()}
