"""Show what a job costs the closed form, by dataflow and feed, and that its cost hardly grows with the job."""

import time
from collections.abc import Iterable

import numpy as np

from simulator.closed_form import Points, closed_form

JOBS = 250_000
GROWTH_JOBS = 50_000
RUNS = 3
# Places, channels and filters of the 3 x 3 convolutions of a ResNet-18 on 224 x 224 pixels.
BINARY = np.array(
    [(3136, 64, 64), (784, 64, 128), (784, 128, 128), (196, 128, 256), (196, 256, 256), (49, 256, 512), (49, 512, 512)]
)
# m, k, n of its first convolution, its shortcuts and its classifier.
INTEGER = np.array([(12544, 147, 64), (784, 64, 128), (196, 128, 256), (49, 256, 512), (1, 512, 1000)])
SIDES = {"16, 32, 64": [16, 32, 64], "multiples of 8": list(range(16, 65, 8)), "any": list(range(16, 65))}

Columns = dict[str, np.ndarray | int]


def hardware(random: np.random.Generator, jobs: int, sides: list[int]) -> Columns:
    """Draw arrays with those sides, with any lanes, port, latency, places and scratchpads of a few KiB to 256."""
    return {
        "rows": random.choice(sides, jobs),
        "cols": random.choice(sides, jobs),
        "lanes": random.choice([32, 64, 128, 256], jobs),
        "accumulator_bits": 32,
        "result_tiles": random.integers(2, 9, jobs),
        "pipeline_cycles": 1,
        "port_bits": 2 ** random.integers(6, 11, jobs),
        "latency_cycles": random.integers(1, 101, jobs),
        "scratchpad_a_bits": random.choice([8, 16, 32, 64, 128, 256], jobs) * 8192,
        "scratchpad_b_bits": random.choice([8, 16, 32, 64, 128, 256], jobs) * 8192,
        "planes_a": 1,
        "planes_b": 1,
    }


def binary(random: np.random.Generator, columns: Columns, jobs: int, *, direct: bool) -> None:
    """Draw binary convolutions; those with fewer channels than lanes are always lowered by the host."""
    places, channels, filters = BINARY[random.integers(0, len(BINARY), jobs)].T
    fed = (channels >= columns["lanes"]) & direct
    columns |= {"word_bits": columns["lanes"], "m": places, "k": 9 * channels, "n": filters}
    columns |= {"taps": np.where(fed, 9, 1), "elements": np.where(fed, channels, 9 * channels)}
    columns["thresholds"] = random.integers(0, 2, jobs)


def integer(random: np.random.Generator, columns: Columns, jobs: int) -> None:
    """Draw layers of eight bits, on multiply-accumulators."""
    m, k, n = INTEGER[random.integers(0, len(INTEGER), jobs)].T
    columns |= {"m": m, "k": k, "n": n, "lanes": 1, "word_bits": 8, "pipeline_cycles": 3, "thresholds": 0}


def stay(random: np.random.Generator, columns: Columns, jobs: int) -> None:
    """Let weights stay: scratchpad B holds a fold, A a row."""
    word = columns["rows"] * columns["word_bits"]
    columns["scratchpad_a_bits"] = np.maximum(columns["scratchpad_a_bits"], 2 * word)
    columns["scratchpad_b_bits"] = np.maximum(columns["scratchpad_b_bits"], 2 * word * columns["cols"])
    columns |= {"weight_stationary": 1, "accumulator_rows": 2 ** random.integers(4, 10, jobs)}


def batch(
    layers: str, sides: list[int], jobs: int = JOBS, *, weights: bool = False, longer: Columns | None = None
) -> Points:
    """Draw jobs; ``longer`` multiplies columns."""
    random = np.random.default_rng(1)
    columns = hardware(random, jobs, sides)
    if layers == "int8":
        integer(random, columns, jobs)
    else:
        binary(random, columns, jobs, direct=layers == "direct")
    if weights:
        stay(random, columns, jobs)
    for name, times in (longer or {}).items():
        columns[name] = columns[name] * times
    return Points.broadcast(**columns)


def batches() -> Iterable[tuple[str, Points]]:
    for name, sides in SIDES.items():
        for weights in (False, True):
            flow = "weight" if weights else "output"
            for layers in ("host", "direct", "int8"):
                yield f"{flow} stationary, {layers}, sides {name}", batch(layers, sides, weights=weights)


def growth() -> Iterable[tuple[str, Points]]:
    """Yield jobs that grow in one direction, from the same draw."""
    for weights in (False, True):
        flow = "weight" if weights else "output"
        for column in ("m", "k", "n"):
            for times in (1, 4, 16):
                points = batch("host", [32], GROWTH_JOBS, weights=weights, longer={column: times})
                yield f"{flow} stationary, {times:>2} times the {column}", points
        for side in (16, 32, 64):
            yield f"{flow} stationary, {side} x {side} PEs", batch("host", [side], GROWTH_JOBS, weights=weights)
        for jobs in (1000, 10_000, 100_000):
            yield f"{flow} stationary, {jobs:,} jobs", batch("host", SIDES["16, 32, 64"], jobs, weights=weights)


def seconds(points: Points) -> float:
    """Return the least processor time of a few runs: other programs can only make one longer."""
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        closed_form(points)
        times.append(time.process_time() - start)
    return min(times)


def report(title: str, rows: Iterable[tuple[str, Points]]) -> None:
    print(f"{title:<52}{'number':>9}{'us of a core a job':>20}")
    for name, points in rows:
        print(f"{name:<52}{len(points):>9,}{seconds(points) / len(points) * 1e6:>20.2f}", flush=True)


def main() -> None:
    report("layers of a ResNet-18", batches())
    report("growth", growth())


if __name__ == "__main__":
    main()
