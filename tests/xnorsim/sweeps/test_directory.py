"""The directory of a sweep: what is damaged is found out, what is another's is not touched, what is good is kept."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.xnorsim.sweeps.small import (
    PART_ROWS,
    ROOT,
    ended,
    grid,
    rows_in,
    sampled,
    written,
)
from workloads.errors import InputError
from xnorsim.cli.app import run
from xnorsim.sweeps import manifest
from xnorsim.sweeps.directory import SweepDirectory
from xnorsim.sweeps.session import sweep


@pytest.fixture(autouse=True)
def parts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PART_ROWS:
        monkeypatch.setattr(manifest, name, 16)


def test_a_directory_of_another_sweep(tmp_path: Path) -> None:
    sweep(grid(), directory=tmp_path / "sweep", processes=1)
    with pytest.raises(InputError, match="has a sweep already: go on with it by --resume"):
        sweep(grid(), directory=tmp_path / "sweep", processes=1)
    other = grid(accelerator="xnor-16x16x64")
    with pytest.raises(InputError, match=r"has another sweep: spec and base are not the same: name another directory"):
        sweep(other, directory=tmp_path / "sweep", resume=True)
    # Without rows there is nothing to lose.
    for part in (tmp_path / "sweep" / "parts").iterdir():
        part.unlink()
    sweep(other, directory=tmp_path / "sweep", processes=1)
    assert SweepDirectory.open(tmp_path / "sweep").spec.accelerator == "xnor-16x16x64"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").touch()
    with pytest.raises(InputError, match="is there already, and no directory of a sweep"):
        sweep(grid(), directory=tmp_path / "mine", resume=True)


def test_an_interrupt_just_behind_a_part_counts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = SweepDirectory.write

    def write(self: SweepDirectory, part: int, content: bytes) -> None:
        real(self, part, content)
        raise KeyboardInterrupt

    monkeypatch.setattr(SweepDirectory, "write", write)
    path = written(grid(), tmp_path)
    assert run(["sweep", str(path), "-o", str(tmp_path / "sweep"), "--processes", "1"]) == 130
    assert "16 of 150 rows are kept; go on with: xnorsim sweep" in " ".join(capsys.readouterr().err.split())


def test_a_directory_whose_parts_were_taken_away(tmp_path: Path) -> None:
    whole = sweep(grid(), directory=tmp_path / "sweep", processes=1)
    (tmp_path / "sweep" / "pareto.html").touch()
    shutil.rmtree(tmp_path / "sweep" / "parts")
    found = sweep(grid(), directory=tmp_path / "sweep", processes=1, resume=True)
    pd.testing.assert_frame_equal(found, whole, check_exact=True)


def test_a_directory_of_a_name_that_cannot_be() -> None:
    with pytest.raises(InputError, match="cannot be read: File name too long"):
        sweep(grid(), directory="x" * 300, processes=1)


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
        some = f"rm {disk}/sweep/parts/part-*[5-9].parquet"
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


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a sweep of one part."""
    folder = tmp_path_factory.mktemp("sound") / "sweep"
    with pytest.MonkeyPatch.context() as patch:
        for name in PART_ROWS:
            patch.setattr(manifest, name, 200)
        sweep(grid(), directory=folder, processes=1)
    return folder


@given(st.data())
def test_a_flipped_bit_is_found_out_or_changes_nothing(sound: Path, data: st.DataObject) -> None:
    directory = SweepDirectory.open(sound)
    path = directory.parts_folder / "part-000000.parquet"
    content, right = path.read_bytes(), rows_in(sound)
    bit = data.draw(st.integers(0, 8 * len(content) - 1))
    damaged = bytearray(content)
    damaged[bit // 8] ^= 1 << bit % 8
    path.write_bytes(damaged)
    try:
        found = read(sound)
    finally:
        path.write_bytes(content)
    if isinstance(found, str):
        assert "part-000000.parquet" in found
    else:
        pd.testing.assert_frame_equal(found, right, check_exact=True)


def read(folder: Path) -> pd.DataFrame | str:
    """Return the rows of a sweep, or the message of why they cannot be read."""
    try:
        return rows_in(folder)
    except InputError as error:
        return str(error)


def test_rows_of_a_sweep_that_still_runs_are_read(tmp_path: Path) -> None:
    whole = sweep(grid(), directory=tmp_path / "sweep", processes=1)
    directory = SweepDirectory.open(tmp_path / "sweep")
    assert directory.there() == list(range(10))
    for part in (0, 4, 9):
        (directory.parts_folder / f"part-00000{part}.parquet").unlink()
    assert not directory.complete
    left = whole[(whole["row"] // 16).isin([1, 2, 3, 5, 6, 7, 8])].reset_index(drop=True)
    pd.testing.assert_frame_equal(rows_in(tmp_path / "sweep"), left, check_exact=True)
    assert directory.row(20)["row"] == 20
    with pytest.raises(InputError, match=r"row 64 is not there yet"):
        directory.accelerator(64)
    with pytest.raises(InputError, match=r"row must be from 0 to 149, not 150"):
        directory.row(150)


@pytest.mark.parametrize(("sampler", "package"), [("grid", "pyarrow"), ("tpe", "optuna"), ("qmc", "scipy")])
def test_a_missing_package_is_named(sampler: str, package: str, tmp_path: Path) -> None:
    data = grid() if sampler == "grid" else sampled(sampler, 10)
    words = ["sweep", str(written(data, tmp_path)), "-o", str(tmp_path / "sweep")]
    code = f"import sys\nsys.modules[{package!r}] = None\nfrom xnorsim.cli.app import run\nsys.exit(run({words}))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr == f"xnorsim: the Python package {package} is not installed: pip install 'xnorsim[sweep]'\n"
    assert not (tmp_path / "sweep").exists()
