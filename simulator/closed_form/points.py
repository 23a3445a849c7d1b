"""Design points: many jobs, each on its own accelerator, as a table."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from simulator.accelerator import Accelerator, Dataflow
from simulator.job import Job

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Points:
    """Many jobs, each on its own array of PEs: a row of the table for each, with FIELDS as columns.

    Shapes: table [points, fields].
    Units: ``scratchpad_a_bits`` and ``scratchpad_b_bits`` are those of both halves; ``thresholds`` is 1 where the
    result is bits, else 0, ``weight_stationary`` 1 where weights stay in the PEs, else 0. A row of A has ``taps`` of
    so many ``elements``: one of all k where it is not fed directly. All else is as in Array, Port and Job, and as
    legal. An input-stationary job is a weight-stationary one with the operands exchanged.
    """

    FIELDS: ClassVar[tuple[str, ...]] = (
        *("rows", "cols", "lanes", "word_bits", "accumulator_bits", "result_tiles", "pipeline_cycles"),
        *("port_bits", "latency_cycles", "scratchpad_a_bits", "scratchpad_b_bits"),
        *("m", "k", "n", "planes_a", "planes_b", "thresholds"),
        *("weight_stationary", "accumulator_rows", "taps", "elements"),
    )

    table: Integers

    @classmethod
    def of(cls, pairs: Iterable[tuple[Job, Accelerator]]) -> Self:
        """Return the points of jobs and the accelerators that they run on."""
        table = np.array([_values(job, accelerator) for job, accelerator in pairs], dtype=np.int64)
        return cls(table.reshape(-1, len(cls.FIELDS)))

    @classmethod
    def spread(cls, job: Job, accelerator: Accelerator, points: int) -> Self:
        """Return the points of a job on accelerators whose sizes are columns of so many (simulator/columns.py)."""
        table = np.empty((points, len(cls.FIELDS)), dtype=np.int64)
        for number, value in enumerate(_values(job, accelerator)):
            table[:, number] = value
        return cls(table)

    @classmethod
    def broadcast(cls, **columns: npt.ArrayLike) -> Self:
        """Return the points of columns that are given by field; a number stands for every point.

        Output stationary and one tap where nothing is said of them.
        Errors: TypeError if a field is missing or unknown.
        """
        plain = {"weight_stationary": 0, "accumulator_rows": 0, "taps": 1, "elements": columns.get("k", 0)}
        columns = plain | columns
        wrong = set(cls.FIELDS) ^ columns.keys()
        if wrong:
            raise TypeError(f"missing or unknown: {', '.join(sorted(wrong))}")
        arrays = np.broadcast_arrays(*(np.asarray(columns[field], dtype=np.int64) for field in cls.FIELDS))
        return cls(np.stack([array.reshape(-1) for array in arrays], axis=1))

    def __len__(self) -> int:
        return len(self.table)

    def column(self, field: str) -> Integers:
        """Return a field of every point. Shapes: [points]."""
        column: Integers = self.table[:, self.FIELDS.index(field)]
        return column


def _values(job: Job, accelerator: Accelerator) -> tuple[int, ...]:
    """Return a job's FIELDS."""
    array, port = accelerator.arrays[job.array], accelerator.port
    if array.dataflow is Dataflow.INPUT_STATIONARY:
        job = job.exchanged
    return (
        *(array.rows, array.cols, array.lanes, array.word_bits, array.accumulator_bits),
        *(array.result_tiles, array.pipeline_cycles, port.width_bits, port.latency_cycles),
        *(accelerator.scratchpad_a_bits, accelerator.scratchpad_b_bits),
        *(job.m, job.k, job.n, *job.planes, int(job.thresholds)),
        *(int(array.dataflow is not Dataflow.OUTPUT_STATIONARY), array.accumulator_rows, *job.taps),
    )
