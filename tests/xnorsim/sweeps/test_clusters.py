"""A sweep on a Dask scheduler with workers, all of them real processes on this machine."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from tests.xnorsim.sweeps.small import ROOT, ended, grid, large, started, until, written
from xnorsim.sweeps.directory import SweepDirectory
from xnorsim.sweeps.session import sweep

QUIET = {"DASK_DISTRIBUTED__ADMIN__LOW_LEVEL_LOG_LENGTH": "0", "PYTHONPATH": str(ROOT)}


@dataclass
class Cluster:
    """A scheduler and its workers."""

    address: str
    scheduler: "subprocess.Popen[bytes]"
    workers: "list[subprocess.Popen[bytes]]"


def dask(command: str, *arguments: str) -> "subprocess.Popen[bytes]":
    words = [sys.executable, "-m", f"distributed.cli.dask_{command}", *arguments]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(words, env={**os.environ, **QUIET}, **quiet)  # type: ignore[call-overload,no-any-return]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    scheduler = dask("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", "--no-show")
    worker = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path), address)
    workers = [dask("worker", *worker) for _ in range(2)]
    yield Cluster(address, scheduler, workers)
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


def test_a_worker_is_killed_and_no_row_is_lost(cluster: Cluster, tmp_path: Path) -> None:
    data, folder = large(3_000), tmp_path / "sweep"
    process = started(64, ["sweep", str(written(data, tmp_path)), "-o", str(folder), "--scheduler", cluster.address])
    until(lambda: len(list(folder.glob("parts/*.parquet"))) >= 3)
    cluster.workers[0].send_signal(signal.SIGKILL)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    assert "3,000 rows" in out
    found = SweepDirectory.open(folder).table().to_pandas()
    assert found["row"].tolist() == list(range(3_000))
    pd.testing.assert_frame_equal(found, sweep(data, processes=1), check_exact=True)


def test_a_scheduler_that_goes_away_keeps_the_good_parts(cluster: Cluster, tmp_path: Path) -> None:
    folder = tmp_path / "sweep"
    command = ["sweep", str(written(large(30_000), tmp_path)), "-o", str(folder), "--scheduler", cluster.address]
    process = started(64, command)
    until(lambda: len(list(folder.glob("parts/*.parquet"))) >= 3)
    cluster.scheduler.send_signal(signal.SIGKILL)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 1, err
    # Lines of progress stand before it.
    line = err.splitlines()[-1]
    assert re.match(
        rf"xnorsim: the scheduler {cluster.address} went away; [\d,]+ of 30,000 rows are kept; go on with: .*--resume",
        line,
    )
    parts = len(list(folder.glob("parts/*.parquet")))
    assert len(SweepDirectory.open(folder).table(["row"])) == 64 * parts


def test_a_scheduler_that_does_not_answer(tmp_path: Path) -> None:
    spec = str(written(grid(), tmp_path))
    code, out, err = ended(64, ["sweep", spec, "-o", str(tmp_path / "sweep"), "--scheduler", "tcp://127.0.0.1:9"])
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert "--scheduler must be the address of a scheduler that answers, not 'tcp://127.0.0.1:9'" in line


def test_a_local_scheduler_has_the_same_rows(tmp_path: Path) -> None:
    command = ["sweep", str(written(grid(), tmp_path)), "-o", str(tmp_path / "sweep"), "--processes", "2"]
    code, out, err = ended(16, [*command, "--scheduler", "local"])
    assert code == 0, err
    assert "150 rows" in out
    found = SweepDirectory.open(tmp_path / "sweep").table().to_pandas()
    pd.testing.assert_frame_equal(found, sweep(grid(), processes=1), check_exact=True)
