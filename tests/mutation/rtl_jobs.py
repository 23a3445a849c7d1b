"""The random jobs of tests/rtl/test_random_jobs.py, ready to be played on mutants."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.accelerator import Accelerator
from simulator.cycles import CycleClasses
from tests.rtl.job_list import Case, PoolCase, changed_only_results, engine_classes, has_result, placed
from tests.rtl.random_jobs import HARDWARE, draw_jobs
from tests.rtl.test_random_jobs import JOBS, POOLS, SEED, cases_of, pools_of
from xnorsim.cosimulation.jobs import RtlJob, RtlPool
from xnorsim.cosimulation.memory import Area


@dataclass(frozen=True)
class Played:
    """The jobs of an accelerator in one memory, and what must come of them."""

    accelerator: Accelerator
    seed: int
    cases: Sequence[Case | PoolCase]
    jobs: Sequence[RtlJob | RtlPool]
    image: Area
    classes: Sequence[CycleClasses]

    @classmethod
    def of(cls, name: str) -> "Played":
        """Draw the jobs, operands and noise that the test of this name draws."""
        accelerator, seed = HARDWARE[name], SEED + list(HARDWARE).index(name)
        cases = cases_of(accelerator, draw_jobs(accelerator, JOBS, seed), pools_of(name, POOLS, seed), seed)
        image, jobs = placed(cases, accelerator, seed)
        return cls(accelerator, seed, cases, jobs, image, [engine_classes(case, accelerator) for case in cases])

    @property
    def digest(self) -> bytes:
        """Return everything that outcomes depend on beside the RTL."""
        expected = [case.expected.tobytes() for case in self.cases]
        return b"".join([self.image.tobytes(), repr((self.jobs, self.classes)).encode(), *expected])

    def has_result(self, number: int, memory: Area) -> bool:
        """Tell whether the memory holds the result of a job."""
        return has_result(self.cases[number], self.jobs[number], self.accelerator, memory)

    def changed_only_results(self, memory: Area) -> bool:
        """Tell whether nothing but the results differs from the image."""
        return changed_only_results(self.cases, self.jobs, self.accelerator, self.image, memory)
