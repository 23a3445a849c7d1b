"""A sweep has the same rows on any workers, however often it is broken off, and says clearly what went wrong."""

import multiprocessing
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.xnorsim.sweeps.alone import FLOAT_ERROR, alone
from tests.xnorsim.sweeps.small import PART_ROWS, ROOT, ended, grid, large, parts_of, sampled, started, until, written
from workloads.errors import InputError
from xnorsim.errors import SweepError
from xnorsim.sweeps import Evaluator, manifest
from xnorsim.sweeps.directory import SweepDirectory
from xnorsim.sweeps.inputs import Inputs
from xnorsim.sweeps.session import sweep


@pytest.fixture(autouse=True)
def parts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PART_ROWS:
        monkeypatch.setattr(manifest, name, 16)


def rows_in(folder: Path) -> pd.DataFrame:
    frame: pd.DataFrame = SweepDirectory.open(folder).table().to_pandas()
    return frame


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


TWO = ["mnist-tfc", {"name": "mnist-tfc", "parameters": {"images": 3}}]


def test_rows_are_the_same_on_one_worker_and_on_four() -> None:
    data = grid(workloads=TWO)
    one = sweep(data, processes=1)
    assert len(one) == 300
    assert one["row"].tolist() == list(range(len(one)))
    assert set(one["status"]) == {"ok", "infeasible"}
    assert 0 < one["within_constraints"].sum() < (one["status"] == "ok").sum()
    pd.testing.assert_frame_equal(one, sweep(data, processes=4), check_exact=True)


def test_rows_are_those_of_runs_by_themselves(tmp_path: Path) -> None:
    data = grid(workloads=TWO)
    frame = sweep(data, directory=tmp_path / "sweep", processes=1)
    directory = SweepDirectory.open(tmp_path / "sweep")
    inputs = Inputs.of(directory.spec)
    for row in np.random.default_rng(3).choice(len(frame), 12, replace=False).tolist():
        expected = alone(inputs.traces[frame["workload"][row]], directory.accelerator(row))
        for name in frame.columns[frame.columns.get_loc("status") :].drop("within_constraints"):
            right = expected[name] if expected["status"] == "ok" or name in ("status", "rule") else 0
            value = frame[name][row]
            close = isinstance(right, float) and abs(value - right) <= FLOAT_ERROR * abs(right)
            assert close or value == right, (row, name)


def test_a_row_has_the_values_of_its_axes(tmp_path: Path) -> None:
    frame = sweep(grid(), directory=tmp_path / "sweep", processes=1)
    data = SweepDirectory.open(tmp_path / "sweep").accelerator(149)
    assert data["arrays"]["xnor"]["rows"] == data["arrays"]["xnor"]["cols"] == frame["arrays.xnor.cols"][149] == 64
    assert data["scratchpads"]["a"] == {"capacity_bits": 65536}
    assert data["port"]["latency_cycles"] == 41


def run_in_parts(data: dict[str, Any], folder: Path) -> None:
    """Run a sweep in this process, in parts of four rows."""
    parts_of(4)
    sweep(data, directory=folder, resume=True, processes=1)


@pytest.mark.parametrize(("sampler", "kills"), [("grid", 20), ("qmc", 3), ("nsga2", 5)])
def test_killed_at_random_moments_and_resumed(sampler: str, kills: int, tmp_path: Path) -> None:
    data = grid() if sampler == "grid" else sampled(sampler, 150)
    # The fixture takes it back.
    parts_of(4)
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
        time.sleep(moments.uniform(0.0, 0.06))
        process.kill()
        process.join()
        seen.append(len(files(folder)))
    # It was killed while it worked: not always before its first part, nor always behind its last.
    assert len(set(seen)) > 2
    run_in_parts(data, folder)
    pd.testing.assert_frame_equal(rows_in(folder), whole, check_exact=True)
    assert {path.suffix for path in files(folder)} == {".parquet", ".json"}


def files(folder: Path) -> list[Path]:
    """Return the files of a sweep."""
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


