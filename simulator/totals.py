"""What a network takes on many accelerators of one structure: the totals of a run, in columns."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from simulator.accelerator import Accelerator
from simulator.columns import Flags, Integers, choose
from simulator.counts import Counts, clocks, data_counts
from simulator.cycles import CycleClasses
from simulator.inventory import VECTOR_UNIT
from simulator.layer_run import dram_counts, dram_wait, vector_cycles
from simulator.plan import Plan
from simulator.program import JobStep
from simulator.residency import DramTraffic
from simulator.tiling import Tiling
from simulator.traffic import Traffic, tiled_traffic
from simulator.utilization import Utilization, work


@dataclass(frozen=True)
class Totals:
    """A network's cycles by class, its events, and what passes the port; every number may be a column.

    Units: port words; ``jobs`` are all jobs together, ``vector_reads`` and ``vector_writes`` the vector unit's.
    """

    classes: CycleClasses
    counts: Counts
    jobs: Traffic
    vector_reads: int
    vector_writes: int
    dram: DramTraffic
    utilization: Utilization


def totals(plan: Plan, accelerator: Accelerator, classes: Sequence[CycleClasses]) -> Totals:
    """Return a plan's totals; ``classes`` are the cycles of a single one of each of its jobs.

    An accelerator without DRAM must hold all in its global buffer.
    """
    tilings = [Tiling.of(job, accelerator) for job in plan.jobs]
    moved = [tiled_traffic(tiling) for tiling in tilings]
    jobs, lanes = [one.cycles for one in classes], _vector_cycles(plan, accelerator)
    dram = _dram_traffic(plan, accelerator, moved)
    waits = _waits(plan, accelerator, dram, jobs, lanes)
    total = replace(
        CycleClasses.total(one.times(job.count) for job, one in zip(plan.jobs, classes, strict=True)),
        vector=_weighted(plan.repeats, lanes),
        dram=sum(waits),
    )
    whole = DramTraffic(sum(step.reads for step in dram), sum(step.writes for step in dram))
    counts = Counter(plan.vector_counts)
    for job, tiling, one in zip(plan.jobs, tilings, moved, strict=True):
        counts.update({event: job.count * count for event, count in data_counts(tiling, one).items()})
    counts.update(_clocks(plan, accelerator, jobs, total))
    counts.update(dram_counts(whole, accelerator))
    return Totals(
        classes=total,
        counts=counts,
        jobs=_all_jobs(plan, moved),
        vector_reads=plan.vector_counts["global_buffer", "read"],
        vector_writes=plan.vector_counts["global_buffer", "write"],
        dram=whole,
        utilization=Utilization.of(
            work(job, accelerator.arrays[job.array], one) for job, one in zip(plan.jobs, classes, strict=True)
        ),
    )


def _weighted(times: Iterable[int], numbers: Iterable[int]) -> int:
    return sum(many * number for many, number in zip(times, numbers, strict=True))


def _all_jobs(plan: Plan, moved: Sequence[Traffic]) -> Traffic:
    """Return what all jobs move together."""
    counts = [job.count for job in plan.jobs]
    parts = ("a", "b", "thresholds", "results", "void")
    return Traffic(*(_weighted(counts, (getattr(one, part) for one in moved)) for part in parts))


def _vector_cycles(plan: Plan, accelerator: Accelerator) -> list[int]:
    """Return the cycles of each of the vector steps."""
    unit, latency_cycles = accelerator.vector_unit, accelerator.port.latency_cycles
    if unit is None:
        return []
    return [vector_cycles(step, unit, latency_cycles)[1] for step in plan.vector_steps]


def _dram_traffic(plan: Plan, accelerator: Accelerator, moved: Sequence[Traffic]) -> list[DramTraffic]:
    """Return the DRAM traffic of every step; of none if all stays everywhere."""
    capacity: Integers = np.atleast_1d(accelerator.global_buffer_bits // accelerator.port.width_bits)
    tight = capacity < plan.residency.needed
    if not tight.any():
        return []
    steps = plan.residency.dram_traffic(plan.accesses(moved), capacity)
    return steps if tight.all() else [_where(tight, step) for step in steps]


def _where(flags: Flags, moved: DramTraffic) -> DramTraffic:
    return DramTraffic(choose(flags, moved.reads, 0), choose(flags, moved.writes, 0))


def _waits(
    plan: Plan, accelerator: Accelerator, dram: Sequence[DramTraffic], jobs: Sequence[int], lanes: Sequence[int]
) -> list[int]:  # fmt: skip
    """Return the cycles that every step waits for its DRAM traffic."""
    return [
        dram_wait(moved, step.job.count * jobs[place] if isinstance(step, JobStep) else lanes[place], accelerator)
        for (step, place), moved in zip(plan.steps, dram, strict=False)
    ]


def _clocks(plan: Plan, accelerator: Accelerator, jobs: Sequence[int], total: CycleClasses) -> Counts:
    """Return the clock events: of what is gated in the cycles of its own steps, of the rest in all cycles."""
    counts: Counts = Counter()
    cycles = total.cycles
    for array in accelerator.arrays.values():
        own = sum(job.count * one for job, one in zip(plan.jobs, jobs, strict=True) if job.array == array.name)
        counts.update(clocks(array, own if array.clock_gated else cycles))
    unit = accelerator.vector_unit
    if unit is not None:
        counts[VECTOR_UNIT, "clock"] = unit.lanes * (total.vector if unit.clock_gated else cycles)
    return counts
