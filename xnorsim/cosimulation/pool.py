"""Pooling jobs as the RTL's OR-pool plays them: maps in memory, jobs, and what must come out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from simulator.accelerator import Accelerator, Array
from simulator.cycles import CycleClasses
from simulator.engine import run_pool
from simulator.layout import k_words
from simulator.limits import check_slots
from simulator.pool import PoolJob
from simulator.pool_counts import pixel_words, pool_traffic
from workloads.errors import InputError, problem
from workloads.packing import Words, pack_bits, unpack_bits
from workloads.reference import pooled
from xnorsim.cosimulation.fields import RtlPool
from xnorsim.cosimulation.leading import leading
from xnorsim.cosimulation.memory import Area, Values, operand_area, result_bits, result_bytes
from xnorsim.cosimulation.network import CYCLE_MARGIN
from xnorsim.cosimulation.window import check_sizes, check_window


@dataclass(frozen=True)
class Pooled:
    """Equal pooling jobs with their maps; it has what a ``Product`` has.

    Shapes: a [jobs x pixels, 1, words].
    """

    job: PoolJob
    accelerator: Accelerator
    a: Words
    stalls: tuple[bool, ...] = ()

    writes_bits = True
    element_bits = 1

    @property
    def array(self) -> Array:
        """Return the array in whose form the maps lie."""
        return self.accelerator.arrays[self.job.array]

    @property
    def jobs(self) -> int:
        """Return how many jobs there are."""
        return len(self.a) // self.job.window.pixels

    @property
    def rows(self) -> int:
        """Return the rows of one job's result: the places of the window."""
        return self.job.window.positions

    # In memory

    def operands(self) -> dict[str, Area]:
        """Return the maps as they lie behind the port."""
        return {"a": self._area(self.a)}

    def _area(self, packed: Words) -> Area:
        return operand_area(packed, self.job.channels, self.array, self.accelerator.port.width_bits)

    @property
    def result_shape(self) -> tuple[int, int]:
        """Return the rows and the bytes of a row of the result's area."""
        rows, width = self.jobs * self.rows, self.accelerator.port.width_bits
        return result_bytes(rows, self.job.channels, self.array, width, thresholds=True)

    def rtl_jobs(self, at: Mapping[str, int]) -> list[RtlPool]:
        """Return the jobs as the RTL takes them.

        Units: ``at`` has the address of the maps and of the result, in port words.
        Errors: InputError for a job that the RTL does not run.
        """
        first = rtl_pool(self.job, self.accelerator, a=at["a"], result=at["result"], stalls=self.stalls)
        words = pixel_words(self.job, self.accelerator)
        a, result = self.job.window.pixels * words, self.rows * words
        return [
            replace(first, a_addr=first.a_addr + number * a, r_addr=first.r_addr + number * result)
            for number in range(self.jobs)
        ]

    # What must come out

    def classes(self) -> CycleClasses:
        """Return the model's cycles of one job, by class."""
        return run_pool(self.job, self.accelerator, np.array(self.stalls, dtype=np.bool_))

    def port_words(self) -> tuple[int, int]:
        """Return the port words that one job loads and stores."""
        moved = pool_traffic(self.job, self.accelerator)
        return moved.loads + moved.void, moved.results

    def reading(self, role: str, area: Area) -> Self:
        """Return the jobs on maps as they lie in the memory, written by a job before."""
        del role
        return replace(self, a=result_bits(area, self.job.channels, self.array)[: len(self.a), None])

    def expected(self) -> Values:
        """Return what the reference arithmetic says."""
        return unpack_bits(pooled(self.a[:, 0], self.job.window), self.job.channels).astype(np.int64)

    def encoded(self, values: Values) -> Area:
        """Return values as the RTL writes them: gaps and tails of rows zero."""
        return self._area(pack_bits(values != 0)[:, None])

    def decoded(self, area: Area) -> Values:
        """Return the values of an area as the RTL wrote it."""
        return unpack_bits(result_bits(area, self.job.channels, self.array), self.job.channels).astype(np.int64)

    # Tiles

    @property
    def tile_size(self) -> tuple[int, int]:
        """Return what is written at once, port word by port word: a row."""
        return 1, self.job.channels

    def tile_of(self, row: int, channel: int) -> None:
        """Return that an element is in no tile: the OR-pool has none."""

    def running_order(self, row: int, channel: int) -> tuple[int, ...]:
        """Return a key by which elements sort in the order in which they are written."""
        return row, channel

    def leading(self, m_steps: int, n_tiles: int) -> Self:
        """Return the first of the jobs on its leading pixel rows."""
        job = leading(self.job, self.accelerator, m_steps, n_tiles)
        return replace(self, job=job, a=self.a[: job.window.pixels])

    def alone(self, number: int) -> Self:
        """Return one of the jobs."""
        pixels = self.job.window.pixels
        return replace(self, a=self.a[number * pixels : (number + 1) * pixels])


def rtl_pool(job: PoolJob, accelerator: Accelerator, *, a: int, result: int, stalls: tuple[bool, ...] = ()) -> RtlPool:
    """Return a pooling job as the RTL takes it, with the addresses of its maps and the port's stall pattern.

    Errors: InputError for an accelerator without an OR-pool, and for a job that the RTL does not run.
    """
    if not accelerator.or_pool:
        raise InputError(problem(f"layer {job.name}: or_pool of {accelerator.name}", "must be true"))
    check_window(job.name, job.window)
    check_sizes(job.name, {"places": job.window.positions, "channels": job.channels})
    check_slots(job, accelerator)
    return RtlPool(
        m=job.window.positions,
        tap_words=k_words(job.channels, accelerator.arrays[job.array].lanes),
        window=job.window,
        a_addr=a,
        r_addr=result,
        cycle_limit=CYCLE_MARGIN * run_pool(job, accelerator).cycles + len(stalls),
        stalls=stalls,
    )
