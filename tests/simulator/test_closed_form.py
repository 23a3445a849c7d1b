"""The closed form against the engine and the jobs worked by hand, one at a time and in batches."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given

from simulator.accelerator import Accelerator
from simulator.closed_form import Points, closed_form, job_classes
from simulator.cycles import CycleClasses
from simulator.engine import run_job
from simulator.job import Job
from tests.strategies import ELEMENTS, any_cases, hardware
from tests.worked_jobs import WorkedJob, worked_jobs
from workloads.encodings import encoding
from workloads.errors import InputError

Case = tuple[Job, Accelerator]
SMALL = 3
LARGE = 12
"""Tiles a side, and chunks."""


def random_cases(count: int, seed: int, side: int = SMALL) -> list[Case]:
    """Draw jobs of up to so many tiles a side and of as many chunks, with the accelerators that they are for."""
    random = np.random.default_rng(seed)
    return [random_case(random, side) for _ in range(count)]


def random_case(random: np.random.Generator, side: int) -> Case:
    element = str(random.choice(ELEMENTS)) if random.random() < 0.3 else None
    planes = (1, 1) if element else tuple(int(random.choice([1, 1, 1, 2, 3, 8])) for _ in range(2))
    rows, cols = (int(size) for size in random.integers(1, 3 * side, 2))
    lanes = 1 if element else int(random.choice([1, 2, 3, 5, 8, 12, 16, 48, 64, 100]))
    words = tuple(int(random.integers(1, 2 * side)) for _ in range(2))
    accelerator = hardware(
        *(rows, cols, lanes),
        kc=(words[0] * planes[0], words[1] * planes[1]),
        port_bits=2 ** int(random.integers(3, 12)),
        latency=int(np.exp(random.uniform(0, 4))),
        places=int(random.integers(2, 9)),
        accumulator_bits=int(random.choice([8, 12, 16, 20, 32])),
        element=element,
        pipeline_cycles=int(random.integers(1, 10)) if element else 1,
    )
    units = rows, lanes * min(words), cols
    m, k, n = (int(np.exp(random.uniform(0, np.log(side * unit))) + 0.5) for unit in units)
    code_a, code_b = (encoding(element or f"uint{count}") for count in planes)
    thresholds = bool(random.integers(0, 2))
    (array,) = accelerator.arrays
    return Job("job", array, 1, m, k, n, code_a, code_b, element is None, thresholds), accelerator


def classes_of(classes: CycleClasses) -> list[int]:
    return [classes.issue, classes.schedule, classes.load_stall, classes.store_stall, classes.flush]


@pytest.mark.parametrize("worked", worked_jobs(), ids=lambda worked: worked.name)
def test_worked_by_hand(worked: WorkedJob) -> None:
    assert job_classes(worked.job, worked.accelerator) == worked.classes


@given(any_cases())
def test_equals_the_engine(case: Case) -> None:
    assert job_classes(*case) == run_job(*case)


def test_a_mixed_batch_equals_the_engine() -> None:
    batch = [*random_cases(2000, seed=1), *random_cases(200, seed=2, side=LARGE)]
    classes = closed_form(Points.of(batch))
    chosen = np.random.default_rng(3).choice(2000, 400, replace=False).tolist()
    for number in [*chosen, *range(2000, 2200)]:
        assert classes[number].tolist() == classes_of(run_job(*batch[number])), batch[number]


def test_a_mixed_batch_equals_each_of_its_points_alone() -> None:
    points = Points.of([*random_cases(1500, seed=4), *random_cases(500, seed=5, side=LARGE)])
    alone = [closed_form(points.take(slice(number, number + 1)))[0] for number in range(len(points))]
    assert np.array_equal(closed_form(points), np.array(alone))


def test_order_and_repetition_in_a_batch_change_nothing() -> None:
    # Enough for several blocks of a kind: 300 points, each a hundred times.
    points = Points.of(random_cases(300, seed=6, side=LARGE))
    order = np.random.default_rng(7).permutation(np.repeat(np.arange(len(points)), 100))
    assert np.array_equal(closed_form(points.take(order)), closed_form(points)[order])


def test_broadcast_columns_are_points() -> None:
    job, accelerator = random_cases(1, seed=8, side=LARGE)[0]
    one = Points.of([(job, accelerator)])
    columns = {field.name: getattr(one, field.name) for field in fields(one)}
    sizes = np.arange(1, 100)
    batch = Points.broadcast(**{**columns, "m": sizes})
    for number in (0, 41, 98):
        alone = Points.broadcast(**{**columns, "m": sizes[number]})
        assert np.array_equal(closed_form(batch)[number], closed_form(alone)[0])


LONG_JOBS = [
    # Balanced, so that port and array overtake each other late: loads of a tile in about the time that it issues.
    (Job("drain-bound", "xnor", 1, 3000, 64, 300), hardware(8, 8, 64, port_bits=512, places=2, latency=30)),
    (Job("compute-bound", "xnor", 1, 2000, 8 * 33, 80), hardware(4, 4, 8, kc=40, port_bits=32, latency=50)),
    (Job("rows of one tile", "xnor", 1, 20_000, 8 * 9, 3), hardware(2, 3, 8, kc=9, port_bits=16, places=4, latency=9)),
    (Job("one row", "xnor", 1, 3, 8 * 9, 20_000), hardware(3, 2, 8, kc=9, port_bits=64, places=7, latency=20)),
    (
        Job("unaligned", "xnor", 1, 60, 6 * 10, 3001, thresholds=True),
        hardware(3, 3, 6, kc=3, port_bits=128, places=3, accumulator_bits=12),
    ),
    (Job("chunks", "xnor", 1, 60, 3 * 900, 60), hardware(5, 5, 3, kc=3, port_bits=64, places=5, latency=3)),
]


@pytest.mark.parametrize("case", LONG_JOBS, ids=lambda case: case[0].name)
def test_long_jobs_equal_the_engine(case: Case) -> None:
    assert job_classes(*case) == run_job(*case)


def test_refuses_a_scratchpad_that_does_not_hold_a_k_word() -> None:
    job = Job("job", "xnor", 1, 2, 2, 2, encoding("uint2"))
    with pytest.raises(InputError, match="scratchpads must hold a k word of every row"):
        job_classes(job, hardware(2, 2, 2, kc=1))


def test_refuses_a_job_beyond_int64() -> None:
    job = Job("job", "xnor", 1, (1 << 20) - 1, (1 << 20) - 1, (1 << 20) - 1, encoding("uint8"), encoding("uint8"))
    with pytest.raises(InputError, match="must take fewer than"):
        job_classes(job, hardware(1, 1, 1, kc=8))


def test_no_points_have_no_classes() -> None:
    assert closed_form(Points.of([])).shape == (0, 5)


@pytest.mark.slow
def test_a_hundred_thousand_random_jobs_equal_the_engine() -> None:
    batch = [*random_cases(97_000, seed=9), *random_cases(3000, seed=10, side=LARGE)]
    for case, classes in zip(batch, closed_form(Points.of(batch)), strict=True):
        assert classes.tolist() == classes_of(run_job(*case)), case
