"""Show how many accelerators a second a sweep evaluates, how that grows, and the memory that many points take.

Every point is another accelerator of ResNet-18's own kind: sizes, lanes and port at random, nothing remembered of equal
points. ``python benchmarks/sweep.py 1000000`` evaluates a million of them for the peak of memory.
"""

import multiprocessing
import resource
import sys
import time
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np

from benchmarks.report import print_table, timed
from costmodel.technology_file import load_technology
from simulator.accelerator_file import accelerator_path
from simulator.closed_form import solve
from simulator.closed_form.batch import INTERPRETED_JOBS
from workloads.model_file import read_toml
from workloads.networks import load_trace
from workloads.trace import Trace
from xnorsim.sweeps import Evaluator, cycles
from xnorsim.sweeps.manifest import MOST_PART_ROWS

POINTS = 65_536
CHUNK, CHUNKS = MOST_PART_ROWS, 8
Columns = dict[str, Any]


def drawn(points: int, side: tuple[int, int] = (8, 128), seed: int = 1) -> Columns:
    """Draw accelerators like xnor-int8 with arrays of those sides."""
    random = np.random.default_rng(seed)

    def between(low: int, high: int) -> Any:
        return random.integers(low, high + 1, points)

    return {
        **{f"arrays.{name}.{size}": between(*side) for name in ("xnor", "mac") for size in ("rows", "cols")},
        "arrays.xnor.lanes": random.choice([32, 64, 128], points),
        "arrays.xnor.result_tiles": between(2, 8),
        "scratchpads.a.capacity_kib": between(16, 256),
        "scratchpads.b.capacity_kib": between(16, 256),
        "port.width_bits": random.choice([256, 512, 1024], points),
        "port.latency_cycles": between(1, 100),
        "global_buffer.capacity_kib": between(256, 8192),
        "vector_unit.lanes": between(8, 256),
        "dram.bits_per_cycle": between(32, 1024),
        "frequency_mhz": between(100, 1000),
    }


def evaluator(trace: Trace | None = None) -> Evaluator:
    """Return an evaluator of a network on accelerators like xnor-int8, its plans made and its closed form compiled."""
    base = read_toml(accelerator_path("xnor-int8"))
    made = Evaluator(trace or load_trace("resnet18"), base, load_technology("45nm"))
    made(drawn(-(-INTERPRETED_JOBS // 10)))
    return made


def of_parts(evaluate: Evaluator, columns: Columns) -> list[tuple[object, ...]]:
    """Return the time of a point by part: the closed form, and all else."""
    spent = [0.0]

    def watched(points: Any) -> Any:
        start = time.process_time()
        found = solve(points)
        spent[0] += time.process_time() - start
        return found

    start = time.process_time()
    with mock.patch.object(cycles, "solve", watched):
        evaluate(columns)
    whole = time.process_time() - start
    parts = {"closed form": spent[0], "counts, residency, vector unit, costs": whole - spent[0], "all": whole}
    return [(name, seconds / POINTS * 1e6) for name, seconds in parts.items()]


def growth() -> list[tuple[object, ...]]:
    """Return the time of a point for fewer layers, fewer points, and arrays of other sizes."""
    trace = load_trace("resnet18")
    rows: list[tuple[object, ...]] = []
    for layers in (8, 31, 62):
        part = evaluator(replace(trace, operations=trace.operations[:layers]))
        rows.append((f"{layers} layers", *_rate(part, drawn(POINTS // 4))))
    whole = evaluator()
    rows += [(f"{points:,} points", *_rate(whole, drawn(points))) for points in (1024, 8192, POINTS)]
    for side in ((4, 8), (16, 32), (64, 128), (192, 256)):
        rows.append((f"arrays of {side[0]} to {side[1]} a side", *_rate(whole, drawn(POINTS // 4, side))))
    return rows


def _rate(evaluate: Evaluator, columns: Columns) -> tuple[float, float]:
    """Return microseconds a point, and points a second of a processor."""
    points = len(columns["frequency_mhz"])
    seconds = timed(lambda: evaluate(columns), 1).least_s
    return seconds / points * 1e6, points / seconds


_worker: list[Evaluator] = []


def _start() -> None:
    _worker.append(evaluator())


def _chunk(seed: int) -> int:
    return int((_worker[0](drawn(CHUNK, seed=seed))["status"] == "ok").sum())


def in_processes(processes: int) -> tuple[object, ...]:
    """Return the seconds that so many processes take to start, and what they evaluate in a second from then on."""
    start = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(processes, _start) as pool:
        pool.map(_chunk, range(processes), chunksize=1)
        started = time.perf_counter()
        pool.map(_chunk, range(CHUNKS), chunksize=1)
        ended = time.perf_counter()
    return f"{processes}", started - start, ended - started, CHUNKS * CHUNK / (ended - started)


def memory(points: int) -> None:
    """Evaluate that many points in chunks, keep all results, and print the peak of memory."""
    evaluate, kept = evaluator(), []
    start = time.process_time()
    for seed in range(-(-points // CHUNK)):
        kept.append(evaluate(drawn(min(CHUNK, points - seed * CHUNK), seed=seed)))
    seconds, peak_gb = time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print_table(
        f"{points:,} points, all results kept",
        ("", "us a point", "points/s", "peak GB"),
        [("one process", seconds / points * 1e6, points / seconds, peak_gb)],
    )


def main() -> None:
    if len(sys.argv) > 1:
        memory(int(sys.argv[1]))
        return
    evaluate, columns = evaluator(), drawn(POINTS)
    print_table("A point of ResNet-18, by part", ("part", "us of one core"), of_parts(evaluate, columns))
    print_table("How it grows", ("what", "us a point", "points/s"), growth())
    title = f"{CHUNKS * CHUNK:,} points, on the wall"
    print_table(title, ("processes", "start s", "wall s", "points/s"), map(in_processes, (1, 2)))


if __name__ == "__main__":
    main()
