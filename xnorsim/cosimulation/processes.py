"""Run a command as the leader of a process group, and leave nothing of the group behind."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep

_LOOK_S = 0.1
"""How often the caller's watch looks at a command that runs."""
_GRACE_S = 3.0
"""How long a command that is asked to end may take."""


def run_in_group(
    command: Sequence[str], environment: Mapping[str, str], log: Path, watch: Callable[[], None] = lambda: None
) -> int:
    """Run a command, its output going to a log, and return its exit code.

    ``watch`` is called all along. What it raises, an interrupt too, ends the command and all that it has started: make
    and the compilers go on where only their parent is killed.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
        try:
            while True:
                try:
                    return process.wait(_LOOK_S)
                except subprocess.TimeoutExpired:
                    watch()
        except BaseException:
            _end_group(process)
            raise


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End a command and all that it has started: first so that compilers take their files away, then by force."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        if _is_gone(process):
            return


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
