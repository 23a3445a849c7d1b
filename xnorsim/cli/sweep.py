"""``xnorsim sweep``."""

import shlex
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workloads.errors import InputError
from xnorsim.cli.sweep_progress import Lines, telling
from xnorsim.console import console
from xnorsim.errors import SweepError
from xnorsim.sweeps.session import run_sweep
from xnorsim.sweeps.sweep_file import read_sweep
from xnorsim.texts import time_text

if TYPE_CHECKING:
    from xnorsim.sweeps.directory import SweepDirectory


@dataclass(frozen=True)
class Request:
    """What ``xnorsim sweep`` was asked for."""

    spec: str
    output: str
    resume: bool
    scheduler: str | None
    processes: int | None

    @property
    def again(self) -> str:
        """Return the command that goes on."""
        words = ["xnorsim", "sweep", self.spec, "-o", self.output, "--resume"]
        words += ["--scheduler", self.scheduler] if self.scheduler else []
        words += ["--processes", str(self.processes)] if self.processes else []
        return shlex.join(words)


def sweep(request: Request) -> None:
    """Run a sweep, and say what came of it."""
    if not request.output:
        raise InputError("--output must name a directory")
    with telling() as listener, _interruptible(listener):
        spec = read_sweep(Path(request.spec))
        try:
            directory = run_sweep(
                spec, Path(request.output), resume=request.resume, scheduler=request.scheduler,
                processes=request.processes, listener=listener,
            )  # fmt: skip
        except (InputError, SweepError) as error:
            raise type(error)(f"{error}{_how_to_go_on(request, listener, '; ')}") from error
        except KeyboardInterrupt:
            listener.noticed(_how_to_go_on(request, listener, "") or "nothing was evaluated")
            raise
    _report(directory, listener)


@contextmanager
def _interruptible(listener: Lines) -> Iterator[None]:
    """Let the listener have interrupts, if they are not ignored."""
    # A cluster that takes a job away says so by SIGTERM: it ends what was started just as an interrupt does.
    before = {sign: signal.getsignal(sign) for sign in (signal.SIGINT, signal.SIGTERM)}
    for sign, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(sign, listener.interrupt)
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


def _how_to_go_on(request: Request, listener: Lines, before: str) -> str:
    """Say what is kept, if anything was evaluated, and how to go on."""
    from xnorsim.sweeps.directory import SweepDirectory

    if not listener.running:
        return ""
    try:
        # Not what was heard: that may be ahead of what is written, or behind.
        kept = SweepDirectory.open(request.output).kept
    except InputError:
        # It was taken away.
        return ""
    if kept == listener.rows:
        return ""
    return f"{before}{kept:,} of {listener.rows:,} rows are kept; go on with: {request.again}"


def _report(directory: "SweepDirectory", listener: Lines) -> None:
    from xnorsim.sweeps.reading import Reading

    counts = ", ".join(f"{count:,} {what}" for what, count in Reading.of(directory).counts.items())
    out = console()
    out.print(f"{directory.path}: {directory.manifest.rows:,} rows: {counts}", soft_wrap=True)
    if listener.found:
        seconds = listener.seconds
        out.print(f"{listener.found:,} rows in {time_text(seconds)}: {listener.found / seconds:,.0f} rows/s")
    if listener.verified is not None:
        out.print(_verified_text(listener.verified))
    out.print(f"the front: {shlex.join(['xnorsim', 'pareto', str(directory.path)])}", soft_wrap=True)


def _verified_text(rows: int) -> str:
    """Say how many rows were verified, and if there was none to verify."""
    if rows == 0:
        return "no row was verified: the front is empty"
    return f"{rows:,} row{'s' if rows > 1 else ''} of the front {'are' if rows > 1 else 'is'} what the engine says"
