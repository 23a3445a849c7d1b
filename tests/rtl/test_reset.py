"""Reset at any edge of a job leaves nothing behind: the next one takes its cycles and gives its results."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.accelerator import Accelerator
from tests.rtl.job_list import Case, random_case
from tests.worked_jobs import worked_jobs
from xnorsim.cosimulation.builds import build
from xnorsim.cosimulation.jobs import JobCycles, RtlJob, bench_design, read_hex, write_hex
from xnorsim.cosimulation.memory import Area, operand_area, result_bytes, threshold_area
from xnorsim.cosimulation.network import (
    UNWRITTEN,
    Memory,
    as_classes,
    memory_words,
    read_result,
    rtl_job,
    rtl_parameters,
)
from xnorsim.cosimulation.runner import run_bench

pytestmark = pytest.mark.rtl

JOBS = {worked.name: worked for worked in worked_jobs(direct=False)}


def placed(case: Case, accelerator: Accelerator) -> tuple[RtlJob, Area]:
    """Return a job with thresholds as the RTL takes it, and the memory that it finds."""
    job, array, width = case.job, accelerator.arrays[case.job.array], accelerator.port.width_bits
    memory = Memory(width)
    a, b = (memory.place(operand_area(operand, job.k, array, width)) for operand in (case.a, case.b))
    assert case.thresholds is not None
    thresholds = memory.place(threshold_area(case.thresholds, array, width))
    shape = result_bytes(job.m, job.n, array, width, thresholds=True)
    result = memory.place(np.full(shape, UNWRITTEN, dtype=np.uint8))
    return rtl_job(job, accelerator, a=a, b=b, thresholds=thresholds, result=result), memory.image()


def cut_and_repeat(played: RtlJob, image: Area, accelerator: Accelerator, cycles: int, folder: Path) -> list[Any]:
    """Cut a job off at each edge and play it whole; return the counters and the memory of each whole one."""
    files = {name: folder / f"{name}.hex" for name in ("image", "dump", "stalls")}
    write_hex(files["image"], image)
    write_hex(files["stalls"], np.zeros((1, 8), np.uint8))
    ports = {**played.ports(), "stall_first_i": 0, "stall_cycles_i": 0}
    latency = accelerator.port.latency_cycles
    script = {"latency": latency, "cycles": cycles, "dump": str(files["dump"]), "ports": ports}
    (folder / "jobs.json").write_text(json.dumps(script))
    counters = folder / "counters.json"
    run_bench(
        build(bench_design(rtl_parameters(accelerator, "xnor", memory_words(len(image))))),
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
    played, image = placed(case, worked.accelerator)
    whole = cut_and_repeat(played, image, worked.accelerator, worked.cycles, tmp_path)
    assert len(whole) == worked.cycles
    assert set(as_classes([JobCycles(**counters) for counters, _ in whole])) == {worked.classes}
    for _, text in whole:
        (tmp_path / "after.hex").write_text(text)
        after = read_hex(tmp_path / "after.hex", image.shape[1])[: len(image)]
        assert np.array_equal(read_result(after, played.r_addr, worked.job, worked.accelerator), case.expected)
