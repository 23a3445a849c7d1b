"""Play tasks on the RTL, one after the other in one memory, and compare each with the model, bit for bit."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from simulator.accelerator import Accelerator
from simulator.cycles import CycleClasses
from xnorsim.cosimulation.builds import Design
from xnorsim.cosimulation.differences import (
    UNWRITTEN,
    Difference,
    cycle_differences,
    element_differences,
    end_difference,
    memory_difference,
)
from xnorsim.cosimulation.fields import RtlJob, RtlPool
from xnorsim.cosimulation.jobs import Played, PortWords, bench_design, play_on, with_room
from xnorsim.cosimulation.memory import Area, Values
from xnorsim.cosimulation.network import Memory, memory_words, rtl_parameters
from xnorsim.cosimulation.progress import PATIENCE_S, Heard, unheard
from xnorsim.cosimulation.sources import OURS, Sources
from xnorsim.cosimulation.tasks import Task


@dataclass(frozen=True)
class Outcome:
    """What became of a task: the cycles of all its jobs, in the model and on the RTL, and what differs.

    ``cycles`` is None where a job did not end, ``found`` where no result was compared.
    """

    model: CycleClasses
    cycles: CycleClasses | None = None
    expected: Values | None = None
    found: Values | None = None
    differences: tuple[Difference, ...] = ()
    seconds: float = 0.0

    @property
    def wrong(self) -> int:
        """Return how many elements of the result are wrong."""
        return 0 if self.found is None else int(np.count_nonzero(self.found != self.expected))


@dataclass(frozen=True)
class Checked:
    """The outcome of each task, and what a store outside of all results has changed."""

    outcomes: tuple[Outcome, ...]
    beside: Difference | None

    @property
    def differences(self) -> tuple[Difference, ...]:
        """Return all that differs, the first task's first."""
        found = (difference for outcome in self.outcomes for difference in outcome.differences)
        return (*found, *(() if self.beside is None else (self.beside,)))


class Plan:
    """Tasks with their places in one memory, and the design that plays them."""

    def __init__(
        self, tasks: Sequence[Task], accelerator: Accelerator, sources: Sources = OURS, least_memory_words: int = 1
    ) -> None:
        self.tasks = tuple(tasks)
        self._accelerator = accelerator
        self._memory = Memory(accelerator.port.width_bits)
        self._at: list[dict[str, int]] = []
        for task in tasks:
            self._place(task)
        self.image = self._memory.image()
        self.memory_words = memory_words(max(len(self.image), least_memory_words))
        self.jobs = [task.work.rtl_jobs(at) for task, at in zip(tasks, self._at, strict=True)]
        parameters = rtl_parameters(accelerator, tasks[0].work.job.array, self.memory_words)
        self.design: Design = self._roomy(bench_design(parameters, sources))

    def _place(self, task: Task) -> None:
        at = {role: self._at[number]["result"] for role, number in task.made_by.items()}
        for role, area in task.work.operands().items():
            if role not in at:
                at[role] = self._memory.place(area)
        at["result"] = self._memory.place(np.full(task.work.result_shape, UNWRITTEN, dtype=np.uint8))
        self._at.append(at)

    def _roomy(self, design: Design) -> Design:
        return with_room(design, len(self.image), self.all_jobs, self._accelerator.port.latency_cycles)

    @property
    def all_jobs(self) -> list[RtlJob | RtlPool]:
        """Return the jobs of all tasks as the RTL takes them, in order."""
        return [job for of_task in self.jobs for job in of_task]

    def image_behind(self) -> PortWords:
        """Return the memory as it must be behind the last job."""
        image = self.image.copy()
        for task, (address, words) in zip(self.tasks, self.results(), strict=True):
            area = task.work.encoded(task.work.expected())
            image[address : address + words] = area.reshape(words, -1)
        return image

    @cached_property
    def models(self) -> list[CycleClasses]:
        """Return the model's cycles of one job of each task."""
        return [task.work.classes() for task in self.tasks]

    @cached_property
    def cycles(self) -> int:
        """Return the model's cycles of all jobs."""
        return sum(model.cycles * task.work.jobs for task, model in zip(self.tasks, self.models, strict=True))

    def check(
        self, work_dir: Path, *, design: Design | None = None, seed: int = 1, patience_s: float = PATIENCE_S,
        heard: Heard = unheard,
    ) -> Checked:  # fmt: skip
        """Play all tasks and compare what comes out; ``design`` stands in for the plan's own, traced for example.

        Errors: ToolMissingError; BuildError; CosimulationError if the bench fails, and not the RTL.
        """
        played = play_on(
            design or self.design,
            self.image,
            self.all_jobs,
            self._accelerator.port.latency_cycles,
            work_dir,
            seed=seed,
            patience_s=patience_s,
            heard=heard,
        )
        starts = np.cumsum([0, *map(len, self.jobs)]).tolist()
        outcomes = tuple(self._judge(number, start, played) for number, start in enumerate(starts[:-1]))
        if played.memory is None:
            return Checked(outcomes, None)
        names = [task.name for task in self.tasks]
        return Checked(outcomes, memory_difference(self.image, played.memory, self.results(), names))

    def results(self) -> list[tuple[int, int]]:
        """Return the address and the port words of each result."""
        shapes = (task.work.result_shape for task in self.tasks)
        return [(at["result"], self._words(shape)) for at, shape in zip(self._at, shapes, strict=True)]

    def _words(self, shape: tuple[int, int]) -> int:
        return shape[0] * shape[1] * 8 // self._accelerator.port.width_bits

    def _judge(self, number: int, start: int, played: Played) -> Outcome:
        """Compare one task, whose first job has the number ``start``, with the model."""
        task, model = self.tasks[number], self.models[number]
        work, name = task.work, task.name
        ended = played.cycles[start : start + work.jobs]
        seconds = sum(played.seconds[start : start + work.jobs])
        differences = list(cycle_differences(name, ended, model))
        total = model.times(work.jobs)
        if len(ended) < work.jobs:
            if played.stop is not None and start + len(ended) == len(played.cycles):
                differences.append(end_difference(name, work, len(ended), played.stop))
            return Outcome(total, None, differences=tuple(differences), seconds=seconds)
        cycles = CycleClasses.total(c.classes for c in ended)
        if played.memory is None:
            return Outcome(total, cycles, differences=tuple(differences), seconds=seconds)
        area = self._area(played.memory, number)
        # What the RTL was given is what it is judged by: an earlier task's fault is that one's alone.
        given = work
        for role, maker in task.made_by.items():
            given = given.reading(role, self._area(played.memory, maker))
        expected = given.expected()
        differences += element_differences(name, work, expected, area)
        return Outcome(total, cycles, expected, work.decoded(area), tuple(differences), seconds)

    def _area(self, memory: PortWords, number: int) -> Area:
        """Return the result of a task as it lies in the memory."""
        shape = self.tasks[number].work.result_shape
        address = self._at[number]["result"]
        return memory[address : address + self._words(shape)].reshape(shape)
