"""``xnorsim pareto``: what it prints and writes, and one line for each mistake."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest

from tests.xnorsim.sweeps.made import ROWS, SPEC, copied, made
from xnorsim.cli.app import run
from xnorsim.sweeps import front_table, manifest, pareto_page
from xnorsim.sweeps.directory import SweepDirectory
from xnorsim.sweeps.explaining import Explaining
from xnorsim.sweeps.pareto_page import drawn, page
from xnorsim.sweeps.reading import Reading

ROOT = Path(__file__).parents[3]
WORKLOADS = {"resnet18 image_size=64": ["resnet18", "-p", "image_size=64"], "mnist-tfc": ["mnist-tfc"]}


def pareto(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """Run the command and return what it printed."""
    assert run(["pareto", *map(str, arguments)]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def rows_of(sweep: SweepDirectory, status: str) -> list[dict[str, Any]]:
    return [row for row in sweep.table().to_pylist() if row["status"] == status]


def test_the_front_is_printed_and_a_page_written(
    sweep: SweepDirectory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = copied(sweep, tmp_path / "sweep")
    reading = Reading.of(begun)
    printed = pareto(capsys, begun.path)
    counts = reading.counts
    assert f"\n{len(reading.front)} of {ROWS} designs ({counts['ok']} ok, " in printed
    assert f"{counts['infeasible']} infeasible" in printed
    (count, rule), *_ = reading.common_rules(1)
    assert f"{count}  {rule}"[:80] in printed
    table = re.findall(r"^ *(\d+)  ", printed.partition("resnet18")[2].partition("Refused")[0], re.MULTILINE)
    assert [int(row) for row in table] == reading.rows[reading.front].tolist()
    assert "45nm" not in printed, "there is one technology only"
    assert printed.endswith(f"\nThe page: {begun.path / 'pareto.html'}\n")
    assert (begun.path / "pareto.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert sorted(path.name for path in begun.path.iterdir()) == ["manifest.json", "pareto.html", "parts"]


def test_a_row_becomes_an_accelerator_that_runs_as_it_did(
    sweep: SweepDirectory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for row in rows_of(sweep, "ok")[::90]:
        file = tmp_path / f"{row['row']}.toml"
        assert f"Its accelerator: {file}" in pareto(capsys, sweep.path, "--row", str(row["row"]), "--toml", file)
        workload = WORKLOADS[row["workload"]]
        assert run(["run", *workload, "--accelerator", str(file), "--engine", "closed_form", "--json", "-"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["cycles"] == row["cycles"]
        assert found["latency_s"] == row["latency_s"]
        assert found["energy_pj"]["on_chip"] == pytest.approx(row["energy_pj.on_chip"], rel=1e-12)


def test_a_row_that_cannot_be_built_becomes_a_file_too(
    sweep: SweepDirectory, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = rows_of(sweep, "infeasible")[0]
    text = pareto(capsys, sweep.path, "--row", str(row["row"]), "--toml", "-")
    data = tomllib.loads(text)
    assert data["arrays"]["xnor"]["rows"] == data["arrays"]["xnor"]["cols"] == row["arrays.xnor.rows"]
    (tmp_path / "it.toml").write_text(text)
    workload = WORKLOADS[row["workload"]]
    assert run(["run", *workload, "--accelerator", str(tmp_path / "it.toml"), "--engine", "closed_form"]) == 2
    assert row["rule"].split(";")[0].split(" (")[0] in capsys.readouterr().err
    assert row["rule"].split()[0] in pareto(capsys, sweep.path, "--row", str(row["row"]))


def test_a_row_is_shown_with_its_accelerator(sweep: SweepDirectory, capsys: pytest.CaptureFixture[str]) -> None:
    row = rows_of(sweep, "ok")[3]
    printed = pareto(capsys, sweep.path, "--row", str(row["row"]))
    above, _, below = printed.partition("\n\n")
    assert f"Row {row['row']}: {row['workload']} on 45nm\nok\n" in above
    assert any(line.split() == ["port.width_bits", str(row["port.width_bits"])] for line in above.splitlines())
    data = tomllib.loads(below)
    assert data == sweep.accelerator(row["row"]) | {
        "name": f"xnor-int8-row-{row['row']}",
        "description": f"row {row['row']} of a sweep over xnor-int8",
    }


def test_why_prints_moves_and_layers(sweep: SweepDirectory, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = rows_of(sweep, "ok")[0]
    target = tmp_path / "why.html"
    printed = pareto(capsys, sweep.path, "--why", str(row["row"]), "--html", target)
    (reasons,) = Explaining(sweep).reasons([row])
    for move in reasons.moves:
        assert move.axis in printed
        for place, value in enumerate(move.values):
            mark = "*" if place == move.place else ""
            assert any(line.split()[:1] == [f"{mark}{value}"] for line in printed.splitlines())
    most = max(reasons.layers, key=lambda layer: layer.cycles)
    assert any(line.split()[:2] == [most.name, f"{most.cycles:,}"] and most.bound_by in line.split()
               for line in printed.splitlines())  # fmt: skip
    assert f"the port's {row['port.width_bits']} bits a cycle" in printed
    assert target.is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--row", str(ROWS)], f"row must be from 0 to {ROWS - 1}, not {ROWS}"),
        (["--row", "-1"], f"row must be from 0 to {ROWS - 1}, not -1"),
        (["--why", str(ROWS)], f"row must be from 0 to {ROWS - 1}, not {ROWS}"),
        (["--toml", "x.toml"], "--toml needs --row"),
        (["--row", "1", "--why", "1"], "--row shows one row by itself"),
        (["--row", "1", "--html", "x"], "--row shows one row by itself"),
        (["--row", "1", "--toml", "missing/x.toml"], "missing/x.toml: cannot be written"),
        (["--html", "missing/x.html"], "missing/x.html: cannot be written"),
        (["--row", "one"], "Invalid value for '--row'"),
    ],
)
def test_each_mistake_is_one_line_and_exit_2(
    sweep: SweepDirectory, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str],
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert run(["pareto", str(sweep.path), *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("xnorsim: ")
    assert message in line
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_no_sweep(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        assert run(["pareto", str(folder)]) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert str(folder) in line
        assert "manifest.json" in line


def test_why_of_a_row_that_cannot_be_built_is_its_rule(
    sweep: SweepDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    row = rows_of(sweep, "infeasible")[0]
    assert run(["pareto", str(sweep.path), "--why", str(row["row"])]) == 2
    assert capsys.readouterr().err == f"xnorsim: row {row['row']} is infeasible: {row['rule']}\n"


def test_nothing_on_the_front(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = {**SPEC, "constraints": {"area_mm2.total": {"at_most": 0.001}}, "workloads": ["mnist-tfc"]}
    sweep = made(spec, tmp_path / "sweep")
    assert run(["pareto", str(sweep.path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "no design is on the front: 384 designs (0 ok, " in line
    assert not (sweep.path / "pareto.html").exists()


def test_a_workload_that_has_changed_is_not_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trace = tmp_path / "one-layer.json"
    tensors = {name: {"rows": rows, "elements": 64, "encoding": "bipolar"} for name, rows in (("x", 16), ("w", 64))}
    tensors["y"] = {"rows": 16, "elements": 64, "encoding": "int32"}
    product = {"type": "matrix_product", "name": "fc", "a": "x", "b": "w", "result": "y"}
    data = {"schema_version": 1, "name": "one-layer", "tensors": tensors, "operations": [product]}
    text = json.dumps(data)
    trace.write_text(text)
    sweep = made({**SPEC, "workloads": [str(trace)]}, tmp_path / "sweep")
    row = str(rows_of(sweep, "ok")[0]["row"])
    assert run(["pareto", str(sweep.path), "--why", row]) == 0
    trace.write_text(text.replace('"rows": 16', '"rows": 17'))
    capsys.readouterr()
    assert run(["pareto", str(sweep.path), "--why", row]) == 2
    changed = "a workload or a technology has changed since the sweep was made"
    assert changed in capsys.readouterr().err
    assert f"The page says of no design why it is as it is: {sweep.path}: {changed}" in pareto(capsys, sweep.path)


def test_numbers_that_are_found_no_more_are_not_explained(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = made({**SPEC, "workloads": ["mnist-tfc"]}, tmp_path / "sweep")
    row = rows_of(sweep, "ok")[0]["row"]
    table = sweep.part(0)
    place = table.column_names.index("latency_s")
    sweep.write_table(0, table.set_column(place, "latency_s", pc.add(table["latency_s"], 1.0)))
    assert run(["pareto", str(sweep.path), "--why", str(row)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert f"latency_s of row {row} is " in line
    assert "the sweep was made by another xnorsim" in line


def test_of_a_long_front_some_are_printed(
    sweep: SweepDirectory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(front_table, "MOST_ROWS", 3)
    front_table.print_front(Reading.of(sweep))
    printed = capsys.readouterr().out
    table = re.findall(r"^ *(\d+)  ", printed.partition("resnet18")[2].partition("Refused")[0], re.MULTILINE)
    reading = Reading.of(sweep)
    front = reading.rows[reading.front].tolist()
    assert len(table) == 6, "three of each network"
    assert (int(table[0]), int(table[-1])) == (front[0], front[-1])
    more = re.findall(r"^(\d+) more lie between these", printed, re.MULTILINE)
    assert sum(map(int, more)) == len(front) - 6


def test_a_sweep_that_still_runs_is_read_as_far_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("LEAST_PART_ROWS", "MOST_PART_ROWS"):
        monkeypatch.setattr(manifest, name, 100)
    sweep = made({**SPEC, "workloads": ["mnist-tfc"]}, tmp_path / "sweep")
    assert sweep.there() == [0, 1, 2, 3]
    (sweep.parts_folder / "part-000001.parquet").unlink()
    assert "\n100 more are not there yet: the sweep has not come to its end.\n" in pareto(capsys, sweep.path)
    rows = Reading.of(sweep).rows.tolist()
    assert rows == [*range(100), *range(200, 384)]
    assert Reading.of(sweep).place_of(383) == 283
    assert run(["pareto", str(sweep.path), "--row", "150"]) == 2
    assert "row 150 is not there yet" in capsys.readouterr().err


def test_of_many_designs_some_are_drawn_and_all_of_the_front(
    sweep: SweepDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = Reading.of(sweep)
    monkeypatch.setattr(pareto_page, "MOST_OTHERS", 20)
    chosen = next(int(reading.rows[place]) for place in reading.others if place not in drawn(reading, None))
    for row, count in ((None, 20), (chosen, 21)):
        places = drawn(reading, row).tolist()
        assert places[: len(reading.front)] == reading.front.tolist()
        assert len(places) == len(set(places)) == len(reading.front) + count
    assert reading.place_of(chosen) in drawn(reading, chosen)
    text = page(reading, [], None, "").decode()
    assert f"The front is drawn whole; of the {len(reading.others):,} other designs 20 are, picked at random." in text


@pytest.mark.parametrize(("module", "package"), [("pyarrow", "pyarrow"), ("plotly", "plotly"), ("tomli_w", "tomli-w")])
def test_without_a_package_of_the_extra_it_says_how_to_get_it(
    sweep: SweepDirectory, module: str, package: str, tmp_path: Path
) -> None:
    code = f"import sys; sys.modules[{module!r}] = None; from xnorsim.cli.app import run; sys.exit(run(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "pareto", str(sweep.path), "--html", str(tmp_path / "page.html")]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 3
    assert ended.stderr == f"xnorsim: the Python package {package} is not installed: pip install 'xnorsim[sweep]'\n"
