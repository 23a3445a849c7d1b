"""A program prepared for many accelerators of one structure: equal jobs and equal vector steps once, and its buffers.

Accelerators are of one structure if they differ in sizes only (simulator/columns.py): then they run the same program.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

from simulator.counts import Counts
from simulator.job import Job
from simulator.layer_run import job_accesses, vector_accesses, vector_counts
from simulator.program import JobStep, Program, Step, VectorStep
from simulator.residency import Accesses
from simulator.residency_columns import Residency
from simulator.traffic import Traffic


@dataclass(frozen=True)
class Plan:
    """A program with its jobs and its vector steps, equal ones once.

    ``count`` tells of a job how often it runs in all, ``vector_counts`` of a vector step how often it is there;
    ``places`` where a step of the program is among the jobs, or among the vector steps.
    """

    program: Program
    jobs: tuple[Job, ...]
    vector_steps: tuple[VectorStep, ...]
    repeats: tuple[int, ...]
    places: tuple[int, ...]

    @classmethod
    def of(cls, program: Program) -> Self:
        """Prepare a program."""
        jobs: Counter[Job] = Counter()
        lanes: Counter[VectorStep] = Counter()
        places = []
        for step in program.steps:
            if isinstance(step, JobStep):
                job = replace(step.job, name="", count=1)
                jobs[job] += step.job.count
                places.append(list(jobs).index(job))
            else:
                lanes[_unnamed(step)] += 1
                places.append(list(lanes).index(_unnamed(step)))
        counted = tuple(replace(job, count=count) for job, count in jobs.items())
        return cls(program, counted, tuple(lanes), tuple(lanes.values()), tuple(places))

    @property
    def steps(self) -> list[tuple[Step, int]]:
        """Return the steps, each with its place among the jobs or among the vector steps."""
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
        return Residency(self.program, self.accesses([Traffic(0, 0, 0, 0)] * len(self.jobs)))

    def accesses(self, moved: Sequence[Traffic]) -> list[Accesses]:
        """Return what every step reads and writes, from what a single one of each of the jobs moves."""
        return [
            job_accesses(step, moved[place]) if isinstance(step, JobStep) else vector_accesses(step)
            for step, place in self.steps
        ]


def _unnamed(step: VectorStep) -> VectorStep:
    """Return a step without what changes neither its cycles nor its events."""
    reads, writes = (("", step.words_read),), (("", step.words_written),)
    return replace(step, layer="", operation="", name="", reads=reads, writes=writes)
