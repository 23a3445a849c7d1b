"""Workers of this machine: this process, or processes of its own."""

import multiprocessing
import os
import signal
import threading
from _thread import interrupt_main
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.resource_tracker import ensure_running
from typing import Any

from xnorsim.sweeps.worker import Evaluation, learn


@dataclass(frozen=True)
class Workers:
    """An executor whose workers have learnt a sweep, and how many they are, which may change."""

    executor: Executor
    count: Callable[[], int]


class _Here(Executor):
    """Does everything at once, in this process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Call the function."""
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@contextmanager
def here(evaluation: Evaluation) -> Iterator[Workers]:
    """Yield this process as the only worker."""
    learn(evaluation)
    yield Workers(_Here(), lambda: 1)


@contextmanager
def processes(evaluation: Evaluation, count: int) -> Iterator[Workers]:
    """Yield so many processes."""
    context = multiprocessing.get_context("spawn")
    # The workers hold the end that is read. The other one closes when we are done, or dead: they stop then.
    lifeline, ours = context.Pipe(duplex=False)
    executor = _Processes(count, context, _start, (lifeline, evaluation))
    try:
        yield Workers(executor, lambda: count)
    finally:
        ours.close()
        executor.shutdown(wait=True, cancel_futures=True)
        lifeline.close()


class _Processes(ProcessPoolExecutor):
    """Processes that an interrupt stops between two lines of Python, and that never print a traceback of it."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Hand a call to a process, which is started if need be."""
        # A process that starts is not interrupted before it knows what to do then.
        with without_interrupts():
            return super().submit(_interruptible, fn, *args, **kwargs)


@contextmanager
def without_interrupts() -> Iterator[None]:
    """Put off Ctrl-C; threads and processes that start meanwhile do not hear of it at all, unless they choose to."""
    # Its start would end ours: Python 3.11 lets interrupts in again behind it.
    ensure_running()
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


_stopped = threading.Event()
_computing = False


def _start(lifeline: Connection, evaluation: Evaluation) -> None:
    """Make this process a worker."""
    signal.signal(signal.SIGINT, _interrupt)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    threading.Thread(target=_watch, args=(lifeline,), daemon=True).start()
    learn(evaluation)


def _watch(lifeline: Connection) -> None:
    """Stop what is computed when the parent is done with us, and the process when the parent is dead."""
    lifeline.poll(None)
    _stopped.set()
    interrupt_main()
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _interrupt(*_: object) -> None:
    """Interrupt a computation only: what the executor does beside it must go on."""
    if _computing:
        raise KeyboardInterrupt


def _interruptible(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    global _computing
    _computing = True
    try:
        if _stopped.is_set():
            raise KeyboardInterrupt
        return fn(*args, **kwargs)
    finally:
        _computing = False
