"""Where a sweep is evaluated: here, in processes of this machine, or by the workers of a Dask scheduler."""

import os
from contextlib import AbstractContextManager

from xnorsim.sweeps import processes as of_machine
from xnorsim.sweeps.processes import Workers
from xnorsim.sweeps.worker import Evaluation


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def workers(
    evaluation: Evaluation, scheduler: str | None, processes: int
) -> AbstractContextManager[Workers]:  # fmt: skip
    """Return workers for a sweep; with a single process and no scheduler it is this one.

    Errors: InputError if the scheduler does not answer, SweepError if its workers cannot take the sweep.
    """
    if scheduler is not None:
        from xnorsim.sweeps.clusters import of_scheduler

        return of_scheduler(evaluation, scheduler, processes)
    return of_machine.here(evaluation) if processes == 1 else of_machine.processes(evaluation, processes)
