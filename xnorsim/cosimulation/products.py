"""A matrix product as the RTL plays it: operands in memory, jobs, and what must come out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from simulator.accelerator import Accelerator, Array, Dataflow
from simulator.counts import traffic
from simulator.cycles import CycleClasses
from simulator.engine import run_job
from simulator.job import Job
from simulator.layout import ceil_div, operand_row_words
from workloads.packing import Words, pack_bits, unpack_bits
from workloads.reference import product, threshold
from workloads.trace import Thresholds
from xnorsim.cosimulation.jobs import RtlJob
from xnorsim.cosimulation.leading import tile_size
from xnorsim.cosimulation.memory import (
    Area,
    operand_area,
    result_bits,
    result_bytes,
    result_sums,
    sums_area,
    threshold_area,
)
from xnorsim.cosimulation.network import rtl_job

Values = NDArray[np.int64]
"""Elements of a result: sums, or bits as 0 and 1. Shapes: [rows, n]."""


@dataclass(frozen=True)
class Product:
    """Equal jobs with their operands; an operand with the rows of one job only is that of all.

    Shapes: a [jobs x m, planes, words] or [m, ...]; b [jobs x n, planes, words] or [n, ...].
    """

    job: Job
    accelerator: Accelerator
    a: Words
    b: Words
    thresholds: Thresholds | None = None
    stalls: tuple[bool, ...] = ()

    @property
    def array(self) -> Array:
        """Return the array that the jobs run on."""
        return self.accelerator.arrays[self.job.array]

    @property
    def jobs(self) -> int:
        """Return how many jobs have operands of their own."""
        return max(len(self.a) // self.job.m, len(self.b) // self.job.n)

    @property
    def element_bits(self) -> int:
        """Return the bits of an element of the result."""
        return 1 if self.job.thresholds else self.array.accumulator_bits

    # In memory

    def operands(self) -> dict[str, Area]:
        """Return the operands as they lie behind the port, by role."""
        k, array, width = self.job.k, self.array, self.accelerator.port.width_bits
        areas = {"a": operand_area(self.a, k, array, width), "b": operand_area(self.b, k, array, width)}
        if self.thresholds is not None:
            areas["thresholds"] = threshold_area(self.thresholds, array, width)
        return areas

    @property
    def result_shape(self) -> tuple[int, int]:
        """Return the rows and the bytes of a row of the result's area."""
        written = self._written
        width, bits = self.accelerator.port.width_bits, self.job.thresholds
        rows, row_bytes = result_bytes(written.m, written.n, self.array, width, thresholds=bits)
        return self.jobs * rows, row_bytes

    @property
    def _written(self) -> Job:
        """Return the job whose result is what lies in the memory."""
        return self.job.exchanged if self._transposed else self.job

    @property
    def _transposed(self) -> bool:
        return self.array.dataflow is Dataflow.INPUT_STATIONARY

    def rtl_jobs(self, at: Mapping[str, int]) -> list[RtlJob]:
        """Return the jobs as the RTL takes them.

        Units: ``at`` has the address of each operand and of the result, in port words.
        Errors: InputError for a job that the RTL does not run.
        """
        width = self.accelerator.port.width_bits
        rows, row_bytes = self.result_shape
        row_words = operand_row_words(self.job.k, self.array, width)
        a, b = (
            length * planes * row_words if len(words) > length else 0
            for (words, length), planes in zip(self._rows(), self.job.planes, strict=True)
        )
        result = rows // self.jobs * row_bytes // (width // 8)
        return [
            rtl_job(
                self.job,
                self.accelerator,
                a=at["a"] + number * a,
                b=at["b"] + number * b,
                thresholds=at.get("thresholds", 0),
                result=at["result"] + number * result,
                stalls=self.stalls,
            )
            for number in range(self.jobs)
        ]

    def _rows(self) -> tuple[tuple[Words, int], tuple[Words, int]]:
        """Return A and B, each with its rows in one job."""
        return (self.a, self.job.m), (self.b, self.job.n)

    # What must come out

    def classes(self) -> CycleClasses:
        """Return the model's cycles of one job, by class."""
        return run_job(self.job, self.accelerator, np.array(self.stalls, dtype=np.bool_))

    def port_words(self) -> tuple[int, int]:
        """Return the port words that one job loads and stores."""
        moved = traffic(self.job, self.accelerator)
        return moved.loads + moved.void, moved.results

    def reading(self, role: str, area: Area) -> Self:
        """Return the product on an operand of one plane as it lies in the memory, written by a product before."""
        bits = result_bits(area, self.job.k, self.array)[:, None]
        return replace(self, a=bits[: len(self.a)]) if role == "a" else replace(self, b=bits[: len(self.b)])

    def expected(self) -> Values:
        """Return what the reference arithmetic says."""
        if self.jobs > 1:
            return np.concatenate([self.alone(number).expected() for number in range(self.jobs)])
        job = self.job
        sums = product(self.a, self.b, job.k, job.encoding_a, job.encoding_b)
        if self.thresholds is None:
            return sums
        bits = threshold(sums, self.thresholds.sums, self.thresholds.at_most)[:, 0]
        return unpack_bits(bits, job.n).astype(np.int64)

    def encoded(self, values: Values) -> Area:
        """Return values as the RTL writes them: gaps and tails of rows zero, signs extended."""
        width, written = self.accelerator.port.width_bits, self._written
        if self._transposed:
            values = values.reshape(self.jobs, self.job.m, self.job.n).transpose(0, 2, 1).reshape(-1, written.n)
        if self.job.thresholds:
            return operand_area(pack_bits(values != 0)[:, None], written.n, self.array, width)
        return sums_area(values, self.array, width)

    def decoded(self, area: Area) -> Values:
        """Return the values of an area as the RTL wrote it."""
        written = self._written
        if self.job.thresholds:
            values = unpack_bits(result_bits(area, written.n, self.array), written.n).astype(np.int64)
        else:
            values = result_sums(area, written.n, self.array)
        if self._transposed:
            values = values.reshape(self.jobs, written.m, written.n).transpose(0, 2, 1).reshape(-1, self.job.n)
        return values

    # Tiles

    @property
    def tile_size(self) -> tuple[int, int]:
        """Return the rows and the channels of a tile."""
        return tile_size(self.job, self.accelerator)

    @property
    def tiles(self) -> tuple[int, int]:
        """Return the m tiles and the n tiles of a job."""
        rows, cols = self.tile_size
        return ceil_div(self.job.m, rows), ceil_div(self.job.n, cols)

    def running_order(self, row: int, channel: int) -> tuple[int, int, int, int, int]:
        """Return a key by which elements sort in the order in which their jobs and tiles run."""
        number, of_job = divmod(row, self.job.m)
        rows, cols = self.tile_size
        tile = (of_job // rows, channel // cols)
        outer, inner = tile[::-1] if self.array.dataflow is Dataflow.WEIGHT_STATIONARY else tile
        return number, outer, inner, of_job, channel

    def cut(self, job: Job) -> Self:
        """Return the first of the jobs as long as another one, which leads it."""
        thresholds = self.thresholds
        if thresholds is not None:
            thresholds = replace(thresholds, sums=thresholds.sums[: job.n], at_most=thresholds.at_most[: job.n])
        return replace(self, job=job, a=self.a[: job.m], b=self.b[: job.n], thresholds=thresholds)

    def alone(self, number: int) -> Self:
        """Return one of the jobs."""
        a, b = (
            words[number * length : (number + 1) * length] if len(words) > length else words
            for words, length in self._rows()
        )
        return replace(self, a=a, b=b)
