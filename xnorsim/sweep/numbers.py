"""The numbers of design points, under the names that they have in the JSON of a run."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from costmodel.cost import Estimate
from costmodel.estimate import estimate
from costmodel.technology import Technology
from costmodel.totals import Costs, costs
from simulator.accelerator import Accelerator
from simulator.columns import Integers
from simulator.cycles import CycleClasses
from simulator.engines import Engine
from simulator.plan import Plan
from simulator.run import macs_by_kind, simulate
from simulator.totals import totals
from simulator.utilization import Utilization
from workloads.trace import Trace
from xnorsim.json_report import traffic_bits

Numbers = Mapping[str, Any]
"""Name -> number, or column of numbers."""
_JOB_PARTS = ("a", "b", "thresholds", "results")
_OTHER_PARTS = ("vector_reads", "vector_writes", "dram_reads", "dram_writes")


def of_nothing() -> Numbers:
    """Return every number as 0."""
    traffic = dict.fromkeys((*_JOB_PARTS, *_OTHER_PARTS), 0)
    return _named(
        CycleClasses(), Costs(1.0, 0.0, 0.0, 0.0), traffic, macs_by_kind(()), Utilization(0.0, 0.0, 0.0, 0.0)
    ) | {"latency_s": 0.0}


def of_many(plan: Plan, accelerator: Accelerator, classes: Integers, technology: Technology) -> Numbers:
    """Return the numbers of points of one structure.

    Shapes: classes [jobs, 5, points], of a single one of each of the plan's jobs.
    """
    found = totals(plan, accelerator, [CycleClasses(*one) for one in classes])
    others = found.vector_reads, found.vector_writes, found.dram.reads, found.dram.writes
    words = {part: getattr(found.jobs, part) for part in _JOB_PARTS} | dict(zip(_OTHER_PARTS, others, strict=True))
    moved = {name: accelerator.port.width_bits * count for name, count in words.items()}
    priced = costs(found, accelerator, technology)
    return _named(found.classes, priced, moved, macs_by_kind(plan.jobs), found.utilization)


def of_one(trace: Trace, accelerator: Accelerator, technology: Technology) -> Numbers:
    """Return the numbers of a point by itself, in integers of any length.

    Errors: InputError as of a run.
    """
    run = simulate(trace, accelerator, engine=Engine.CLOSED_FORM)
    return _named(run.classes, estimate(run, technology), traffic_bits(run), run.macs, run.utilization())


def _named(
    classes: CycleClasses, priced: Costs | Estimate, moved: Numbers, macs: Numbers, utilization: Utilization
) -> dict[str, Any]:  # fmt: skip
    return {
        "cycles": classes.cycles,
        **_under("cycle_classes", asdict(classes)),
        "stall_cycles": classes.stall_cycles,
        "latency_s": priced.latency_s,
        "power_w": priced.power_w,
        "area_mm2.total": priced.area_mm2,
        "energy_pj.on_chip": priced.energy_on_chip_pj,
        "energy_pj.off_chip": priced.energy_off_chip_pj,
        **_under("traffic_bits", moved),
        **_under("macs", macs),
        **_under("utilization", asdict(utilization)),
    }


def _under(table: str, numbers: Numbers) -> Numbers:
    return {f"{table}.{name}": number for name, number in numbers.items()}
