"""Reset at any edge of a job leaves nothing behind: the next one takes its cycles and gives its results."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.rtl.job_list import random_case
from tests.worked_jobs import worked_jobs
from xnorsim.cosimulation.builds import build
from xnorsim.cosimulation.check import Plan
from xnorsim.cosimulation.jobs import JobCycles, read_hex, write_hex
from xnorsim.cosimulation.runner import run_bench
from xnorsim.cosimulation.tasks import Task

pytestmark = pytest.mark.rtl

JOBS = {worked.name: worked for worked in worked_jobs(direct=False)}


def cut_and_repeat(plan: Plan, latency: int, cycles: int, folder: Path) -> list[Any]:
    """Cut a job off at each edge and play it whole; return the counters and the memory of each whole one."""
    (played,) = plan.all_jobs
    files = {name: folder / f"{name}.hex" for name in ("image", "dump", "stalls")}
    write_hex(files["image"], plan.image)
    write_hex(files["stalls"], np.zeros((1, 8), np.uint8))
    ports = {**played.ports(), "stall_first_i": 0, "stall_cycles_i": 0}
    script = {"latency": latency, "cycles": cycles, "dump": str(files["dump"]), "ports": ports}
    (folder / "jobs.json").write_text(json.dumps(script))
    counters = folder / "counters.json"
    run_bench(
        build(plan.design),
        "tests.rtl.data.reset_bench",
        folder,
        seed=1,
        plusargs=[f"+{name}={path}" for name, path in files.items()],
        environment={"XNORSIM_JOBS": str(folder / "jobs.json"), "XNORSIM_JOB_COUNTERS": str(counters)},
    )
    whole: list[Any] = json.loads(counters.read_text())
    return whole


@pytest.mark.parametrize("name", ["three_tiles", "ws_folds"])
def test_a_job_after_one_that_was_cut_off(name: str, tmp_path: Path) -> None:
    worked = JOBS[name]
    case = random_case(worked.job, worked.accelerator, np.random.default_rng(1))
    plan = Plan([Task(name, case)], worked.accelerator)
    whole = cut_and_repeat(plan, worked.accelerator.port.latency_cycles, worked.cycles, tmp_path)
    assert len(whole) == worked.cycles
    cycles = [JobCycles(**counters) for counters, _ in whole]
    assert {(played.cycles, played.classes) for played in cycles} == {(worked.cycles, worked.classes)}
    for _, text in whole:
        (tmp_path / "after.hex").write_text(text)
        after = read_hex(tmp_path / "after.hex", plan.image.shape[1])[: len(plan.image)]
        assert np.array_equal(after, plan.image_behind())
