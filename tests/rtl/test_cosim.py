"""The command line's co-simulation: caches, processes, and what stops it."""

import json
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.rtl.planted import changed_rtl, commands_with, started, write_tiny, xnorsim
from xnorsim.cosimulation.builds import cache_root

pytestmark = pytest.mark.rtl

COSIM = ("cosim", "two.xtrace", "-a", "tiny.toml")

# Half a million cycles on the small array: long enough to be interrupted.
LONG = {
    "schema_version": 1,
    "name": "long",
    "tensors": {
        "x": {"rows": 1000, "elements": 784, "encoding": "bipolar"},
        "w": {"rows": 32, "elements": 784, "encoding": "bipolar"},
        "y": {"rows": 1000, "elements": 32, "encoding": "int16"},
    },
    "operations": [{"type": "matrix_product", "name": "fc", "a": "x", "b": "w", "result": "y"}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_tiny(tmp_path)
    return tmp_path


def fresh_cache(folder: Path) -> Path:
    """Return a cache without builds; Verilator's runtime is there, so that a build takes seconds."""
    cache = folder / "cache"
    cache.mkdir()
    for store in cache_root().glob("runtime-*"):
        shutil.copytree(store, cache / store.name)
    return cache


def contents(cache: Path) -> dict[str, tuple[int, int]]:
    """Return every file of a cache but its locks, with its size and date."""
    files = (path for path in cache.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}


def wait_for(condition: Callable[[], bool], what: str, limit_s: float = 300.0) -> None:
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def test_two_runs_at_once_and_one_behind_them_build_once(folder: Path) -> None:
    cache = fresh_cache(folder)
    # Each with operands of its own: neither can agree by the other's files.
    runs = [started(*COSIM, "--seed", str(seed), folder=folder, XNORSIM_CACHE=cache) for seed in (1, 2)]
    for run in runs:
        out, err = run.communicate(timeout=600)
        assert run.returncode == 0, out + err
        assert "RTL and model agree" in out
    assert len([path for path in cache.iterdir() if path.name.startswith("xnorsim_bench-") and path.is_dir()]) == 1
    before = contents(cache)
    again = xnorsim(*COSIM, folder=folder, XNORSIM_CACHE=cache)
    assert again.returncode == 0, again.stderr
    assert "building" not in again.stderr
    assert contents(cache) == before


@pytest.mark.parametrize(
    ("phase", "sign"),
    [
        ("build", signal.SIGINT),
        ("simulation", signal.SIGINT),
        ("simulation", signal.SIGTERM),
        ("simulation", signal.SIGHUP),
    ],
)
def test_an_interrupt_leaves_no_process_and_no_file_behind(folder: Path, phase: str, sign: signal.Signals) -> None:
    (folder / "long.json").write_text(json.dumps(LONG))
    scratch = folder / "scratch"
    scratch.mkdir()
    cache = fresh_cache(folder) if phase == "build" else cache_root()
    run = started("cosim", "long.json", "-a", "tiny.toml", folder=folder, XNORSIM_CACHE=cache, TMPDIR=scratch)
    command = "cc1plus" if phase == "build" else "xnorsim_bench +words"
    try:
        wait_for(lambda: any(command in running for running in commands_with(str(scratch))), f"no {command}")
        # To the leader alone: a terminal's Ctrl-C reaches no more than its own group, either.
        os.kill(run.pid, sign)
        out, err = run.communicate(timeout=60)
    finally:
        run.kill()
    assert run.returncode == 130, out + err
    assert err.splitlines()[-1] == "xnorsim: interrupted"
    wait_for(lambda: not commands_with(str(scratch)), "a process is left", limit_s=10)
    assert list(scratch.iterdir()) == []
    assert list(cache.glob("building-*")) == [] or phase == "simulation"


def test_a_report_that_cannot_be_written_is_refused_before_anything_runs(folder: Path) -> None:
    for option in ("--junit", "--json"):
        for target in ("", ".", "nothing/found"):
            ended = xnorsim(*COSIM, option, target, folder=folder, PATH=folder)
            assert ended.returncode == 2, ended.stderr
            assert ended.stderr.startswith(f"xnorsim: {option} must" if not target else f"xnorsim: {folder}")


def test_a_tool_that_is_missing(folder: Path) -> None:
    ended = xnorsim(*COSIM, folder=folder, PATH=folder)
    assert ended.returncode == 3
    assert ended.stdout == ""
    assert ended.stderr == (
        "xnorsim: g++ not found: install it (Debian: apt install g++) (xnorsim doctor shows all tools)\n"
    )


def listed(folder: Path, text: str) -> str:
    """Run with a file list of that text and return the line that says what is wrong with it."""
    (folder / "mine.f").write_text(text)
    ended = xnorsim(*COSIM, "--rtl", "mine.f", folder=folder)
    assert ended.returncode == 2, ended.stdout + ended.stderr
    assert ended.stdout == ""
    (line,) = [line for line in ended.stderr.splitlines() if line.startswith("xnorsim: ")]
    assert "Traceback" not in ended.stderr
    return line


def test_a_source_that_is_missing(folder: Path) -> None:
    line = listed(folder, "changed.sv\n")
    assert line.startswith("xnorsim: mine.f: line 1: changed.sv is not there")


def test_a_source_with_a_syntax_error(folder: Path) -> None:
    changed_rtl(folder)
    (folder / "broken.sv").write_text("module broken;\n  assign x = ;\nendmodule\n")
    line = listed(folder, "-f changed/xnorsim.f\nbroken.sv\n")
    assert line.startswith("xnorsim: mine.f: cannot be built: %Error: ")
    assert "broken.sv:2:14: syntax error, unexpected ';'" in line


def test_a_top_module_that_is_missing(folder: Path) -> None:
    changed_rtl(folder)
    line = listed(folder, "changed/src/xnorsim_popcount.sv\n")
    assert "Cannot find file containing module: 'xnorsim_accelerator'" in line


def test_an_included_file_that_is_missing(folder: Path) -> None:
    (folder / "top.sv").write_text('`include "nothing.svh"\nmodule top; endmodule\n')
    line = listed(folder, "top.sv\n")
    assert "nothing.svh" in line
