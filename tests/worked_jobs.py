"""The jobs worked by hand in docs/worked-jobs.md, read from its tables."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.accelerator import Accelerator, Array, Dataflow, Port
from simulator.cycles import CycleClasses
from simulator.job import DirectFeed, Job
from simulator.pool import PoolJob
from workloads.operations import Window

PAGE = Path(__file__).parent.parent / "docs" / "worked-jobs.md"
_CLASSES = ("issue", "schedule", "load_stall", "store_stall", "flush")
Row = dict[str, str]


@dataclass(frozen=True)
class WorkedJob:
    """A row of a table: the job, its hardware, the port's stall pattern, and the classes counted by hand."""

    job: Job
    accelerator: Accelerator
    chunk_words: int
    cycles: int
    classes: CycleClasses
    stalls: tuple[bool, ...] = ()

    @property
    def name(self) -> str:
        """Return the job's name."""
        return self.job.name

    @property
    def pattern(self) -> NDArray[np.bool_]:
        """Return the stall pattern as the engine takes it."""
        return np.array(self.stalls, dtype=np.bool_)


@dataclass(frozen=True)
class WorkedPool:
    """A row of the table of pooling jobs."""

    job: PoolJob
    accelerator: Accelerator
    cycles: int
    classes: CycleClasses


def worked_jobs(*, weight_stationary: bool = True, direct: bool = True) -> list[WorkedJob]:
    """Return the jobs of an array; leave out those of a dataflow or a feed on request."""
    jobs = [_worked_job(row) for row in _rows("R")]
    kept = (worked for worked in jobs if direct or worked.job.direct is None)
    return [worked for worked in kept if weight_stationary or not _is_weight_stationary(worked)]


def stalled_jobs() -> list[WorkedJob]:
    """Return the jobs under a stall pattern, each a job of another row."""
    of = {worked.name: worked for worked in worked_jobs()}
    return [_stalled_job(row, of[row["of"]]) for row in _rows("of")]


def worked_pools() -> list[WorkedPool]:
    """Return the pooling jobs."""
    return [_worked_pool(row) for row in _rows("map") if "R" not in row]


def _is_weight_stationary(worked: WorkedJob) -> bool:
    return worked.accelerator.arrays["xnor"].dataflow is Dataflow.WEIGHT_STATIONARY


def _rows(heading: str) -> Iterator[Row]:
    """Yield every row of the tables of jobs that have a heading."""
    rows = table_rows(PAGE.read_text(encoding="utf-8"))
    return (row for row in rows if "job" in row and heading in row)


def table_rows(text: str) -> Iterator[Row]:
    """Yield every row of the tables in a text, by its table's headings."""
    names: list[str] | None = None
    for line in text.splitlines():
        if not line.startswith("|"):
            names = None
            continue
        cells = [cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")]
        if names is None:
            names = cells
        elif not cells[0].startswith("---"):
            yield dict(zip(names, cells, strict=True))


def _classes(row: Row) -> tuple[int, CycleClasses]:
    return int(row["cycles"]), CycleClasses(*(int(row[name]) for name in _CLASSES))


def _worked_job(row: Row) -> WorkedJob:
    array = _array(row)
    stationary = array.dataflow is Dataflow.WEIGHT_STATIONARY
    chunk = array.rows if stationary else int(row["kc"])
    accelerator = _accelerator(row, array, array.accumulator_rows if stationary else chunk, chunk)
    if "map" in row:
        feed = _feed(row)
        m, k, direct = feed.window.positions, feed.window.taps * feed.channels, feed
    else:
        m, k, direct = int(row["m"]), int(row["k"]), None
    job = Job(row["job"], "xnor", 1, m, k, int(row["n"]), thresholds=row["result"] == "bits", direct=direct)
    return WorkedJob(job, accelerator, chunk, *_classes(row))


def _stalled_job(row: Row, worked: WorkedJob) -> WorkedJob:
    edges = [int(edge) for edge in row["stalled edges"].split(",")]
    stalls = tuple(edge in edges for edge in range(max(edges) + 1))
    cycles, classes = _classes(row)
    return replace(worked, job=replace(worked.job, name=row["job"]), cycles=cycles, classes=classes, stalls=stalls)


def _array(row: Row) -> Array:
    rows, cols, lanes, bits, places = (int(row[name]) for name in ("R", "C", "lanes", "accumulator_bits", "P"))
    array = Array("xnor", rows, cols, lanes, bits, places)
    depth = row.get("D", "-")
    if depth == "-":
        return array
    return replace(array, dataflow=Dataflow.WEIGHT_STATIONARY, accumulator_rows=int(depth))


def _accelerator(row: Row, array: Array, words_a: int, words_b: int) -> Accelerator:
    return Accelerator(
        name=row["job"],
        description="",
        frequency_hz=1,
        arrays={"xnor": array},
        scratchpad_a_bits=2 * words_a * array.rows * array.lanes,
        scratchpad_b_bits=2 * words_b * array.cols * array.lanes,
        port=Port(int(row["W"]), int(row["λ"])),
        global_buffer_bits=1,
        or_pool="R" not in row,
    )


def _pair(text: str) -> tuple[int, int]:
    height, width = map(int, text.split("x"))
    return height, width


def _feed(row: Row) -> DirectFeed:
    height, width, channels = map(int, row["map"].split("x"))
    window = Window(
        (height, width), _pair(row["kernel"]), _pair(row["stride"]), _pair(row["padding"]), _pair(row["dilation"])
    )
    return DirectFeed(window, channels)


def _worked_pool(row: Row) -> WorkedPool:
    array = Array("xnor", 1, 1, int(row["lanes"]), 8, int(row["P"]))
    feed = _feed(row)
    job = PoolJob(row["job"], "xnor", 1, feed.window, feed.channels)
    return WorkedPool(job, _accelerator(row, array, 1, 1), *_classes(row))
