"""The random jobs of tests/rtl/test_random_jobs.py, ready to be played on mutants."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.accelerator import Accelerator
from simulator.cycles import CycleClasses
from tests.rtl.job_list import Case, changed_only_results, has_result, placed, random_case
from tests.rtl.random_jobs import HARDWARE, draw_jobs
from tests.rtl.test_random_jobs import JOBS, SEED
from xnorsim.cosimulation.jobs import RtlJob
from xnorsim.cosimulation.memory import Area


@dataclass(frozen=True)
class Played:
    """The jobs of an accelerator in one memory, and what must come of them."""

    accelerator: Accelerator
    seed: int
    cases: Sequence[Case]
    jobs: Sequence[RtlJob]
    image: Area
    classes: Sequence[CycleClasses]

    @classmethod
    def of(cls, name: str) -> "Played":
        """Draw the jobs, operands and noise that the test of this name draws."""
        accelerator, seed = HARDWARE[name], SEED + list(HARDWARE).index(name)
        drawn, rng = draw_jobs(accelerator, JOBS, seed), np.random.default_rng(seed)
        cases = [random_case(some.job, accelerator, rng, some.stalls) for some in drawn]
        image, jobs = placed(cases, accelerator, seed)
        return cls(accelerator, seed, cases, jobs, image, [some.classes for some in drawn])

    @property
    def digest(self) -> bytes:
        """Return everything that outcomes depend on beside the RTL."""
        expected = [case.expected.tobytes() for case in self.cases]
        return b"".join([self.image.tobytes(), repr((self.seed, self.jobs, self.classes)).encode(), *expected])

    def has_result(self, number: int, memory: Area) -> bool:
        """Tell whether the memory holds the result of a job."""
        return has_result(self.cases[number], self.jobs[number], self.accelerator, memory)

    def changed_only_results(self, memory: Area) -> bool:
        """Tell whether nothing but the results differs from the image."""
        return changed_only_results(self.cases, self.jobs, self.accelerator, self.image, memory)
