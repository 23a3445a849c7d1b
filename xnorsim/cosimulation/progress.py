"""What is heard of a simulator while it plays jobs, and what it says when it ends early."""

import json
import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from time import monotonic
from typing import Any

PATIENCE_S = 60.0
"""A simulator that gives no sign of life for so long stands still: it gives one twice a second, however slow it is."""

# Simulator steps in a cycle of the bench, as its log has them.
_PERIOD = 2

Heard = Callable[[int, int], None]
"""Told the cycle that the simulator has come to, and how many jobs have ended."""


def unheard(cycle: int, ended: int) -> None:
    """Tell nobody."""
    del cycle, ended


class StandsStillError(RuntimeError):
    """Report a simulator that gives no sign of life."""


class Progress:
    """The events of a run, as the bench writes them: a line of JSON each, with the cycle and the time in seconds."""

    def __init__(self, path: Path, patience_s: float, heard: Heard) -> None:
        path.unlink(missing_ok=True)
        self.path = path
        self._events: list[Mapping[str, Any]] = []
        self._patience_s = patience_s
        self._heard = heard
        self._read_bytes = 0
        self._last_s = monotonic()

    def look(self) -> None:
        """Read what is new.

        Errors: StandsStillError where nothing has been for too long.
        """
        if self.read():
            self._last_s = monotonic()
            self._heard(self._events[-1]["cycle"], len(self.ended))
        elif monotonic() - self._last_s > self._patience_s:
            raise StandsStillError(self._still())

    def _still(self) -> str:
        if not self._events:
            rule = "either the RTL has a loop that does not end, or the machine is very busy"
            return f"does not start, as the simulator is not there after {self._patience_s:g} s: {rule}"
        busy = f"has kept the simulator busy for {self._patience_s:g} s without an edge of the clock"
        return f"{busy}, {self._cycle_of_job()}: the RTL has a loop that does not end"

    def read(self) -> bool:
        """Read the lines that are complete; tell whether there were any."""
        if not self.path.is_file():
            return False
        with self.path.open("rb") as stream:
            stream.seek(self._read_bytes)
            whole, newline, _ = stream.read().rpartition(b"\n")
        self._read_bytes += len(whole + newline)
        self._events += [json.loads(line) for line in whole.splitlines()]
        return bool(newline)

    @property
    def ended(self) -> list[Mapping[str, int]]:
        """Return the counters of each job that has ended."""
        return [event["ended"] for event in self._events if "ended" in event]

    @property
    def stuck(self) -> Mapping[str, Any] | None:
        """Return how far the job has come that did not end within its limit."""
        return next((event["stuck"] for event in self._events if "stuck" in event), None)

    @property
    def seconds(self) -> tuple[float, ...]:
        """Return the time that each job took."""
        times = [event["seconds"] for event in self._job_bounds()]
        return tuple(end - start for start, end in pairwise(times))

    def complaint(self, log: Path) -> str | None:
        """Return what the RTL said when it ended the simulator: an assertion, $error, $fatal, $stop or $finish.

        None where it was not the RTL.
        """
        text = log.read_text(errors="replace") if log.is_file() else ""
        error = re.search(r"^\[(\d+)\] %(?:Error|Fatal)[^:\n]*: (.*)$", text, re.MULTILINE)
        if error is not None:
            return f"ends the simulator, {self._cycle_of_job(int(error[1]) // _PERIOD)}: {error[2]}"
        # The end of a bench is a $finish too, but one of no file.
        finish = re.search(r"^- ([^:\s]+:\d+: Verilog \$(?:finish|stop).*)$", text, re.MULTILINE)
        return None if finish is None else f"ends the simulator, {self._cycle_of_job()}: {finish[1]}"

    def _job_bounds(self) -> list[Mapping[str, Any]]:
        """Return the event of the start, and that of each job's end."""
        return [*self._events[:1], *(event for event in self._events if "ended" in event)]

    def _cycle_of_job(self, cycle: int | None = None) -> str:
        """Say at which cycle of the job that runs; without a cycle of the run at the last sign of life."""
        if not self._events:
            return "before its first cycle"
        start = self._job_bounds()[-1]["cycle"]
        return f"near its cycle {(self._events[-1]['cycle'] if cycle is None else cycle) - start:,}"
