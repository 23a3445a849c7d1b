"""Run a command as the leader of a process group, and leave nothing of the group behind."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from time import monotonic, sleep

_STANDARD_INPUT = 0
_LOOK_S = 0.1
"""How often the caller's watch looks at a command that runs."""
_GRACE_S = 3.0
"""How long a command that is asked to end may take."""


def run_in_group(
    command: Sequence[str], environment: Mapping[str, str], log: Path, watch: Callable[[], None] = lambda: None
) -> int:
    """Run a command, its output going to a log, and return its exit code.

    ``watch`` is called all along. What it raises, an interrupt too, ends the command and all that it has started: make
    and the compilers go on where only their parent is killed. Of a caller that is killed itself the command hears by
    its standard input, which then ends.
    """
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):  # fmt: skip
        try:
            while True:
                try:
                    return process.wait(_LOOK_S)
                except subprocess.TimeoutExpired:
                    watch()
        except BaseException:
            _end_group(process)
            raise


def end_with_caller() -> None:
    """Have this process, which leads its group, end it when its caller is gone, however that ended."""
    Thread(target=_end_behind_caller, daemon=True).start()


def _end_behind_caller() -> None:
    while os.read(_STANDARD_INPUT, 1):
        pass
    os.killpg(os.getpid(), signal.SIGKILL)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End a command and all that it has started: first so that compilers take their files away, then by force.

    A second interrupt, of somebody who does not want to wait, brings the force at once.
    """
    gone = False
    try:
        gone = _signal_group(process, signal.SIGTERM)
    finally:
        if not gone:
            _signal_group(process, signal.SIGKILL)


def _signal_group(process: subprocess.Popen[bytes], sign: signal.Signals) -> bool:
    """Send a signal to a group and tell whether that has ended all of it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, sign)
    return _is_gone(process)


def _is_gone(process: subprocess.Popen[bytes]) -> bool:
    """Wait for a while until a group has no members, and tell whether it has none."""
    end = monotonic() + _GRACE_S
    while monotonic() < end:
        process.poll()
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return True
        sleep(_LOOK_S / 10)
    return False
