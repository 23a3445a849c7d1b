"""What is read of a sweep, against its rows one by one."""

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from costmodel.technology_file import technology_path
from tests.xnorsim.sweeps.made import ROWS, SPEC, copied, made
from workloads.errors import InputError
from xnorsim.sweeps.directory import SweepDirectory
from xnorsim.sweeps.reading import Reading

Row = dict[str, Any]


@pytest.fixture(scope="module")
def rows(sweep: SweepDirectory) -> list[Row]:
    found: list[Row] = sweep.table().to_pylist()
    return found


def better(one: Row, other: Row) -> bool:
    """Tell whether a row dominates another: less latency, more utilization."""
    ones, others = ((row["latency_s"], -row["utilization.overall"]) for row in (one, other))
    return (
        one["workload"] == other["workload"]
        and ones != others
        and all(a <= b for a, b in zip(ones, others, strict=True))
    )


def test_the_front_is_what_no_good_row_dominates(sweep: SweepDirectory, rows: list[Row]) -> None:
    good = [row for row in rows if row["status"] == "ok" and row["within_constraints"]]
    expected = {row["row"] for row in good if not any(better(other, row) for other in good)}
    reading = Reading.of(sweep)
    found = reading.rows[reading.front].tolist()
    assert sorted(found) == sorted(expected)
    ordered = [(rows[row]["workload"] != rows[0]["workload"], rows[row]["latency_s"]) for row in found]
    assert ordered == sorted(ordered)
    assert {rows[row]["workload"] for row in found} == {"resnet18 image_size=64", "mnist-tfc"}


def test_every_row_is_counted_once(sweep: SweepDirectory, rows: list[Row]) -> None:
    reading = Reading.of(sweep)
    ok = [row for row in rows if row["status"] == "ok"]
    assert reading.counts == {
        "ok": sum(row["within_constraints"] for row in ok),
        "outside the constraints": sum(not row["within_constraints"] for row in ok),
        "infeasible": sum(row["status"] == "infeasible" for row in rows),
        "failed": 0,
    }
    assert sum(reading.counts.values()) == len(rows) == ROWS
    assert all(count for what, count in reading.counts.items() if what != "failed")
    assert set(reading.others) | set(reading.front) == set(np.flatnonzero(reading.ok))
    assert not set(reading.others) & set(reading.front)


def test_rules_that_differ_in_numbers_are_one(sweep: SweepDirectory, rows: list[Row]) -> None:
    rules = [row["rule"] for row in rows if row["rule"]]
    found = Reading.of(sweep).common_rules(99)
    assert sum(count for count, _ in found) == len(rules)
    assert [count for count, _ in found] == sorted((count for count, _ in found), reverse=True)
    assert all(rule in rules for _, rule in found)
    kinds = {re.sub(r"\d+", "#", rule) for rule in rules}
    assert len(found) == len(kinds) > 1
    assert Reading.of(sweep).common_rules(1) == found[:1]


def test_technologies_compete(tmp_path: Path) -> None:
    folder = shutil.copytree(technology_path("45nm").parent, tmp_path / "technologies")
    spec = {**SPEC, "technologies": ["45nm", str(folder / "45nm.toml")], "workloads": ["mnist-tfc"]}
    reading = Reading.of(made(spec, tmp_path / "sweep"))
    found = reading.table(reading.front)["technology"].to_pylist()
    # The same prices under two names: every design of the front ties with its twin, and both stay.
    assert found.count("45nm") == len(found) / 2 > 0


def test_what_is_shown_of_rows_is_theirs(sweep: SweepDirectory, rows: list[Row]) -> None:
    reading = Reading.of(sweep)
    for row in reading.table(reading.front).to_pylist():
        assert rows[row["row"]] | row == rows[row["row"]]
        assert {"latency_s", "utilization.overall", "energy_pj.on_chip", "area_mm2.total"} <= row.keys()


def test_of_a_sweep_that_has_just_begun_there_is_no_front(sweep: SweepDirectory, tmp_path: Path) -> None:
    begun = copied(sweep, tmp_path / "begun")
    (part,) = begun.parts_folder.iterdir()
    part.unlink()
    with pytest.raises(InputError, match="has no rows yet"):
        Reading.of(begun)
