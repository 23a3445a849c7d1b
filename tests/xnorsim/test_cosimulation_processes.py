"""A command ends with all that it has started, whoever ends it and however."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.rtl.planted import commands_with, environment
from xnorsim.cosimulation import processes
from xnorsim.cosimulation.processes import run_in_group

# They say by a file that they are there: one that asking does not end, and one that hears of its caller.
STUBBORN = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).touch()
time.sleep(300)
"""
LISTENING = """
import pathlib, subprocess, sys
from xnorsim.cosimulation.processes import end_with_caller
end_with_caller()
child = subprocess.Popen(["sleep", "300"])
pathlib.Path(sys.argv[1]).touch()
child.wait()
"""
CALLER = """
import os, sys
from pathlib import Path
from xnorsim.cosimulation.processes import run_in_group
run_in_group((sys.executable, "-c", sys.argv[1], sys.argv[2]), os.environ, Path(sys.argv[2] + ".log"))
"""


def wait_for(condition: Callable[[], bool], limit_s: float = 60.0) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_exit_code_and_the_log(tmp_path: Path) -> None:
    assert run_in_group(("sh", "-c", "echo said; exit 3"), os.environ, tmp_path / "log") == 3
    assert (tmp_path / "log").read_text() == "said\n"


@pytest.mark.parametrize("twice", [False, True])
def test_what_does_not_end_by_being_asked_is_ended_by_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, twice: bool
) -> None:
    there = tmp_path / "there"

    def interrupt_once_there() -> None:
        if there.is_file():
            raise KeyboardInterrupt

    def interrupt_again(seconds: float) -> None:
        del seconds
        monkeypatch.undo()
        raise KeyboardInterrupt

    if twice:
        monkeypatch.setattr(processes, "sleep", interrupt_again)
    else:
        monkeypatch.setattr(processes, "_GRACE_S", 0.2)
    with pytest.raises(KeyboardInterrupt):
        run_in_group((sys.executable, "-c", STUBBORN, str(there)), os.environ, tmp_path / "log", interrupt_once_there)
    assert commands_with(str(there)) == []


def test_a_caller_that_is_killed_leaves_nothing_behind(tmp_path: Path) -> None:
    there = tmp_path / "there"
    command = (sys.executable, "-c", CALLER, LISTENING, str(there))
    with subprocess.Popen(command, env=environment(MARK=there)) as caller:
        wait_for(there.is_file)
        assert any(running.startswith("sleep") for running in commands_with(str(there)))
        caller.send_signal(signal.SIGKILL)
    wait_for(lambda: not commands_with(str(there)))
