"""Time calls and print tables: what the benchmarks share."""

import resource
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

SECONDS = ("CPU s min", "median", "wall s min")
"""The columns of a Timed."""


@dataclass(frozen=True)
class Timed:
    """Several runs of one thing: seconds of a processor, those of child processes included, and seconds on the wall.

    Other work on the machine stretches the wall's seconds several times over, a processor's far less.
    """

    cpu_s: tuple[float, ...]
    wall_s: tuple[float, ...]

    @property
    def least_s(self) -> float:
        """Return the least seconds of a processor: those of the run that was disturbed least."""
        return min(self.cpu_s)

    @property
    def cells(self) -> tuple[float, float, float]:
        """Return what stands under SECONDS."""
        return self.least_s, statistics.median(self.cpu_s), min(self.wall_s)


def timed(call: Callable[[], object], runs: int) -> Timed:
    """Time a call several times over."""
    return timed_in_turn({"it": call}, runs)["it"]


def timed_in_turn(calls: Mapping[str, Callable[[], object]], runs: int) -> dict[str, Timed]:
    """Time several calls, one after the other in each of several rounds, so that all meet the same disturbances."""
    rounds = [[_seconds(call) for call in calls.values()] for _ in range(runs)]
    return {name: Timed(*zip(*times, strict=True)) for name, *times in zip(calls, *rounds, strict=True)}


def _seconds(call: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of a processor and of the wall that one call takes."""
    cpu_s, wall_s = _cpu_seconds(), time.perf_counter()
    call()
    return _cpu_seconds() - cpu_s, time.perf_counter() - wall_s


def _cpu_seconds() -> float:
    """Return the processor's seconds so far, of this process and of its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a title and a table, the first column to the left, the others to the right."""
    cells = [list(columns), *([_text(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    print(f"\n{title}\n")
    for first, *others in cells:
        right = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
        print("  ".join([first.ljust(widths[0]), *right]))


def _text(value: object) -> str:
    """Return whole numbers with commas, others with three digits; text as it is."""
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
