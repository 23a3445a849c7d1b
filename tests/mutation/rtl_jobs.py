"""The random jobs of tests/rtl/test_random_jobs.py, ready to be played on mutants."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.accelerator import Accelerator
from simulator.cycles import CycleClasses
from tests.rtl.job_list import plan_of
from tests.rtl.random_jobs import HARDWARE, draw_jobs
from tests.rtl.test_random_jobs import JOBS, POOLS, SEED, cases_of, pools_of
from xnorsim.cosimulation.differences import memory_difference
from xnorsim.cosimulation.fields import RtlJob, RtlPool
from xnorsim.cosimulation.memory import Area


@dataclass(frozen=True)
class Played:
    """The jobs of an accelerator in one memory, and what must come of them: cycles, and the memory ``behind`` them.

    Units: ``results`` are the address and the port words of each job's result.
    """

    accelerator: Accelerator
    seed: int
    jobs: Sequence[RtlJob | RtlPool]
    image: Area
    behind: Area
    results: Sequence[tuple[int, int]]
    classes: Sequence[CycleClasses]

    @classmethod
    def of(cls, name: str) -> "Played":
        """Draw the jobs, operands and noise that the test of this name draws."""
        accelerator, seed = HARDWARE[name], SEED + list(HARDWARE).index(name)
        cases = cases_of(accelerator, draw_jobs(accelerator, JOBS, seed), pools_of(name, POOLS, seed), seed)
        plan = plan_of(cases, accelerator, seed)
        return cls(accelerator, seed, plan.all_jobs, plan.image, plan.image_behind(), plan.results(), plan.models)

    @property
    def digest(self) -> bytes:
        """Return everything that outcomes depend on beside the RTL."""
        return b"".join([self.image.tobytes(), self.behind.tobytes(), repr((self.jobs, self.classes)).encode()])

    def has_result(self, number: int, memory: Area) -> bool:
        """Tell whether the memory holds the result of a job."""
        address, words = self.results[number]
        result = slice(address, address + words)
        return np.array_equal(memory[result], self.behind[result])

    def changed_only_results(self, memory: Area) -> bool:
        """Tell whether nothing but the results differs from the image."""
        return memory_difference(self.image, memory, self.results, [""] * len(self.results)) is None
