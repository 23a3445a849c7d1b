"""Design points: many jobs, each on its own accelerator, as a struct of arrays."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from simulator.accelerator import Accelerator, Dataflow
from simulator.job import Job

Integers = npt.NDArray[np.signedinteger[Any]]


@dataclass(frozen=True)
class Points:
    """One element of every array describes one job on one array of PEs.

    Shapes: [points] each.
    Units: ``scratchpad_a_bits`` and ``scratchpad_b_bits`` are those of both halves; ``thresholds`` is 1 where the
    result is bits, else 0, ``weight_stationary`` 1 where weights stay in the PEs, else 0. A row of A has ``taps`` of
    so many ``elements``: one of all k where it is not fed directly. All else is as in Array, Port and Job, and as
    legal. An input-stationary job is a weight-stationary one with the operands exchanged.
    """

    RESULT_TILES: ClassVar[int] = 5
    """The place of that field."""

    rows: Integers
    cols: Integers
    lanes: Integers
    word_bits: Integers
    accumulator_bits: Integers
    result_tiles: Integers
    pipeline_cycles: Integers
    port_bits: Integers
    latency_cycles: Integers
    scratchpad_a_bits: Integers
    scratchpad_b_bits: Integers
    m: Integers
    k: Integers
    n: Integers
    planes_a: Integers
    planes_b: Integers
    thresholds: Integers
    weight_stationary: Integers
    accumulator_rows: Integers
    taps: Integers
    elements: Integers

    @classmethod
    def of(cls, pairs: Iterable[tuple[Job, Accelerator]]) -> Self:
        """Return the points of jobs and the accelerators that they run on."""
        table = np.array([_values(job, accelerator) for job, accelerator in pairs], dtype=np.int64)
        return cls(*np.ascontiguousarray(table.reshape(-1, len(fields(cls))).T))

    @classmethod
    def spread(cls, job: Job, accelerator: Accelerator, points: int) -> Self:
        """Return the points of a job on accelerators whose sizes are columns of so many (simulator/columns.py).

        What is one number for all of them takes no memory.
        """
        return cls(*(np.broadcast_to(np.asarray(value), points) for value in _values(job, accelerator)))

    @classmethod
    def broadcast(cls, **columns: npt.ArrayLike) -> Self:
        """Return the points of columns that are given by field; a number stands for every point.

        Output stationary and one tap where nothing is said of them.
        Errors: TypeError if a field is missing or unknown.
        """
        plain = {"weight_stationary": 0, "accumulator_rows": 0, "taps": 1, "elements": columns.get("k", 0)}
        columns = plain | columns
        arrays = np.broadcast_arrays(*(np.asarray(column, dtype=np.int64) for column in columns.values()))
        flat = (np.ascontiguousarray(array).reshape(-1) for array in arrays)
        return cls(**dict(zip(columns, flat, strict=True)))

    def __len__(self) -> int:
        return len(self.m)

    def table(self, first: int, end: int) -> Integers:
        """Return some of the points as rows: those before ``end``.

        Shapes: [points, fields].
        """
        columns = [getattr(self, field.name)[first:end] for field in fields(self)]
        table = np.empty((len(columns[0]), len(columns)), dtype=np.int64)
        for number, column in enumerate(columns):
            table[:, number] = column
        return table


def _values(job: Job, accelerator: Accelerator) -> tuple[int, ...]:
    """Return a job's fields in the order of Points."""
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