def interrupted(folder: Path, signals: int) -> tuple[int, str, set[int]]:
    """Send a signal to a sweep of two processes once it has written a part; return its end, words, and processes."""
    command = ["sweep", str(written(large(30_000), folder)), "-o", str(folder / "sweep"), "--processes", "2"]
    process = started(64, command)
    until(lambda: list((folder / "sweep").glob("parts/*.parquet")))
    workers = descendants(process.pid)
    assert len(workers) >= 2
    process.send_signal(signals)
    _, err = process.communicate(timeout=30)
    return process.returncode, err, workers


@pytest.mark.parametrize("signals", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_says_how_to_go_on_and_leaves_no_process(signals: int, tmp_path: Path) -> None:
    code, err, workers = interrupted(tmp_path, signals)
    assert code == 130
    kept, last = err.splitlines()
    assert last == "xnorsim: interrupted"
    go_on = f"go on with: xnorsim sweep {tmp_path}/sweep.toml -o {tmp_path}/sweep --resume --processes 2"
    assert kept.endswith(go_on), kept
    assert int(kept.split()[0].replace(",", "")) == 64 * len(list((tmp_path / "sweep").glob("parts/*.parquet")))
    # Python's tracker of semaphores ends a moment later.
    until(lambda: not any(map(alive, workers)), 5)


def test_killed_leaves_no_process(tmp_path: Path) -> None:
    code, _, workers = interrupted(tmp_path, signal.SIGKILL)
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


def can_mount() -> bool:
    return subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"], check=False).returncode == 0


def test_a_disk_that_fills_keeps_the_good_parts(tmp_path: Path) -> None:
    spec, disk, kept = written(grid(), tmp_path), tmp_path / "disk", tmp_path / "kept"
    disk.mkdir()
    command = f"{sys.executable} -m tests.xnorsim.sweeps.small 16 sweep {spec} -o {disk}/sweep --processes 1"
    if can_mount():
        fill = f"mount -t tmpfs -o size=96k none {disk}; {command}"
        more = f"mount -o remount,size=9m {disk}"
    else:
        # No room for any part in a place where the first ones were written before.
        some = "rm {disk}/sweep/parts/part-*[5-9].parquet"
        fill, more = f"{command} >&2; {some}; (ulimit -f 4; {command} --resume)", "true"
    script = f"{fill}; echo $?; ls {disk}/sweep/parts; {more}; {command} --resume >&2; cp -r {disk}/sweep {kept}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [*(["unshare", "-m"] if can_mount() else []), "bash", "-c", script],
        env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    code, *parts = done.stdout.split()
    assert code == "2"
    assert 0 < len(parts) < 10
    assert all(re.fullmatch(r"part-\d{6}\.parquet", part) for part in parts)
    message, *_ = (line for line in done.stderr.splitlines() if "cannot be written" in line)
    assert re.search(r"cannot be written: (No space left on device|File too large); \d+ of 150 rows are kept", message)
    pd.testing.assert_frame_equal(rows_in(kept), sweep(grid(), processes=1), check_exact=True)


def broken_at(lanes: int) -> Any:
    """Return an evaluation that fails wherever there are points of so many lanes."""
    real = Evaluator.__call__

    def call(self: Evaluator, columns: Any) -> Any:
        bad = columns["arrays.xnor.lanes"] == lanes
        if bad.any():
            raise ZeroDivisionError(f"of {lanes} lanes,\nnothing")
        return real(self, columns)

    return call


def test_only_the_points_that_fail_are_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = sweep(grid(), processes=1)
    monkeypatch.setattr(Evaluator, "__call__", broken_at(64))
    found = sweep(grid(), processes=1)
    bad = found["arrays.xnor.lanes"] == 64
    assert bad.sum() == 50
    assert set(found["status"][bad]) == {"failed"}
    assert set(found["rule"][bad]) == {"ZeroDivisionError: of 64 lanes, nothing"}
    assert not found["within_constraints"][bad].any()
    assert (found["cycles"][bad] == 0).all()
    pd.testing.assert_frame_equal(found[~bad], right[~bad], check_exact=True)


def test_a_directory_of_another_sweep(tmp_path: Path) -> None:
    sweep(grid(), directory=tmp_path / "sweep", processes=1)
    with pytest.raises(InputError, match="has a sweep already: go on with it by --resume"):
        sweep(grid(), directory=tmp_path / "sweep", processes=1)
    other = grid(accelerator="xnor-16x16x64")
    with pytest.raises(InputError, match=r"has another sweep: spec and base are not the same: name another directory"):
        sweep(other, directory=tmp_path / "sweep", resume=True)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").touch()
    with pytest.raises(InputError, match="is there already, and no directory of a sweep"):
        sweep(grid(), directory=tmp_path / "mine", resume=True)


def test_another_version_does_not_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep(grid(), directory=tmp_path / "sweep", processes=1)
    monkeypatch.setattr(manifest, "__version__", "9.9")
    with pytest.raises(InputError, match="has another sweep: versions are not the same"):
        sweep(grid(), directory=tmp_path / "sweep", resume=True)


def test_a_damaged_part_is_evaluated_again(tmp_path: Path) -> None:
    command = ["sweep", str(written(grid(), tmp_path)), "-o", str(tmp_path / "sweep"), "--processes", "1"]
    assert ended(16, command)[0] == 0
    whole, path = rows_in(tmp_path / "sweep"), tmp_path / "sweep" / "parts" / "part-000003.parquet"
    times = {part: part.stat().st_mtime_ns for part in path.parent.iterdir()}
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(InputError, match=r"part-000003.parquet: is damaged"):
        rows_in(tmp_path / "sweep")
    code, _, err = ended(16, [*command, "--resume"])
    assert code == 0
    assert f"{path}: is damaged" in err.splitlines()[0]
    assert err.splitlines()[0].endswith("; it is evaluated again")
    assert [part for part, written in times.items() if part.stat().st_mtime_ns != written] == [path]
    pd.testing.assert_frame_equal(rows_in(tmp_path / "sweep"), whole, check_exact=True)


def test_a_part_of_another_sweep_is_not_taken(tmp_path: Path) -> None:
    for name, lanes in (("one", [32, 64]), ("other", [32, 128])):
        sweep(grid(axes={**grid()["axes"], "arrays.xnor.lanes": lanes}), directory=tmp_path / name, processes=1)
    part = "parts/part-000002.parquet"
    (tmp_path / "one" / part).write_bytes((tmp_path / "other" / part).read_bytes())
    with pytest.raises(InputError, match=r"part-000002.parquet: is a part of another sweep: take it away"):
        sweep(grid(axes={**grid()["axes"], "arrays.xnor.lanes": [32, 64]}), directory=tmp_path / "one", resume=True)
    first = tmp_path / "one" / "parts/part-000000.parquet"
    (tmp_path / "one" / part).write_bytes(first.read_bytes())
    with pytest.raises(InputError, match=r"part-000002.parquet: is damaged: it has not the rows 32 to 47"):
        rows_in(tmp_path / "one")


def test_rows_of_the_front_are_what_the_engine_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, folder = written(grid(verify=3), tmp_path), tmp_path / "sweep"
    code, out, err = ended(16, ["sweep", str(path), "-o", str(folder), "--processes", "1"])
    assert (code, err) == (0, "")
    assert "\n3 rows of the front are what the engine says\n" in out
    real = SweepDirectory.row

    def off_by_one(self: SweepDirectory, row: int) -> dict[str, Any]:
        found = real(self, row)
        return {**found, "cycles": found["cycles"] + 1}

    monkeypatch.setattr(SweepDirectory, "row", off_by_one)
    with pytest.raises(SweepError, match=r"sweep: row \d+: cycles is \d+, but the engine says \d+$"):
        sweep(path, directory=folder, resume=True)
