"""What a network takes on many accelerators of one structure: the totals of a run, in columns."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from simulator.counts import Counts, clocks, data_counts
from simulator.cycles import CycleClasses
from simulator.inventory import OR_POOL, VECTOR_UNIT
from simulator.layer_run import dram_counts
from simulator.plan_run import PlanRun
from simulator.pool_counts import pool_counts, pool_traffic
from simulator.residency import DramTraffic
from simulator.traffic import Traffic
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


def totals(run: PlanRun) -> Totals:
    """Return a plan's totals."""
    plan, accelerator = run.plan, run.accelerator
    jobs = [one.times(job.count) for job, one in zip(plan.jobs, run.classes, strict=True)]
    pools = [one.times(job.count) for job, one in zip(plan.pools, run.pooled, strict=True)]
    vector = _weighted(plan.repeats, (cycles for _, cycles in run.lanes))
    classes = replace(CycleClasses.total([CycleClasses(), *jobs, *pools]), vector=vector, dram=sum(run.waits))
    dram = DramTraffic(sum(step.reads for step in run.dram), sum(step.writes for step in run.dram))
    counts = Counter(plan.vector_counts)
    for job, tiling, moved in zip(plan.jobs, run.tilings, run.moved, strict=True):
        counts.update({event: job.count * count for event, count in data_counts(tiling, moved).items()})
    for pool in plan.pools:
        one = pool_counts(pool, accelerator, 0, pool_traffic(pool, accelerator))
        counts.update({event: pool.count * count for event, count in one.items()})
    counts.update(_clocks(run, classes))
    counts.update(dram_counts(dram, accelerator))
    return Totals(
        classes=classes,
        counts=counts,
        jobs=_all_jobs(run),
        vector_reads=plan.vector_counts["global_buffer", "read"],
        vector_writes=plan.vector_counts["global_buffer", "write"],
        dram=dram,
        utilization=Utilization.of(
            work(job, accelerator.arrays[job.array], one) for job, one in zip(plan.jobs, run.classes, strict=True)
        ),
    )


def _weighted(times: Iterable[int], numbers: Iterable[int]) -> int:
    return sum(many * number for many, number in zip(times, numbers, strict=True))


def _all_jobs(run: PlanRun) -> Traffic:
    """Return what all jobs move together."""
    pooled = [pool_traffic(job, run.accelerator) for job in run.plan.pools]
    counts = [*(job.count for job in run.plan.jobs), *(job.count for job in run.plan.pools)]
    moved = [*run.moved, *pooled]
    parts = ("a", "b", "thresholds", "results", "void")
    return Traffic(*(_weighted(counts, (getattr(one, part) for one in moved)) for part in parts))


def _clocks(run: PlanRun, classes: CycleClasses) -> Counts:
    """Return the clock events: of what is gated in the cycles of its own steps, of the rest in all cycles."""
    counts: Counts = Counter()
    cycles, unit = classes.cycles, run.accelerator.vector_unit
    for array in run.accelerator.arrays.values():
        pairs = zip(run.plan.jobs, run.cycles, strict=True)
        own = sum(job.count * one for job, one in pairs if job.array == array.name)
        counts.update(clocks(array, own if array.clock_gated else cycles))
    if run.accelerator.or_pool:
        counts[OR_POOL, "clock"] = cycles
    if unit is not None:
        counts[VECTOR_UNIT, "clock"] = unit.lanes * (classes.vector if unit.clock_gated else cycles)
    return counts
