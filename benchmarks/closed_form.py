"""Show how many jobs a second the closed form takes, and that a job's cost hardly grows with its tiles."""

import time

import numpy as np

from simulator.closed_form import Points, closed_form

JOBS = 300_000
# m, k, n of the layers of a ResNet-18 on 224 x 224 pixels.
RESNET = np.array(
    [(12544, 147, 64), (3136, 576, 64), (784, 576, 128), (784, 1152, 128), (196, 1152, 256), (196, 2304, 256),
     (196, 128, 256), (49, 2304, 512), (49, 4608, 512), (49, 256, 512)]
)  # fmt: skip


def resnet(random: np.random.Generator, places: int | None = 5, longer: int = 1) -> Points:
    """Draw layers of the network, ``longer`` times as many rows of pixels, on arrays of 16 x 16 and 32 x 32 PEs."""
    layers = RESNET[random.integers(0, len(RESNET), JOBS)]
    side, capacity_kib = random.choice([16, 32], JOBS), random.choice([32, 64, 128, 256], JOBS)
    return Points.broadcast(
        rows=side,
        cols=side,
        lanes=64,
        word_bits=64,
        accumulator_bits=32,
        result_tiles=places or random.integers(2, 9, JOBS),
        pipeline_cycles=1,
        port_bits=2 ** random.integers(6, 11, JOBS),
        latency_cycles=random.integers(1, 101, JOBS),
        scratchpad_a_bits=capacity_kib * 8192,
        scratchpad_b_bits=capacity_kib * 8192,
        m=layers[:, 0] * longer,
        k=layers[:, 1],
        n=layers[:, 2],
        planes_a=random.choice([1, 1, 1, 2, 4], JOBS),
        planes_b=1,
        thresholds=random.integers(0, 2, JOBS),
    )


def small(random: np.random.Generator) -> Points:
    """Draw jobs of a few tiles on arrays of a few PEs, with any lanes, planes, port and places."""
    rows, cols, lanes = random.integers(1, 7, JOBS), random.integers(1, 7, JOBS), random.choice([1, 3, 8, 64], JOBS)
    planes_a, planes_b = random.choice([1, 2, 8], JOBS), random.choice([1, 2, 8], JOBS)
    return Points.broadcast(
        rows=rows,
        cols=cols,
        lanes=lanes,
        word_bits=lanes,
        accumulator_bits=32,
        result_tiles=random.integers(2, 9, JOBS),
        pipeline_cycles=1,
        port_bits=2 ** random.integers(3, 10, JOBS),
        latency_cycles=random.integers(1, 21, JOBS),
        scratchpad_a_bits=2 * random.integers(1, 7, JOBS) * rows * lanes * planes_a,
        scratchpad_b_bits=2 * random.integers(1, 7, JOBS) * cols * lanes * planes_b,
        m=random.integers(1, 4 * rows + 1),
        k=random.integers(1, 12 * lanes + 1),
        n=random.integers(1, 4 * cols + 1),
        planes_a=planes_a,
        planes_b=planes_b,
        thresholds=random.integers(0, 2, JOBS),
    )


def main() -> None:
    random = np.random.default_rng(1)
    batches = {
        "small jobs, any hardware": small(random),
        "ResNet-18, 5 result tiles": resnet(random),
        "ResNet-18, 2 to 8 result tiles": resnet(random, None),
        "ResNet-18, 16 times the rows": resnet(random, longer=16),
        "ResNet-18, 80 times the rows": resnet(random, longer=80),
    }
    print(f"{'jobs':<32}{'number':>9}{'tiles a job':>13}{'us a job':>10}{'jobs/s':>11}{'tiles/s':>10}")
    for name, points in batches.items():
        tiles = int((-(-points.m // points.rows) * -(-points.n // points.cols)).sum())
        start = time.perf_counter()
        closed_form(points)
        took_s = time.perf_counter() - start
        print(
            f"{name:<32}{len(points):>9,}{tiles / len(points):>13,.0f}{took_s / len(points) * 1e6:>10.2f}"
            f"{len(points) / took_s:>11,.0f}{tiles / took_s:>10.1e}"
        )


if __name__ == "__main__":
    main()
