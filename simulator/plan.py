"""A program prepared for many accelerators of one structure: equal jobs and equal vector steps once, and its buffers.

Accelerators are of one structure if they differ in sizes only (simulator/columns.py): then they run the same program.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self, TypeVar

from simulator.counts import Counts
from simulator.job import Job
from simulator.layer_run import job_accesses, vector_accesses, vector_counts
from simulator.pool import PoolJob
from simulator.program import JobStep, PoolStep, Program, Step, VectorStep
from simulator.residency import Accesses
from simulator.residency_columns import Residency
from simulator.traffic import Traffic


@dataclass(frozen=True)
class Plan:
    """A program with its jobs, its jobs of the OR-pool and its vector steps, equal ones once.

    ``count`` tells of a job how often it runs in all, ``repeats`` how often each of the vector steps is there;
    ``places`` where each step of the program is among those of its kind.
    """

    program: Program
    jobs: tuple[Job, ...]
    pools: tuple[PoolJob, ...]
    vector_steps: tuple[VectorStep, ...]
    repeats: tuple[int, ...]
    places: tuple[int, ...]

    @classmethod
    def of(cls, program: Program) -> Self:
        """Prepare a program."""
        jobs: Counter[Job] = Counter()
        pools: Counter[PoolJob] = Counter()
        lanes: Counter[VectorStep] = Counter()
        places = []
        for step in program.steps:
            if isinstance(step, JobStep):
                places.append(_counted(jobs, replace(step.job, name="", count=1), step.job.count))
            elif isinstance(step, PoolStep):
                places.append(_counted(pools, replace(step.job, name="", count=1), step.job.count))
            else:
                places.append(_counted(lanes, _unnamed(step), 1))
        all_jobs = tuple(replace(job, count=count) for job, count in jobs.items())
        all_pools = tuple(replace(job, count=count) for job, count in pools.items())
        return cls(program, all_jobs, all_pools, tuple(lanes), tuple(lanes.values()), tuple(places))

    @property
    def steps(self) -> list[tuple[Step, int]]:
        """Return the steps, each with its place among those of its kind."""
        return list(zip(self.program.steps, self.places, strict=True))

    @cached_property
    def vector_counts(self) -> Counts:
        """Return the events of all vector steps, without the clock."""
        counts: Counts = Counter()
        for step, times in zip(self.vector_steps, self.repeats, strict=True):
            counts.update({event: times * count for event, count in vector_counts(step).items()})
        return counts

    @cached_property
    def residency(self) -> Residency:
        """Return the program's buffers, and which of them are needed together."""
        nothing = Traffic(0, 0, 0, 0)
        return Residency(self.program, self.accesses([nothing] * len(self.jobs), [nothing] * len(self.pools)))

    def accesses(self, moved: Sequence[Traffic], pooled: Sequence[Traffic]) -> list[Accesses]:
        """Return what every step reads and writes, from what a single one of each of the jobs and the pools moves."""
        return [
            vector_accesses(step)
            if isinstance(step, VectorStep)
            else job_accesses(step, (moved if isinstance(step, JobStep) else pooled)[place])
            for step, place in self.steps
        ]


Item = TypeVar("Item", bound=Hashable)


def _counted(items: Counter[Item], item: Item, count: int) -> int:
    """Count an item, and return its place among those counted before."""
    items[item] += count
    return list(items).index(item)


def _unnamed(step: VectorStep) -> VectorStep:
    """Return a step without what changes neither its cycles nor its events."""
    reads, writes = (("", step.words_read),), (("", step.words_written),)
    return replace(step, layer="", operation="", name="", reads=reads, writes=writes)
