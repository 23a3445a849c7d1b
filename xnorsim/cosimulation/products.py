"""A matrix product as the RTL plays it: operands in memory, jobs, and what must come out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from simulator.accelerator import Accelerator, Array, Dataflow
from simulator.cycles import CycleClasses
from simulator.engine import run_job
from simulator.job import Job
from simulator.layout import ceil_div, operand_row_words, row_k_words, slot_bits
from simulator.traffic import traffic
from workloads.packing import Words, pack_bits, unpack_bits
from workloads.reference import convolution, product, threshold
from workloads.trace import Thresholds
from xnorsim.cosimulation.fields import RtlJob
from xnorsim.cosimulation.leading import leading, tile_size
from xnorsim.cosimulation.memory import (
    Area,
    Values,
    operand_area,
    operand_rows,
    result_bits,
    result_bytes,
    result_sums,
    sums_area,
    threshold_area,
)
from xnorsim.cosimulation.network import rtl_job


@dataclass(frozen=True)
class Product:
    """Equal jobs with their operands; an operand with the rows of one job only is that of all.

    Shapes: a [jobs x m, planes, words] or [m, ...], of a direct feed with the pixels of the map in the place of m;
    b [jobs x n, planes, words] or [n, ...].
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
        return max(len(words) // rows for words, rows in self._rows())

    @property
    def rows(self) -> int:
        """Return the rows of one job's result."""
        return self.job.m

    @property
    def writes_bits(self) -> bool:
        """Tell whether the result is bits, and not sums."""
        return self.job.thresholds

    @property
    def element_bits(self) -> int:
        """Return the bits of an element of the result."""
        return 1 if self.job.thresholds else self.array.accumulator_bits

    # In memory

    def operands(self) -> dict[str, Area]:
        """Return the operands as they lie behind the port, by role."""
        (taps, elements), array, width = self.job.taps, self.array, self.accelerator.port.width_bits
        # A pixel of A is a tap of its own.
        a, b = (operand_area(words, elements, array, width, of) for words, of in ((self.a, 1), (self.b, taps)))
        areas = {"a": a, "b": b}
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
        first = rtl_job(
            self.job,
            self.accelerator,
            a=at["a"],
            b=at["b"],
            thresholds=at.get("thresholds", 0),
            result=at["result"],
            stalls=self.stalls,
        )
        a, b, result = self._strides()
        if self._transposed:
            a, b = b, a
        return [
            replace(
                first,
                a=replace(first.a, addr=first.a.addr + number * a),
                b=replace(first.b, addr=first.b.addr + number * b),
                r_addr=first.r_addr + number * result,
            )
            for number in range(self.jobs)
        ]

    def _strides(self) -> tuple[int, int, int]:
        """Return how far A, B and the result of a job lie behind those of the job before.

        Units: port words.
        """
        array, width = self.array, self.accelerator.port.width_bits
        pixel_words = operand_row_words(self.job.taps[1], array, width)
        row_words = ceil_div(row_k_words(self.job, array) * slot_bits(array), width)
        words = (pixel_words * self.job.planes[0], row_words * self.job.planes[1])
        a, b = (
            length * of_row if len(operand) > length else 0
            for (operand, length), of_row in zip(self._rows(), words, strict=True)
        )
        rows, row_bytes = self.result_shape
        return a, b, rows // self.jobs * row_bytes // (width // 8)

    def _rows(self) -> tuple[tuple[Words, int], tuple[Words, int]]:
        """Return A and B, each with its rows in one job."""
        a, b = operand_rows(self.job)
        return (self.a, a), (self.b, b)

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
        bits = result_bits(area, self.job.taps[1], self.array)[:, None]
        return replace(self, a=bits[: len(self.a)]) if role == "a" else replace(self, b=bits[: len(self.b)])

    def expected(self) -> Values:
        """Return what the reference arithmetic says."""
        if self.jobs > 1:
            return np.concatenate([self.alone(number).expected() for number in range(self.jobs)])
        job = self.job
        codes = job.encoding_a, job.encoding_b
        if job.direct is None:
            sums = product(self.a, self.b, job.k, *codes)
        else:
            sums = convolution(self.a, self.b, job.direct.window, job.direct.channels, *codes)
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

    def tile_of(self, row: int, channel: int) -> tuple[int, int]:
        """Return the m tile and the n tile of an element of a job's result."""
        rows, cols = self.tile_size
        return row // rows, channel // cols

    def running_order(self, row: int, channel: int) -> tuple[int, ...]:
        """Return a key by which elements sort in the order in which their jobs and tiles run."""
        number, of_job = divmod(row, self.job.m)
        tile = self.tile_of(of_job, channel)
        outer, inner = tile[::-1] if self.array.dataflow is Dataflow.WEIGHT_STATIONARY else tile
        return number, outer, inner, of_job, channel

    def leading(self, m_steps: int, n_tiles: int) -> Self:
        """Return the first of the jobs, cut to its leading m tiles or pixel rows, and n tiles."""
        job = leading(self.job, self.accelerator, m_steps, n_tiles)
        (a, b), thresholds = operand_rows(job), self.thresholds
        if thresholds is not None:
            thresholds = replace(thresholds, sums=thresholds.sums[: job.n], at_most=thresholds.at_most[: job.n])
        return replace(self, job=job, a=self.a[:a], b=self.b[:b], thresholds=thresholds)

    def alone(self, number: int) -> Self:
        """Return one of the jobs."""
        a, b = (
            words[number * length : (number + 1) * length] if len(words) > length else words
            for words, length in self._rows()
        )
        return replace(self, a=a, b=b)
