"""How a sweep goes on, on standard error: a bar on a terminal, else a line now and then."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from xnorsim.console import LINE_S, error_console
from xnorsim.sweeps.listener import Listener


@contextmanager
def telling() -> Iterator["Lines"]:
    """Yield a listener that tells a person."""
    out = error_console()
    if not out.is_terminal:
        yield Lines(out)
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn()
    )  # fmt: skip
    with Progress(*columns, console=out, transient=True, speed_estimate_period=60) as progress:
        yield _Bar(out, progress)


class Lines(Listener):
    """Tells by lines."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._told_s = self._start_s = monotonic()
        self.rows = self.there = self._before = 0
        self.verified: int | None = None
        self.seconds = 0.0
        self.running = self._interrupted = False

    def interrupt(self, _sign: int, frame: FrameType | None) -> None:
        """Interrupt the program, as a handler of signals; from a ``__del__``, which would lose it, a part later."""
        self._interrupted = True
        while frame is not None:
            if frame.f_code.co_name == "__del__":
                return
            frame = frame.f_back
        raise KeyboardInterrupt

    def started(self, rows: int, there: int) -> None:
        """Take the time from here on."""
        self.rows, self.there, self._before = rows, there, there
        self._told_s = self._start_s = monotonic()
        self.running = True
        if there:
            self.noticed(f"{there:,} of {rows:,} rows are there")

    def advanced(self, rows: int) -> None:
        """Count the rows, tell, and be interrupted if that is still to come."""
        self.there += rows
        self.seconds = monotonic() - self._start_s
        self._tell(rows)
        if self._interrupted:
            raise KeyboardInterrupt

    def _tell(self, _: int) -> None:
        """Say how far it has come, how fast, and how long it will take."""
        if monotonic() - self._told_s >= LINE_S and self.there < self.rows:
            self._told_s = monotonic()
            rate = self.found / self.seconds
            left = _time((self.rows - self.there) / rate)
            self._out.print(f"{self.there:,} of {self.rows:,} rows, {rate:,.0f} rows/s, about {left} left")

    def verifying(self, rows: int) -> None:
        """Remember how many."""
        self.verified = rows

    def noticed(self, text: str) -> None:
        """Say it."""
        self._out.print(text)

    @property
    def found(self) -> int:
        """Return how many rows were found in this run."""
        return self.there - self._before


def _time(seconds: float) -> str:
    """Return a time as people say it."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


class _Bar(Lines):
    """Tells by a bar."""

    def __init__(self, out: Console, progress: Progress) -> None:
        super().__init__(out)
        self._progress = progress
        self._task = progress.add_task("starting", total=None)

    def started(self, rows: int, there: int) -> None:
        """Show how far it has come."""
        super().started(rows, there)
        self._progress.reset(self._task, total=rows, completed=there, description="rows")

    def _tell(self, rows: int) -> None:
        """Move the bar."""
        self._progress.advance(self._task, rows)

    def verifying(self, rows: int) -> None:
        """Show that there is more to do."""
        super().verifying(rows)
        self._progress.update(self._task, description=f"{rows} rows on the engine", total=None)


class _Rate(ProgressColumn):
    """Rows a second, of late."""

    def render(self, task: Task) -> Text:
        """Return the rate, nothing before there is one."""
        return Text("" if task.speed is None else f"{task.speed:,.0f} rows/s")
