"""A sweep that is broken off, goes on to the rows of one that never was, and leaves no process behind."""

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.xnorsim.sweeps.small import (
    PART_ROWS,
    grid,
    large,
    parts_of,
    rows_in,
    sampled,
    started,
    until,
    written,
)
from xnorsim.sweeps import manifest
from xnorsim.sweeps.session import sweep


@pytest.fixture(autouse=True)
def parts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PART_ROWS:
        monkeypatch.setattr(manifest, name, 16)


def descendants(pid: int) -> set[int]:
    """Return the processes that a process started, and those that these started."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = path.read_text().rpartition(")")
        except OSError:
            continue
        parents[int(name.split()[0])] = int(rest.split()[1])
    found: set[int] = set()
    while more := {child for child, parent in parents.items() if parent in found | {pid}} - found:
        found |= more
    return found


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def run_in_parts(data: dict[str, Any], folder: Path) -> None:
    """Run a sweep in this process, in parts of two rows."""
    parts_of(2)
    sweep(data, directory=folder, resume=True, processes=1)


@pytest.mark.parametrize(("sampler", "kills"), [("grid", 20), ("qmc", 3), ("nsga2", 5)])
def test_killed_at_random_moments_and_resumed(sampler: str, kills: int, tmp_path: Path) -> None:
    data = grid() if sampler == "grid" else sampled(sampler, 60)
    # The fixture takes it back.
    parts_of(2)
    whole, moments, folder = sweep(data, processes=1), random.Random(1), tmp_path / "sweep"
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(["xnorsim.sweeps.session", "xnorsim.sweeps.runner", "pandas"])
    seen = []
    for _ in range(kills):
        process = server.Process(target=run_in_parts, args=(data, folder))
        process.start()
        # A manifest or a new part shows that it works, or nothing is left to do.
        before = len(files(folder))
        while len(files(folder)) <= before and process.is_alive():
            time.sleep(0.001)
        time.sleep(moments.uniform(0.0, 0.02))
        process.kill()
        process.join()
        seen.append(len(files(folder)))
    # Twenty kills meet it while it works: not always before its first part, nor always behind its last.
    assert len(set(seen)) > kills // 10
    run_in_parts(data, folder)
    pd.testing.assert_frame_equal(rows_in(folder), whole, check_exact=True)
    assert {path.suffix for path in files(folder)} == {".parquet", ".json"}


def files(folder: Path) -> list[Path]:
    """Return the files of a sweep."""
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def interrupted(
    folder: Path, send: Callable[[int], None], scheduler: Sequence[str] = ()
) -> tuple[int, str, set[int]]:  # fmt: skip
    """Send a signal to a sweep of two workers once it works; return its exit code, its words, its processes."""
    command = ["sweep", str(written(large(30_000), folder)), "-o", str(folder / "sweep"), "--processes", "2"]
    process = started(64, [*command, *scheduler])
    until(lambda: list((folder / "sweep").glob("parts/*.parquet")))
    workers = descendants(process.pid)
    assert len(workers) >= 2
    send(process.pid)
    _, err = process.communicate(timeout=60)
    return process.returncode, err, workers


def to_one(number: int) -> Callable[[int], None]:
    return lambda pid: os.kill(pid, number)


def to_all(pid: int) -> None:
    """Send what Ctrl-C sends: an interrupt to each process."""
    os.killpg(pid, signal.SIGINT)


@pytest.mark.parametrize(
    ("send", "scheduler"),
    [(to_one(signal.SIGINT), []), (to_one(signal.SIGTERM), []), (to_all, []), (to_all, ["--scheduler", "local"])],
    ids=["interrupt", "terminate", "Ctrl-C", "Ctrl-C with Dask"],
)
def test_interrupted_says_how_to_go_on_and_leaves_no_process(
    send: Callable[[int], None], scheduler: list[str], tmp_path: Path
) -> None:
    code, err, workers = interrupted(tmp_path, send, scheduler)
    assert code == 130, err
    # Lines of progress may stand before them.
    *_, kept, last = err.splitlines()
    assert "Traceback" not in err
    assert last == "xnorsim: interrupted"
    go_on = ["xnorsim", "sweep", f"{tmp_path}/sweep.toml", "-o", f"{tmp_path}/sweep", "--resume", *scheduler]
    assert kept.endswith(f"go on with: {' '.join(go_on)} --processes 2"), kept
    assert int(kept.split()[0].replace(",", "")) == 64 * len(list((tmp_path / "sweep").glob("parts/*.parquet")))
    # Python's tracker of semaphores ends a moment later.
    until(lambda: not any(map(alive, workers)), 5)


def test_killed_leaves_no_process(tmp_path: Path) -> None:
    code, _, workers = interrupted(tmp_path, to_one(signal.SIGKILL))
    assert code == -signal.SIGKILL
    until(lambda: not any(map(alive, workers)), 10)


def test_a_killed_worker_ends_the_sweep_with_a_line(tmp_path: Path) -> None:
    command = ["sweep", str(written(large(30_000), tmp_path)), "-o", str(tmp_path / "sweep"), "--processes", "2"]
    process = started(64, command)
    until(lambda: list((tmp_path / "sweep").glob("parts/*.parquet")))
    for pid in descendants(process.pid):
        if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
            break
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    (line,) = err.splitlines()
    assert line.startswith("xnorsim: a worker process was ended, as if killed or out of memory; ")
    assert line.endswith(f"-o {tmp_path}/sweep --resume --processes 2")
