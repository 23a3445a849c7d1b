"""The closed form against the engine and the jobs worked by hand, one at a time and in batches."""

import errno
import importlib
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numba
import numpy as np
import pytest
from hypothesis import given

from simulator.closed_form import Points, closed_form, job_classes, kernel, solve
from simulator.closed_form.compiled import compiled
from simulator.cycles import CycleClasses
from simulator.engine import run_job
from simulator.job import DirectFeed, Job
from tests.simulator.random_cases import LARGE, MANY, Case, random_cases, shares
from tests.strategies import any_cases, exchanged, hardware
from tests.worked_jobs import WorkedJob, worked_jobs
from workloads.encodings import encoding
from workloads.errors import InputError
from workloads.operations import Window


def classes_of(classes: CycleClasses) -> list[int]:
    return [classes.issue, classes.schedule, classes.load_stall, classes.store_stall, classes.flush]


@pytest.mark.parametrize("worked", worked_jobs(), ids=lambda worked: worked.name)
def test_worked_by_hand(worked: WorkedJob) -> None:
    assert job_classes(worked.job, worked.accelerator) == worked.classes


@given(any_cases())
def test_equals_the_engine(case: Case) -> None:
    assert job_classes(*case) == run_job(*case)


def test_a_mixed_batch_equals_the_engine() -> None:
    batch = [
        *random_cases(2000, seed=1),
        *random_cases(200, seed=2, side=LARGE),
        *random_cases(400, seed=11, tiles=MANY),
    ]
    classes = closed_form(Points.of(batch))
    chosen = np.random.default_rng(3).choice(2000, 400, replace=False).tolist()
    for number in [*chosen, *range(2000, len(batch))]:
        assert classes[number].tolist() == classes_of(run_job(*batch[number])), batch[number]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the first job be compiled already."""
    monkeypatch.setattr("simulator.closed_form.batch.INTERPRETED_JOBS", 0)


@pytest.mark.usefixtures("at_once")
def test_machine_code_computes_what_python_does() -> None:
    assert compiled() is not None
    batch = [*random_cases(3000, seed=4), *random_cases(1000, seed=5, side=LARGE), *LONG_JOBS]
    interpreted = [classes_of(job_classes(*case)) for case in batch]
    assert closed_form(Points.of(batch)).tolist() == interpreted


@pytest.mark.usefixtures("at_once")
def test_without_numba_it_is_interpreted(monkeypatch: pytest.MonkeyPatch) -> None:
    points = Points.of(random_cases(100, seed=13))
    classes = closed_form(points)
    monkeypatch.setattr("numba.config.DISABLE_JIT", True)
    compiled.cache_clear()
    assert compiled() is None
    monkeypatch.setitem(sys.modules, "numba", None)
    compiled.cache_clear()
    assert compiled() is None
    assert np.array_equal(closed_form(points), classes)
    monkeypatch.undo()
    compiled.cache_clear()
    assert compiled() is not None


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Put a kernel that compiles fast in the place of the kernel, and return where its code is kept."""
    (tmp_path / "tiny.py").write_text(
        "RINGS = 1\n\n\ndef solve(table, classes, memory):\n    classes[:] = len(table)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("simulator.closed_form.compiled.kernel", importlib.import_module("tiny"))
    compiled.cache_clear()
    yield tmp_path / "__pycache__"
    compiled.cache_clear()
    del sys.modules["tiny"]


def solved() -> list[list[int]]:
    """Return what a new start makes of a table of one row."""
    compiled.cache_clear()
    machine_code, classes = compiled(), np.zeros((1, 5), dtype=np.int64)
    assert machine_code is not None
    machine_code(np.zeros((1, 2), dtype=np.int64), classes, np.zeros(1, dtype=np.int64))
    return classes.tolist()


@pytest.mark.parametrize("suffix", ["nbi", "nbc"])
def test_damaged_machine_code_is_kept_anew(suffix: str, tiny: Path) -> None:
    assert solved() == [[1] * 5]
    (kept,) = tiny.glob(f"*.{suffix}")
    kept.write_bytes(kept.read_bytes()[:-9])
    for _ in range(2):
        damaged = kept.read_bytes()
        assert solved() == [[1] * 5]
        (kept,) = tiny.glob(f"*.{suffix}")
    # The second start finds sound code.
    assert kept.read_bytes() == damaged


@pytest.mark.usefixtures("tiny")
def test_it_compiles_where_nothing_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    njit, kept = numba.njit, []

    def without_a_place(*, cache: bool, **options: Any) -> Any:
        kept.append(cache)
        if cache:
            raise RuntimeError("no locator available")
        return njit(**options)

    monkeypatch.setattr("numba.njit", without_a_place)
    assert solved() == [[1] * 5]
    assert kept == [True, False]


def test_it_compiles_where_no_more_can_be_kept(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr("numba.core.caching.IndexDataCacheFile._open_for_write", full)
    assert solved() == [[1] * 5]
    assert list(tiny.glob("*.nb?")) == []


def test_order_and_repetition_in_a_batch_change_nothing() -> None:
    # Enough for machine code: 300 points, each a hundred times.
    points = Points.of(random_cases(300, seed=6, side=LARGE))
    order = np.random.default_rng(7).permutation(np.repeat(np.arange(len(points)), 100))
    assert np.array_equal(closed_form(Points(points.table[order])), closed_form(points)[order])


def test_a_point_that_is_refused_leaves_the_others_their_cycles() -> None:
    batch = random_cases(50, seed=12)
    points = Points.of([*batch, (Job("job", "xnor", 1, 2, 2, 2, encoding("uint2")), hardware(2, 2, 2, kc=1)), *batch])
    classes, rules = solve(points)
    assert list(rules) == [50]
    assert "must hold a k word of every row" in rules[50]
    expected = closed_form(Points.of(batch)).tolist()
    assert classes.tolist() == [*expected, [1] * 5, *expected]


def test_broadcast_columns_are_points() -> None:
    job, accelerator = random_cases(1, seed=8, side=LARGE)[0]
    one = Points.of([(job, accelerator)])
    columns = {field: one.column(field) for field in Points.FIELDS}
    sizes = np.arange(1, 100)
    batch = Points.broadcast(**{**columns, "m": sizes})
    for number in (0, 41, 98):
        alone = Points.broadcast(**{**columns, "m": sizes[number]})
        assert np.array_equal(closed_form(batch)[number], closed_form(alone)[0])


def direct(
    name: str, places: tuple[int, int], kernel: int, channels: int, n: int, *, thresholds: bool = False,
    element: str | None = None,
) -> Job:  # fmt: skip
    """Return a convolution with a square kernel that is fed directly."""
    window = Window((places[0] + kernel - 1, places[1] + kernel - 1), (kernel, kernel), (1, 1))
    array, code = ("xnor", encoding("bipolar")) if element is None else ("mac", encoding(element))
    feed = DirectFeed(window, channels)
    k = window.taps * channels
    return Job(name, array, 1, window.positions, k, n, code, code, element is None, thresholds, feed)


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
    # Chunks of 3 k words of 12 bits in 16: their port words repeat after 4 chunks.
    (Job("uneven chunks", "xnor", 1, 9, 12 * 1201, 9), hardware(4, 4, 12, kc=3, port_bits=64, latency=9)),
    (direct("taps", (40, 40), 3, 70, 60, thresholds=True), hardware(8, 8, 16, kc=7, port_bits=64, latency=20)),
    (direct("many taps", (12, 9), 4, 130, 90), hardware(4, 8, 8, kc=5, port_bits=32, places=3, latency=40)),
    (
        direct("sums of taps", (30, 30), 3, 64, 64, element="int8"),
        hardware(8, 8, kc=24, port_bits=128, latency=30, element="int8", pipeline_cycles=3),
    ),
    (
        Job("long rows, one fold", "xnor", 1, 20_000, 8 * 4, 60),
        hardware(4, 4, 8, port_bits=64, places=4, latency=20, accumulator_rows=8),
    ),
    (
        Job("hidden preloads", "xnor", 1, 6000, 64 * 40, 24, thresholds=True),
        hardware(8, 8, 64, kc=(40, 8), port_bits=512, places=3, latency=30, accumulator_rows=32),
    ),
    (
        Job("short tiles", "xnor", 1, 4000, 8 * 30, 40),
        hardware(8, 8, 8, kc=(3, 8), port_bits=64, places=8, latency=6, accumulator_rows=2),
    ),
    (
        Job("rows of one tile, one fold", "xnor", 1, 6, 8 * 4, 20_000),
        hardware(4, 3, 8, kc=8, port_bits=64, places=7, latency=20, accumulator_rows=8),
    ),
    (
        Job("unaligned rows", "xnor", 1, 50, 6 * 10, 3001, thresholds=True),
        hardware(3, 3, 6, kc=5, port_bits=128, places=3, accumulator_bits=12, accumulator_rows=5),
    ),
    (
        Job("weight sets", "xnor", 1, 900, 8 * 50, 50, encoding("uint2"), encoding("uint3")),
        hardware(4, 4, 8, kc=(16, 12), port_bits=64, places=2, latency=12, accumulator_rows=6),
    ),
    (
        Job("uneven folds", "xnor", 1, 300, 12 * 400, 20),
        hardware(3, 4, 12, kc=9, port_bits=64, places=5, latency=9, accumulator_rows=7),
    ),
    (
        direct("taps, weights stay", (40, 40), 3, 70, 60, thresholds=True),
        hardware(8, 8, 16, kc=16, port_bits=64, places=4, latency=20, accumulator_rows=16),
    ),
    # So far from the memory that 32 bits do not bound the sums.
    (Job("far, sums stay", "xnor", 1, 300, 8 * 30, 300), hardware(4, 4, 8, kc=9, port_bits=64, latency=60_000)),
    (
        Job("far, weights stay", "xnor", 1, 600, 8 * 30, 120),
        hardware(4, 4, 8, kc=9, port_bits=64, latency=60_000, accumulator_rows=6),
    ),
    (
        Job("input stationary", "xnor", 1, 70, 8 * 40, 5000),
        exchanged(hardware(8, 4, 8, kc=16, port_bits=128, places=5, latency=30, accumulator_rows=16)),
    ),
]


ALMOST_REPEATING = [
    # Each returns to all that lies before a slot or a tile but for one thing, by which later ones differ.
    (
        Job("the issues and the half of A, sums stay", "xnor", 1, 2, 124, 62),
        hardware(3, 8, 12, kc=(4, 15), port_bits=128, places=2, latency=9, accumulator_bits=8),
    ),
    (
        Job("the last bit of a place", "xnor", 1, 1, 4, 58, encoding("bipolar"), encoding("uint2"), thresholds=True),
        hardware(2, 3, 8, kc=(14, 10), port_bits=8, places=2, accumulator_bits=16, accumulator_rows=10),
    ),
    (
        Job("the half of B", "xnor", 1, 2, 78, 29, thresholds=True),
        hardware(1, 1, 5, kc=(2, 1), port_bits=8, places=6, latency=11, accumulator_bits=8, accumulator_rows=25),
    ),
    (
        Job("the half of B before", "mac", 1, 5, 90, 1, encoding("int8"), encoding("int8"), False, True),
        hardware(
            2, 1, kc=(7, 2), port_bits=16, places=6, latency=3, accumulator_bits=15, element="int8",
            pipeline_cycles=5, accumulator_rows=2,
        ),
    ),
    (
        Job("the half of A", "xnor", 1, 17, 420, 8, thresholds=True),
        hardware(1, 6, 33, kc=(13, 1), port_bits=128, places=6, latency=20, accumulator_bits=12, accumulator_rows=5),
    ),
    (
        Job("the place of thresholds in a port word", "xnor", 1, 4, 30, 341, encoding("uint2"), thresholds=True),
        hardware(1, 11, 33, kc=(6, 1), port_bits=64, places=4, latency=3, accumulator_bits=8, accumulator_rows=1),
    ),
    (
        Job("the place of a result in its k word", "xnor", 1, 1, 15, 58, thresholds=True),
        hardware(2, 1, 33, kc=(6, 2), port_bits=8, places=4, latency=3, accumulator_rows=1),
    ),
    (
        Job("the place of a result there, sums stay", "xnor", 1, 2, 22, 314, encoding("uint2"), thresholds=True),
        hardware(1, 1, 48, kc=(16, 3), port_bits=16, places=7, accumulator_bits=20),
    ),
    (
        Job("the results that wait for their store", "xnor", 1, 13, 3, 4, thresholds=True),
        hardware(1, 1, 64, kc=(7, 1), port_bits=1024, places=2, accumulator_rows=1),
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", [*LONG_JOBS, *ALMOST_REPEATING], ids=lambda case: case[0].name)
def test_long_jobs_equal_the_engine(case: Case) -> None:
    assert job_classes(*case) == run_job(*case)


def slots_walked(case: Case, monkeypatch: pytest.MonkeyPatch) -> int:
    """Return the slots that the walk of a job takes itself, without those that it jumps over."""
    with monkeypatch.context() as patch:
        slot = Mock(side_effect=kernel._slot)
        patch.setattr(kernel, "_slot", slot)
        job_classes(*case)
    return slot.call_count


@pytest.mark.parametrize("size", ["m", "n", "k"])
@pytest.mark.parametrize("stays", [False, True])
def test_what_repeats_is_jumped_over(size: str, stays: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    accelerator = hardware(4, 4, 8, kc=8, port_bits=64, latency=9, places=5, accumulator_rows=6 if stays else 0)
    job = Job("job", "xnor", 1, 120, 8 * 120, 120)
    walked = [
        slots_walked((replace(job, **{size: times * getattr(job, size)}), accelerator), monkeypatch)
        for times in (1, 100)
    ]
    assert walked[1] <= walked[0] < 500


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
    batch = [
        *random_cases(94_000, seed=9),
        *random_cases(3000, seed=10, side=LARGE),
        *random_cases(3000, seed=14, tiles=MANY),
    ]
    drawn = shares(batch)
    sys.stdout.write("\n" + "".join(f"  {kind:<28}{share:7.1%}\n" for kind, share in drawn.items()))
    assert len(drawn) == 5
    assert min(drawn.values()) > 0.1
    for case, classes in zip(batch, closed_form(Points.of(batch)), strict=True):
        assert classes.tolist() == classes_of(run_job(*case)), case
