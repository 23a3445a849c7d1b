"""Operands for jobs, played back to back on the RTL and compared with engine, closed form and reference."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

from simulator.accelerator import Accelerator
from simulator.closed_form import job_classes, pool_classes
from simulator.cycles import CycleClasses
from simulator.job import Job
from simulator.pool import PoolJob
from workloads.trace import Thresholds
from xnorsim.cosimulation.builds import Design
from xnorsim.cosimulation.check import Plan
from xnorsim.cosimulation.memory import Area
from xnorsim.cosimulation.operands import random_pool, random_product
from xnorsim.cosimulation.pool import Pooled
from xnorsim.cosimulation.products import Product
from xnorsim.cosimulation.tasks import Task, Work


@dataclass(frozen=True)
class NoisyProduct(Product):
    """A product whose areas have random bits wherever nothing of it lies: tails of rows, gaps between slots."""

    seed: int = 1

    def operands(self) -> dict[str, Area]:
        """Return the operands among noise: what is none of them counts nowhere."""
        noise = np.random.default_rng(self.seed)
        ones = Thresholds("ones", np.full(self.job.n, -1), np.ones(self.job.n, dtype=np.bool_))
        a, b = (np.full_like(packed, np.iinfo(np.uint64).max) for packed in (self.a, self.b))
        used = Product(self.job, self.accelerator, a, b, self.thresholds and ones).operands()
        return {
            role: area | (noise.integers(0, 256, area.shape, np.uint8) & ~used[role])
            for role, area in super().operands().items()
        }


def random_case(job: Job, accelerator: Accelerator, rng: np.random.Generator, stalls: tuple[bool, ...] = ()) -> Product:
    """Draw operands for a job."""
    return replace(random_product(job, accelerator, rng), stalls=stalls)


def random_pool_case(
    job: PoolJob, accelerator: Accelerator, rng: np.random.Generator, stalls: tuple[bool, ...] = ()
) -> Pooled:
    """Draw a map for a pooling job."""
    return replace(random_pool(job, accelerator, rng), stalls=stalls)


def check_on_rtl(
    cases: Sequence[Work],
    accelerator: Accelerator,
    work_dir: Path,
    *,
    least_memory_words: int = 1,
    seed: int = 1,
    changed: Callable[[Design], Design] = lambda design: design,
) -> None:
    """Play all cases back to back: every cycle class as the engine's, every result as the reference's.

    Without a stall pattern every cycle class is the closed form's, too. Nothing but the results may change in the
    memory, and what is no operand in it counts nowhere. The design that is played may be ``changed``.
    """
    plan = plan_of(cases, accelerator, seed, least_memory_words)
    checked = plan.check(work_dir, seed=seed, design=changed(plan.design))
    for case, outcome in zip(cases, checked.outcomes, strict=True):
        where = f"{case.job} on {accelerator}, {sum(case.stalls)} of its first {len(case.stalls)} cycles stalled"
        assert not outcome.differences, f"{'; '.join(map(str, outcome.differences))}; {where}"
        assert outcome.cycles == outcome.model, where
        if not any(case.stalls):
            assert outcome.cycles == _closed_form(case).times(case.jobs), where
        assert outcome.found is not None, where
        assert outcome.wrong == 0, where
    assert checked.beside is None, str(checked.beside)


def _closed_form(case: Work) -> CycleClasses:
    """Return the cycles of one job by class."""
    if isinstance(case, Product):
        return job_classes(case.job, case.accelerator)
    return pool_classes(case.job, case.accelerator)


def plan_of(cases: Sequence[Work], accelerator: Accelerator, seed: int, least_memory_words: int = 1) -> Plan:
    """Place all cases in one memory, operands of products among noise; maps to pool are as an array writes them."""
    works = [_noisy(case, seed + number) if isinstance(case, Product) else case for number, case in enumerate(cases)]
    tasks = [Task(f"job {number}", work) for number, work in enumerate(works)]
    return Plan(tasks, accelerator, least_memory_words=least_memory_words)


def _noisy(case: Product, seed: int) -> NoisyProduct:
    return NoisyProduct(**{field.name: getattr(case, field.name) for field in fields(Product)}, seed=seed)
