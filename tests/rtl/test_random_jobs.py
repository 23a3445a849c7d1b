"""RTL against engine, closed form and reference: random jobs of every kind, poolings among them, back to back."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from simulator.accelerator import Accelerator, Dataflow
from tests.conftest import PRINTED
from tests.rtl.job_list import check_on_rtl, random_case, random_pool_case
from tests.rtl.random_jobs import HARDWARE, WITH_POOL, DrawnJob, draw_jobs, shares, shares_text
from tests.rtl.random_pools import DrawnPool, draw_pools, pool_shares
from xnorsim.cosimulation.tasks import Work

pytestmark = pytest.mark.rtl

JOBS = 45
"""Jobs for each of the twelve accelerators in every run of the tests."""
POOLS = 15
"""Pooling jobs among them, for each of the accelerators that have an OR-pool."""
SEED = 20_000

MANY_JOBS = 10_000
MANY_POOLS = 200
MANY_SEED = 30_000

BATCH = 125
"""Jobs played behind one image of the memory."""
# As many runs of an accelerator as there are share one build, whatever room their jobs need.
MEMORY_WORDS = 1 << 16

# What the jobs must be at least, whatever else they are.
LEAST_SHARES = {
    "several planes": 0.2,
    "several planes by several": 0.1,
    "eight planes": 0.02,
    "XNOR": 0.05,
    "AND": 0.1,
    "mixed digits": 0.1,
    "signed": 0.1,
    "ternary": 0.02,
    "thresholds": 0.3,
    "results of several k words": 0.05,
    "m of 1": 0.1,
    "k of 1": 0.1,
    "n of 1": 0.1,
    "k no multiple of lanes": 0.3,
    "convolution": 0.2,
    "weight-stationary convolution": 0.1,
    "convolution of several planes": 0.1,
    "convolution of mixed digits": 0.05,
    "border": 0.1,
    "place beside the map": 0.02,
    "tap beside the map": 0.02,
    "kernel not square": 0.1,
    "stride": 0.1,
    "dilation": 0.1,
    "tap with a tail": 0.1,
    "chunk that ends in a tap": 0.05,
    "several m tiles, n tiles and chunks": 0.3,
    "more tiles than places": 0.2,
    "weight stationary": 0.4,
    "input stationary": 0.05,
    "port-bound": 0.5,
    "drain-bound": 0.02,
    "stall pattern": 0.3,
}


LEAST_POOL_SHARES = {
    "border": 0.3,
    "place beside the map": 0.02,
    "first tap beside the map": 0.2,
    "one tap": 0.02,
    "kernel not square": 0.3,
    "stride": 0.3,
    "dilation": 0.3,
    "several port words a pixel": 0.3,
    "fewer groups than places": 0.02,
    "more groups than places": 0.3,
    "stall pattern": 0.3,
}


def drawn(jobs: int, seed: int) -> dict[str, list[DrawnJob]]:
    """Draw that many jobs for each accelerator, each list with a seed of its own."""
    return {name: draw_jobs(HARDWARE[name], jobs, seed + index) for index, name in enumerate(HARDWARE)}


Record = Callable[[str, object], None]


def check_shares(jobs: dict[str, list[DrawnJob]], record_property: Record) -> None:
    """Print how many jobs are of which kind, and demand enough of each."""
    pairs = [(HARDWARE[name], job) for name, drawn_jobs in jobs.items() for job in drawn_jobs]
    record_property(PRINTED, shares_text(pairs))
    found = shares(pairs)
    assert {name: share for name, share in found.items() if share < LEAST_SHARES.get(name, 0)} == {}


def cases_of(accelerator: Accelerator, jobs: list[DrawnJob], pools: list[DrawnPool], seed: int) -> list[Work]:
    """Return drawn jobs in a random order with random operands."""
    rng = np.random.default_rng(seed)
    mixed = [*jobs, *pools]
    return [_case(mixed[number], accelerator, rng) for number in rng.permutation(len(mixed))]


def check_jobs(
    accelerator: Accelerator, jobs: list[DrawnJob], pools: list[DrawnPool], work_dir: Path, seed: int
) -> None:
    """Play drawn jobs in a random order with random operands."""
    cases = cases_of(accelerator, jobs, pools, seed)
    for first in range(0, len(cases), BATCH):
        folder = work_dir / f"from{first}"
        batch = cases[first : first + BATCH]
        check_on_rtl(batch, accelerator, folder, least_memory_words=MEMORY_WORDS, seed=seed + first)


def _case(some: DrawnJob | DrawnPool, accelerator: Accelerator, rng: np.random.Generator) -> Work:
    if isinstance(some, DrawnPool):
        return random_pool_case(some.job, accelerator, rng, some.stalls)
    return random_case(some.job, accelerator, rng, some.stalls)


def pools_of(name: str, count: int, seed: int) -> list[DrawnPool]:
    """Draw that many pooling jobs for an accelerator, if it has an OR-pool."""
    return draw_pools(HARDWARE[name], count, seed) if name in WITH_POOL else []


def test_the_jobs_are_of_every_kind(record_property: Record) -> None:
    jobs = drawn(JOBS, SEED)
    assert sum(len(some) for some in jobs.values()) >= 500
    # Those that the closed form covers.
    assert sum(not any(job.stalls) for some in jobs.values() for job in some) >= 300
    check_shares(jobs, record_property)


def test_the_pooling_jobs_are_of_every_kind(record_property: Record) -> None:
    pairs = [
        (HARDWARE[name], pool) for index, name in enumerate(HARDWARE) for pool in pools_of(name, POOLS, SEED + index)
    ]
    found = pool_shares(pairs)
    lines = [f"  {name:<36}{share:7.1%}" for name, share in found.items()]
    record_property(PRINTED, "\n".join([f"{len(pairs)} pooling jobs", *lines]))
    assert {name: share for name, share in found.items() if share < LEAST_POOL_SHARES[name]} == {}


def test_the_accelerators_are_of_every_kind() -> None:
    arrays = [accelerator.arrays["xnor"] for accelerator in HARDWARE.values()]
    ports = {accelerator.port.width_bits for accelerator in HARDWARE.values()}
    assert len(HARDWARE) >= 8
    for dataflow in (Dataflow.OUTPUT_STATIONARY, Dataflow.WEIGHT_STATIONARY):
        sizes = {(array.rows, array.cols, array.lanes) for array in arrays if array.dataflow is dataflow}
        assert {(1, 1, 1), (8, 8, 64)} <= sizes
    assert {array.result_tiles for array in arrays} == set(range(2, 9))
    assert min(ports) == 8
    assert max(ports) == 512
    assert min(array.accumulator_bits for array in arrays) == 16
    assert max(array.accumulator_bits for array in arrays) == 40


@pytest.mark.parametrize("name", HARDWARE)
def test_jobs_back_to_back(name: str, tmp_path: Path) -> None:
    seed = SEED + list(HARDWARE).index(name)
    check_jobs(HARDWARE[name], draw_jobs(HARDWARE[name], JOBS, seed), pools_of(name, POOLS, seed), tmp_path, seed)


@pytest.mark.slow
def test_many_jobs_back_to_back(tmp_path: Path, record_property: Record) -> None:
    jobs = drawn(-(-MANY_JOBS // len(HARDWARE)), MANY_SEED)
    assert sum(len(some) for some in jobs.values()) >= MANY_JOBS
    check_shares(jobs, record_property)
    for index, (name, some) in enumerate(jobs.items()):
        pools = pools_of(name, MANY_POOLS, MANY_SEED + index)
        check_jobs(HARDWARE[name], some, pools, tmp_path / name, MANY_SEED + index)
