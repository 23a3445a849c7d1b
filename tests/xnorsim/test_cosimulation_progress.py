"""What is heard of a simulator, and what it says last."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from xnorsim.cosimulation.builds import Build, Design
from xnorsim.cosimulation.jobs import play_on
from xnorsim.cosimulation.progress import Progress, StandsStillError, unheard

COUNTERS = {"cycles": 11}


def write(path: Path, *events: dict[str, object], rest: str = "") -> None:
    with path.open("a") as stream:
        stream.write("".join(f"{json.dumps(event)}\n" for event in events) + rest)


def test_events_are_heard_as_they_come(tmp_path: Path) -> None:
    path, heard = tmp_path / "progress", list[tuple[int, int]]()
    progress = Progress(path, 60, lambda cycle, ended: heard.append((cycle, ended)))
    progress.look()
    assert heard == []
    write(path, {"cycle": 2, "seconds": 1.0}, rest='{"cycle": 5, ')
    progress.look()
    write(path, rest='"seconds": 2.0}\n')
    write(path, {"cycle": 13, "seconds": 2.5, "ended": COUNTERS}, {"cycle": 20, "seconds": 3.0})
    write(path, {"cycle": 24, "seconds": 4.0, "ended": COUNTERS})
    progress.look()
    assert heard == [(2, 0), (24, 2)]
    assert progress.ended == [COUNTERS, COUNTERS]
    assert progress.seconds == (1.5, 1.5)
    assert progress.stuck is None


def test_what_an_earlier_run_left_is_not_heard(tmp_path: Path) -> None:
    write(tmp_path / "progress", {"cycle": 2, "seconds": 1.0})
    progress = Progress(tmp_path / "progress", 60, unheard)
    assert not progress.read()


def test_a_simulator_that_stands_still(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "progress", 0.0, unheard)
    with pytest.raises(StandsStillError, match="does not start, as the simulator is not there after 0 s"):
        progress.look()
    write(tmp_path / "progress", {"cycle": 2, "seconds": 1.0}, {"cycle": 9, "seconds": 1.0})
    progress.look()
    with pytest.raises(StandsStillError, match="near its cycle 7: the RTL has a loop that does not end"):
        progress.look()


def test_a_build_does_not_count_as_a_simulator_that_stands_still(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [0.0]
    monkeypatch.setattr("xnorsim.cosimulation.progress.monotonic", lambda: clock[0])

    def slow_build(design: Design) -> Build:
        clock[0] += 1000
        return Build(design.top, tmp_path)

    def one_look(*_: object, watch: Callable[[], None], **__: object) -> int:
        watch()
        raise KeyboardInterrupt

    monkeypatch.setattr("xnorsim.cosimulation.jobs.build", slow_build)
    monkeypatch.setattr("xnorsim.cosimulation.jobs.run_bench", one_look)
    # Ended by the look that finds nothing wrong, and not as a job that does not start.
    with pytest.raises(KeyboardInterrupt):
        play_on(Design("top", ()), np.zeros((1, 8), np.uint8), [], 1, tmp_path / "work", patience_s=60)


LOGS = [
    ("[52] %Error: a.sv:12: Assertion failed in top.u: 'assert' failed.\n", "near its cycle 24: a.sv:12: Assertion"),
    ("[52] %Fatal: a.sv:12: Assertion failed in top: asked to die\n", "near its cycle 24: a.sv:12: .* asked to die"),
    ("- src/a.sv:12: Verilog $finish\n", "near its cycle 7: src/a.sv:12: Verilog .finish"),
]


@pytest.mark.parametrize(("log", "said"), LOGS)
def test_what_the_rtl_says_last(tmp_path: Path, log: str, said: str) -> None:
    progress = Progress(tmp_path / "progress", 60, unheard)
    write(tmp_path / "progress", {"cycle": 2, "seconds": 1.0}, {"cycle": 9, "seconds": 1.0})
    progress.read()
    (tmp_path / "log").write_text(f"before\n{log}behind\n")
    complaint = progress.complaint(tmp_path / "log")
    assert complaint is not None
    assert re.search(said, complaint)


def test_the_end_of_a_bench_is_no_complaint_of_the_rtl(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a Python error\n- :0: Verilog $finish\n")
    assert Progress(tmp_path / "progress", 60, unheard).complaint(tmp_path / "log") is None
