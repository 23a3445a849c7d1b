"""RTL against engine and reference: the jobs worked by hand, and random ones back to back."""

from pathlib import Path

import numpy as np
import pytest

from simulator.accelerator import Accelerator
from simulator.job import Job
from tests.rtl.job_list import check_on_rtl, random_case
from tests.strategies import hardware, one_plane
from tests.worked_jobs import WorkedJob, worked_jobs
from workloads.encodings import Digit

pytestmark = pytest.mark.rtl

# Each of them a corner: a single PE; lanes that are no power of two, a port narrower than a k word; a port of
# many k words, and chunks that do not end on port words; few result places and a long latency.
HARDWARE = {
    "single": hardware(1, 1, 1, kc=4, port_bits=8, accumulator_bits=16),
    "narrow-port": hardware(3, 2, 12, kc=3, port_bits=8, latency=3, accumulator_bits=20),
    "wide-port": hardware(2, 5, 8, kc=5, port_bits=64, latency=2, accumulator_bits=24),
    "few-places": hardware(4, 4, 16, kc=2, port_bits=32, latency=7, places=2),
}
JOBS = 40


@pytest.mark.parametrize("worked", worked_jobs(), ids=lambda worked: worked.name)
def test_worked_by_hand(worked: WorkedJob, tmp_path: Path) -> None:
    check_on_rtl([random_case(worked.job, np.random.default_rng(1))], worked.accelerator, tmp_path)


@pytest.mark.parametrize("name", HARDWARE)
def test_random_jobs_back_to_back(name: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    jobs = [random_job(HARDWARE[name], number, rng) for number in range(JOBS)]
    check_on_rtl([random_case(job, rng) for job in jobs], HARDWARE[name], tmp_path)


def random_job(accelerator: Accelerator, number: int, rng: np.random.Generator) -> Job:
    """Draw a job of up to four tiles a side; one in four has a side of 1."""
    array = accelerator.arrays["xnor"]
    m, k, n = (
        1 if rng.integers(4) == 0 else int(rng.integers(1, 4 * unit + 1))
        for unit in (array.rows, 3 * array.lanes, array.cols)
    )
    digit = list(Digit)[rng.integers(2)]
    return Job(
        name=f"job{number}",
        array="xnor",
        count=1,
        m=m,
        k=k,
        n=n,
        encoding_a=one_plane(digit, int(rng.integers(0, 5))),
        encoding_b=one_plane(digit),
        thresholds=bool(rng.integers(2)),
    )
