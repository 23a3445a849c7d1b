"""A sweep has the same rows on any workers, and those are what a run of each by itself says."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from costmodel.technology_file import TECHNOLOGY_DIR
from tests.xnorsim.sweeps.alone import FLOAT_ERROR, alone
from tests.xnorsim.sweeps.small import PART_ROWS, ended, grid, written
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


@pytest.mark.parametrize(
    ("most_mm2", "verify", "said"),
    [
        (1e9, 1, "1 row of the front is what the engine says"),
        (1e-9, 1, "no row was verified: the front is empty"),
        (1e-9, 0, None),
    ],
)
def test_what_is_said_of_few_verified_rows(tmp_path: Path, most_mm2: float, verify: int, said: str | None) -> None:
    path = written(grid(verify=verify, constraints={"area_mm2.total": {"at_most": most_mm2}}), tmp_path)
    code, out, err = ended(16, ["sweep", str(path), "-o", str(tmp_path / "sweep"), "--processes", "1"])
    assert (code, err) == (0, "")
    assert out.splitlines()[2:-1] == ([said] if said else [])


def test_a_technology_without_a_price_is_refused_at_once(tmp_path: Path) -> None:
    for name in ("45nm.toml", "cacti-45nm.csv"):
        (tmp_path / name).write_text((TECHNOLOGY_DIR / name).read_text())
    text = (tmp_path / "45nm.toml").read_text()
    (tmp_path / "cheap.toml").write_text(re.sub(r"\[prices\.adder_32_energy\]\n(.+\n)+", "", text))
    path = written(grid(technologies=["45nm", "cheap.toml"]), tmp_path)
    with pytest.raises(InputError, match=r"no price adder_32_energy in 45nm \(.*cheap.toml\)"):
        sweep(path, directory=tmp_path / "sweep", processes=1)
    assert not (tmp_path / "sweep").exists()


@pytest.mark.parametrize(
    ("others", "message"),
    [
        ({"processes": 0}, "processes must be >= 1, not 0"),
        ({"scheduler": ""}, "--scheduler must be an address"),
    ],
)
def test_workers_that_cannot_be(others: Any, message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        sweep(grid(), **others)
