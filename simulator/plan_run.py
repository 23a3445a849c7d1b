"""What the parts of a plan take on many accelerators of one structure: jobs, vector steps, waits for DRAM."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from simulator.accelerator import Accelerator
from simulator.closed_form import pool_classes
from simulator.columns import Flags, Integers, choose
from simulator.cycles import CycleClasses
from simulator.layer_run import dram_wait, spent, vector_cycles
from simulator.plan import Plan
from simulator.pool_counts import pool_traffic
from simulator.program import JobStep, Step, VectorStep
from simulator.residency import Accesses, DramTraffic
from simulator.tiling import Tiling
from simulator.traffic import Traffic, tiled_traffic


@dataclass(frozen=True)
class PlanRun:
    """A plan on accelerators that hold it: those without DRAM in their global buffers. Every number may be a column.

    ``classes`` are the cycles of a single one of each of the plan's jobs.
    """

    plan: Plan
    accelerator: Accelerator
    classes: Sequence[CycleClasses]

    @cached_property
    def tilings(self) -> list[Tiling]:
        """Return how each of the jobs is cut."""
        return [Tiling.of(job, self.accelerator) for job in self.plan.jobs]

    @cached_property
    def moved(self) -> list[Traffic]:
        """Return what a single one of each of the jobs moves."""
        return [tiled_traffic(tiling) for tiling in self.tilings]

    @cached_property
    def cycles(self) -> list[int]:
        """Return the cycles of a single one of each of the jobs."""
        return [one.cycles for one in self.classes]

    @cached_property
    def pooled(self) -> list[CycleClasses]:
        """Return the cycles of a single one of each of the jobs of the OR-pool."""
        return [pool_classes(job, self.accelerator) for job in self.plan.pools]

    @cached_property
    def lanes(self) -> list[tuple[int, int]]:
        """Return the cycles of the lanes alone, and all cycles, of each of the vector steps."""
        unit, latency_cycles = self.accelerator.vector_unit, self.accelerator.port.latency_cycles
        return [vector_cycles(step, unit, latency_cycles) for step in self.plan.vector_steps if unit is not None]

    @cached_property
    def accesses(self) -> list[Accesses]:
        """Return what each step of the program reads and writes."""
        pooled = [pool_traffic(job, self.accelerator) for job in self.plan.pools]
        return self.plan.accesses(self.moved, pooled)

    @cached_property
    def dram(self) -> list[DramTraffic]:
        """Return the DRAM traffic of each step of the program; nothing if all stays everywhere."""
        residency = self.plan.residency
        capacity: Integers = np.atleast_1d(self.accelerator.global_buffer_bits // self.accelerator.port.width_bits)
        tight = capacity < residency.needed
        if not tight.any():
            return []
        steps = residency.dram_traffic(self.accesses, capacity)
        return steps if tight.all() else [_where(tight, step) for step in steps]

    @cached_property
    def waits(self) -> list[int]:
        """Return the cycles that each step of the program waits for DRAM; nothing if all stays everywhere."""
        moved = zip(self.plan.steps, self.dram, strict=False)
        return [dram_wait(words, self._busy(step, place), self.accelerator) for (step, place), words in moved]

    def _busy(self, step: Step, place: int) -> int:
        """Return the cycles of a step, without its wait for DRAM."""
        if isinstance(step, VectorStep):
            return self.lanes[place][1]
        return step.job.count * (self.cycles[place] if isinstance(step, JobStep) else self.pooled[place].cycles)

    def spent_by_layer(self) -> dict[str, dict[str, int]]:
        """Return what the cycles of each layer went to, all its steps together."""
        layers: dict[str, dict[str, int]] = {}
        waits = self.waits or [0] * len(self.plan.steps)
        for (step, place), accesses, dram in zip(self.plan.steps, self.accesses, waits, strict=True):
            if isinstance(step, VectorStep):
                lane_cycles, cycles = self.lanes[place]
                classes = CycleClasses(vector=cycles, dram=dram)
            else:
                one = (self.classes if isinstance(step, JobStep) else self.pooled)[place]
                classes, lane_cycles = replace(one.times(step.job.count), dram=dram), 0
            layer = layers.setdefault(step.layer, {})
            for name, cycles in spent(classes, lane_cycles, accesses).items():
                layer[name] = layer.get(name, 0) + cycles
        return layers


def _where(flags: Flags, moved: DramTraffic) -> DramTraffic:
    return DramTraffic(choose(flags, moved.reads, 0), choose(flags, moved.writes, 0))
