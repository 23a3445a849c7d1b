"""Workers of a Dask scheduler: one that is there, or one that is started for the sweep on this machine."""

import logging
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager
from typing import Any

from distributed import Client, LocalCluster, WorkerPlugin

from workloads.errors import InputError, problem
from xnorsim import __version__
from xnorsim.errors import SweepError
from xnorsim.sweeps.processes import Workers, without_interrupts
from xnorsim.sweeps.worker import Evaluation, learn

LOCAL = "local"
"""The scheduler that is started for one sweep, on this machine."""
ANSWER_S, WORKER_S = 10, 30
"""How long a scheduler may take to answer, and to get its first worker."""


class Learner(WorkerPlugin):
    """Gives a sweep to each worker once, also to those that come later."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.name = f"xnorsim-{evaluation.sweep}"
        self._evaluation = evaluation
        self._version = __version__

    def setup(self, worker: Any) -> None:
        """Take the sweep.

        Errors: RuntimeError if the worker has another xnorsim.
        """
        if self._version != __version__:
            raise RuntimeError(f"worker {worker.address} has xnorsim {__version__}, not {self._version}")
        learn(self._evaluation)


@contextmanager
def of_scheduler(evaluation: Evaluation, address: str, processes: int) -> Iterator[Workers]:
    """Yield the workers of a scheduler.

    Errors: InputError if it does not answer, SweepError if its workers cannot take the sweep.
    """
    with ExitStack() as stack:
        stack.enter_context(_silence())
        client = stack.enter_context(_client(address, processes, stack))
        learner = Learner(evaluation)
        try:
            client.wait_for_workers(1, timeout=WORKER_S)
            client.register_plugin(learner)
        except TimeoutError:
            raise SweepError(f"scheduler {address}: has no worker, after {WORKER_S} s") from None
        except Exception as error:
            rule = "do they have the same Python and xnorsim?"
            raise SweepError(f"scheduler {address}: its workers cannot take the sweep: {error} ({rule})") from error
        try:
            yield Workers(client.get_executor(pure=False), lambda: sum(client.ncores().values()))
        except (OSError, CancelledError) as error:
            raise SweepError(f"the scheduler {address} went away") from error


@contextmanager
def _silence() -> Iterator[None]:
    """Keep Dask from telling at length what one line of ours says."""
    loggers = [logging.getLogger(name) for name in ("distributed", "tornado")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def _client(address: str, processes: int, stack: ExitStack) -> Client:
    if address == LOCAL:
        # Its workers are told to end by us, not by Ctrl-C.
        with without_interrupts():
            cluster = LocalCluster(  # type: ignore[no-untyped-call]
                n_workers=processes, threads_per_worker=1, dashboard_address=None, silence_logs=logging.CRITICAL
            )
        return Client(stack.enter_context(cluster))  # type: ignore[no-untyped-call]
    try:
        return Client(address, timeout=ANSWER_S)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise InputError(problem("--scheduler", "must be the address of a scheduler that answers", address)) from error
