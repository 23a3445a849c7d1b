"""Run a command as the leader of a process group, and leave nothing of the group behind."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_LOOK_S = 0.1
"""How often the caller's watch looks at a command that runs."""


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
            # The leader has not been waited for, so that its number is still that of the group.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
