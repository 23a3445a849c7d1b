"""Operands for jobs, played back to back on the RTL and compared with engine and reference."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from simulator.accelerator import Accelerator
from simulator.job import Job
from workloads.packing import Words, pack_bits
from workloads.trace import Thresholds
from xnorsim.cosimulation.check import Plan, Task
from xnorsim.cosimulation.memory import Area
from xnorsim.cosimulation.operands import random_product
from xnorsim.cosimulation.products import Product


@dataclass(frozen=True)
class NoisyProduct(Product):
    """A product whose areas have random bits wherever nothing of it lies: tails of rows, gaps between slots."""

    seed: int = 1

    def operands(self) -> dict[str, Area]:
        """Return the operands among noise: what is none of them counts nowhere."""
        noise = np.random.default_rng(self.seed)
        ones = Thresholds("ones", np.full(self.job.n, -1), np.ones(self.job.n, dtype=np.bool_))
        full = Product(
            self.job, self.accelerator, self._ones(self.a), self._ones(self.b), self.thresholds and ones
        )  # fmt: skip
        areas, used = super().operands(), full.operands()
        return {
            role: area | (noise.integers(0, 256, area.shape, np.uint8) & ~used[role]) for role, area in areas.items()
        }

    def _ones(self, packed: Words) -> Words:
        return np.broadcast_to(pack_bits(np.ones((1, 1, self.job.k), dtype=np.bool_)), packed.shape)


def random_case(job: Job, accelerator: Accelerator, rng: np.random.Generator, stalls: tuple[bool, ...] = ()) -> Product:
    """Draw operands for a job."""
    return replace(random_product(job, accelerator, rng), stalls=stalls)


def check_on_rtl(
    cases: Sequence[Product], accelerator: Accelerator, work_dir: Path, *, least_memory_words: int = 1, seed: int = 1
) -> None:
    """Play all cases back to back: every cycle class as the engine's, every result as the reference's.

    Nothing but the results may change in the memory, and what is no operand in it counts nowhere.
    """
    fields = ({name: getattr(case, name) for name in Product.__dataclass_fields__} for case in cases)
    noisy = [NoisyProduct(**values, seed=seed + number) for number, values in enumerate(fields)]
    plan = Plan(
        [Task(f"job {number}", case) for number, case in enumerate(noisy)],
        accelerator,
        least_memory_words=least_memory_words,
    )
    checked = plan.check(work_dir, seed=seed)
    for case, outcome in zip(cases, checked.outcomes, strict=True):
        where = f"{case.job} on {accelerator}, {sum(case.stalls)} of its first {len(case.stalls)} cycles stalled"
        assert not outcome.differences, f"{'; '.join(map(str, outcome.differences))}; {where}"
        assert outcome.cycles == outcome.model, where
        assert outcome.found is not None, where
        assert outcome.wrong == 0, where
    assert checked.beside is None, str(checked.beside)
