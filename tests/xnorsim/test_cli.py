"""The command line: exit codes, one clear line for each mistake, nothing half-written."""

import json
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from simulator.accelerator_file import PRESET_DIR
from tests.traces import one_product, two_layers
from tests.xnorsim.sweeps.small import grid, written
from workloads.trace_file import write_trace
from xnorsim.cli.app import run

PRESET = (PRESET_DIR / "xnor-8x8x64.toml").read_text(encoding="utf-8")


@pytest.fixture
def trace(tmp_path: Path) -> str:
    """Return a small trace's file."""
    write_trace(two_layers(), tmp_path / "two.xtrace")
    return str(tmp_path / "two.xtrace")


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what went to stderr, after seeing that nothing went to stdout."""
    out, err = capsys.readouterr()
    assert out == ""
    return err.splitlines()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "nope"], "workload must be a file or one of mnist-tfc, mnist-cnv, resnet18, pvtv2-b0, "),
        (["run", "nope"], "ecoformer-twins-svt-s, not 'nope'"),
        (["run", "mnist-tfc", "-a", "nope"], "accelerator must be a file or one of "),
        (["run", "mnist-tfc", "-t", "nope"], "technology must be a file or one of 45nm, not 'nope'"),
        (["run", "mnist-tfc", "-p", "images"], "--parameter must be key=value, not 'images'"),
        (["run", "mnist-tfc", "-p", "images=0"], "mnist-tfc: images must be an integer from 1 to 1000, not '0'"),
        (["run", "mnist-tfc", "-p", "images=-5"], "mnist-tfc: images must be an integer from 1 to 1000, not '-5'"),
        (["run", "mnist-tfc", "-p", "images=x"], "mnist-tfc: images must be an integer from 1 to 1000, not 'x'"),
        (["run", "mnist-tfc", "-p", "images=1", "-p", "images=2"], "--parameter must name each key once, not 'images'"),
        (["run", "mnist-tfc", "-p", "colour=red"], "mnist-tfc: parameter must be one of images, not 'colour'"),
        (["show", "workload", "nope"], "workload must be a file or one of mnist-tfc, mnist-cnv, resnet18, pvtv2-b0, "),
        (["show", "technology", "nope"], "technology must be a file or one of 45nm, not 'nope'"),
        (["show", "accelerator", "xnor-8x8x64", "-p", "images=1"], "--parameter belongs to workloads"),
        (["run", "mnist-tfc", "-p", "images=1_0"], "mnist-tfc: images must be an integer from 1 to 1000, not '1_0'"),
        (["run", "mnist-tfc", "--json", ""], "--json must name a file"),
        (["run"], "Missing argument"),
        (["run", "mnist-tfc", "--engin"], "No such option"),
        (["frobnicate"], "No such command 'frobnicate'"),
    ],
)
def test_each_mistake_is_one_line_and_exit_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    (line,) = lines(capsys)
    assert line.startswith("xnorsim: ")
    assert message in line


def test_a_wrong_accelerator_file_is_named(trace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tiny.toml").write_text(PRESET.replace("rows = 8", "rows = 0"))
    assert run(["run", trace, "-a", str(tmp_path / "tiny.toml")]) == 2
    assert lines(capsys) == [f"xnorsim: arrays.xnor.rows must be >= 1, not 0 ({tmp_path / 'tiny.toml'})"]


def test_an_operation_that_no_array_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_trace(one_product(2, 3, 4, "int9", "int8"), tmp_path / "int9.xtrace")
    assert run(["run", str(tmp_path / "int9.xtrace")]) == 2
    (line,) = lines(capsys)
    assert "layer product: no array of xnor-16x16x64 holds int9 x int8" in line


def test_a_file_has_no_parameters(trace: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", trace, "-p", "images=3"]) == 2
    assert "a trace file has no parameters, not images" in lines(capsys)[0]


@pytest.mark.parametrize("target", ["missing/out.json", "."])
def test_unwritable_output_leaves_nothing(
    trace: str, target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert run(["run", trace, "--json", str(tmp_path / target)]) == 2
    assert "cannot be written" in lines(capsys)[0]
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "command",
    [["run"], ["run", "mnist-tfc", "-a"], ["run", "mnist-tfc", "--json"], ["sweep", "SPEC", "-o"], ["pareto"]],
    ids=" ".join,
)
def test_a_path_that_cannot_even_be_asked_for(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = written(grid(), tmp_path)
    words = [str(spec) if word == "SPEC" else word for word in command]
    assert run([*words, str(tmp_path / ("long" * 100))]) == 2
    (line,) = lines(capsys)
    assert "File name too long" in line
    assert list(tmp_path.iterdir()) == [spec]


def test_json_to_a_file_prints_the_page_too(trace: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", trace, "--json", str(tmp_path / "out.json")]) == 0
    assert "two-layers on xnor-16x16x64" in capsys.readouterr().out
    assert json.loads((tmp_path / "out.json").read_text())["workload"] == "two-layers"


def test_json_to_stdout_is_all_there_is(trace: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", trace, "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["workload"] == "two-layers"


@pytest.mark.parametrize("kinds", ["workloads", "accelerators", "technologies"])
def test_everything_listed_can_be_shown(kinds: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["list", kinds]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines() if not line.startswith(" ")]
    kind = {"workloads": "workload", "accelerators": "accelerator", "technologies": "technology"}[kinds]
    assert names
    for name in names:
        assert run(["show", kind, name]) == 0
        assert name in capsys.readouterr().out


def test_no_arguments_print_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    assert "run" in capsys.readouterr().out


def test_interrupted(monkeypatch: pytest.MonkeyPatch, trace: str, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("xnorsim.cli.run.simulate", interrupt)
    assert run(["run", trace]) == 130
    assert lines(capsys) == ["xnorsim: interrupted"]


@pytest.mark.parametrize(
    "arguments", [["run", "TRACE"], ["run", "TRACE", "--json", "-"], ["list", "workloads"], ["--help"]]
)
@pytest.mark.parametrize(
    ("redirection", "code", "message"),
    [
        ("| head -c 1 > /dev/null; exit ${PIPESTATUS[0]}", 0, ""),
        ("> /dev/full", 2, "xnorsim: standard output: cannot be written: No space left on device\n"),
        (">&-", 2, "xnorsim: standard output is closed\n"),
    ],
    ids=["pipe", "full", "closed"],
)
def test_output_that_cannot_be_written(
    trace: str, arguments: list[str], redirection: str, code: int, message: str
) -> None:
    words = [sys.executable, "-m", "xnorsim", *(trace if word == "TRACE" else word for word in arguments)]
    command = f"{shlex.join(words)} {redirection}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (code, message)


def test_brackets_in_names_are_printed_as_they_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trace = replace(two_layers(), name="[/x]", description="weights [bold] in [1]")
    write_trace(trace, tmp_path / "b.xtrace")
    for command in (["run", str(tmp_path / "b.xtrace")], ["show", "workload", str(tmp_path / "b.xtrace")]):
        assert run(command) == 0
        out = capsys.readouterr().out
        assert "[/x]" in out
        assert "weights [bold] in [1]" in out


def test_a_line_break_in_a_name_does_not_break_the_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trace = one_product(2, 3, 4, "int9", "int8")
    named = replace(trace, operations=(replace(trace.matrix_products[0], name="two\nlines"),))
    write_trace(named, tmp_path / "n.xtrace")
    assert run(["run", str(tmp_path / "n.xtrace")]) == 2
    (line,) = lines(capsys)
    assert "layer two lines: no array" in line


def test_the_version_is_the_package_s() -> None:
    from importlib.metadata import version

    import xnorsim

    assert xnorsim.__version__ == version("xnorsim")
