"""The run of a sweep: parts that are not there yet are evaluated and written."""

from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Future, wait
from typing import Any

import numpy as np
import pyarrow as pa

from workloads.errors import InputError
from xnorsim.errors import SweepError
from xnorsim.sweeps import worker
from xnorsim.sweeps.directory import SweepDirectory
from xnorsim.sweeps.listener import Listener
from xnorsim.sweeps.processes import Workers
from xnorsim.sweeps.samplers import Optimizer, points_of
from xnorsim.sweeps.space import Codes, Space

_IN_FLIGHT = 2
"""Parts that a worker may have at once: the next one waits while one is evaluated."""


class Runner:
    """Evaluates what a directory has not, by workers that have learnt the sweep."""

    def __init__(self, directory: SweepDirectory, workers: Workers, listener: Listener) -> None:
        self._directory = directory
        self._manifest = directory.manifest
        self._workers = workers
        self._listener = listener

    def run(self, there: set[int]) -> None:
        """Evaluate all parts but those that are there.

        Errors: SweepError if the workers are gone, InputError if a part cannot be written.
        """
        if self._directory.spec.strategy.sampler.learns:
            self._learn(there)
        else:
            self._stream(there)

    def _stream(self, there: set[int]) -> None:
        spec = self._directory.spec
        codes_of = points_of(spec, Space.of(spec))
        waiting: dict[Future[bytes], int] = {}
        for part in range(self._manifest.parts):
            if part in there:
                continue
            while len(waiting) >= _IN_FLIGHT * max(self._workers.count(), 1):
                self._collect(waiting)
            rows = self._manifest.rows_of(part)
            waiting[self._submit(worker.part, part, rows.start, codes_of(rows.start, rows.stop))] = part
        while waiting:
            self._collect(waiting)

    def _collect(self, waiting: "dict[Future[bytes], int]") -> None:
        """Write the parts that are done, once there is one."""
        for future in wait(waiting, return_when=FIRST_COMPLETED).done:
            part = waiting.pop(future)
            self._directory.write(part, _result(future))
            self._listener.advanced(len(self._manifest.rows_of(part)))

    def _learn(self, there: set[int]) -> None:
        spec = self._directory.spec
        optimizer = Optimizer(spec)
        for part in range(self._manifest.parts):
            rows = self._manifest.rows_of(part)
            known = self._directory.part(part) if part in there else None
            tables = []
            for first in range(rows.start, rows.stop, spec.strategy.batch):
                codes = optimizer.ask(min(spec.strategy.batch, rows.stop - first))
                if known is None:
                    table = _result(self._submit(worker.rows, first, codes))
                    self._listener.advanced(len(table))
                else:
                    table = known.slice(first - rows.start, codes.shape[1])
                    self._check_replay(part, table, codes)
                optimizer.tell(table)
                tables.append(table)
            if known is None:
                self._directory.write_table(part, pa.concat_tables(tables))

    def _check_replay(self, part: int, table: pa.Table, codes: Codes) -> None:
        """Demand that the sampler asks again for what it asked for before."""
        for field, column in Space.of(self._directory.spec).columns(codes).items():
            if not np.array_equal(np.array(table[field].to_pylist()), column):
                raise InputError(f"{self._directory.path}: part {part} has other points than the sampler asks for now")

    def _submit(self, function: Any, *arguments: Any) -> "Future[Any]":
        try:
            return self._workers.executor.submit(function, self._manifest.hash, *arguments)
        except RuntimeError as error:
            raise _lost(error) from error


def _result(future: "Future[Any]") -> Any:
    try:
        return future.result()
    except (OSError, CancelledError):
        # The scheduler's: who has connected to it knows better.
        raise
    except Exception as error:
        raise _lost(error) from error


def _lost(error: Exception) -> SweepError:
    if isinstance(error, BrokenExecutor):
        return SweepError("a worker process was ended, as if killed or out of memory")
    said = " ".join(str(error).split())
    return SweepError(f"a worker failed: {type(error).__name__}: {said}")
