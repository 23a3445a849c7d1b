"""RTL against engine and reference: the jobs worked by hand."""

from pathlib import Path

import numpy as np
import pytest

from tests.rtl.job_list import check_on_rtl, random_case, random_pool_case
from tests.worked_jobs import WorkedJob, WorkedPool, worked_jobs, worked_pools

pytestmark = pytest.mark.rtl


@pytest.mark.parametrize("worked", worked_jobs(), ids=lambda worked: worked.name)
def test_worked_by_hand(worked: WorkedJob, tmp_path: Path) -> None:
    case = random_case(worked.job, worked.accelerator, np.random.default_rng(1))
    check_on_rtl([case], worked.accelerator, tmp_path)


@pytest.mark.parametrize("worked", worked_pools(), ids=lambda worked: worked.job.name)
def test_pooling_worked_by_hand(worked: WorkedPool, tmp_path: Path) -> None:
    case = random_pool_case(worked.job, np.random.default_rng(1))
    check_on_rtl([case], worked.accelerator, tmp_path)
