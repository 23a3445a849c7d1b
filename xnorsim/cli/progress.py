"""How a co-simulation goes on, on standard error: a bar on a terminal, else a line now and then."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from xnorsim.console import LINE_S, error_console
from xnorsim.cosimulation.estimates import Estimate
from xnorsim.cosimulation.session import Listener
from xnorsim.texts import time_text


@contextmanager
def telling() -> Iterator[Listener]:
    """Yield a listener that tells a person."""
    out = error_console()
    if not out.is_terminal:
        yield _Lines(out)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=out, transient=True) as progress:
        yield _Bar(out, progress)


class _Lines(Listener):
    """Tells by lines."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._told_s = monotonic()

    def planned(self, estimate: Estimate) -> None:
        """Say how long it will take, and why."""
        jobs = "1 job" if estimate.jobs == 1 else f"{estimate.jobs:,} jobs"
        origin = "as this build ran before" if estimate.measured else "assumed, as this build was never timed"
        rate = f"{estimate.rate:,.0f} cycles/s ({origin})"
        text = f"{jobs}, {estimate.cycles:,} cycles: about {time_text(estimate.simulation_s)} at {rate}"
        if estimate.build_s:
            text += f", after a build of about {time_text(estimate.build_s)}"
        self._out.print(text)

    def building(self) -> None:
        """Say that the RTL is built."""
        self._out.print("building the RTL")

    def built(self) -> None:
        """Take the time from here on."""
        self._told_s = monotonic()

    def simulating(self, layer: str, cycle: int, cycles: int) -> None:
        """Say how far it has come."""
        if monotonic() - self._told_s >= LINE_S:
            self._told_s = monotonic()
            self._out.print(f"simulating {layer}: cycle {min(cycle, cycles):,} of {cycles:,}")

    def reproducing(self, layer: str) -> None:
        """Say that RTL and model differ."""
        self._out.print(f"RTL and model differ: looking for the smallest job of {layer} that does")


class _Bar(_Lines):
    """Tells by a bar, too."""

    def __init__(self, out: Console, progress: Progress) -> None:
        super().__init__(out)
        self._progress = progress
        self._task: TaskID | None = None

    def building(self) -> None:
        """Show a bar that has no end."""
        self._show("building the RTL", None, 0)

    def simulating(self, layer: str, cycle: int, cycles: int) -> None:
        """Move the bar."""
        self._show(f"simulating {layer}", cycles, cycle)

    def reproducing(self, layer: str) -> None:
        """Say that RTL and model differ."""
        super().reproducing(layer)
        self._show(f"playing parts of {layer}", None, 0)

    def _show(self, text: str, total: int | None, done: int) -> None:
        if self._task is None:
            self._task = self._progress.add_task(text, total=total)
        self._progress.update(self._task, description=text, total=total, completed=min(done, total or done))
