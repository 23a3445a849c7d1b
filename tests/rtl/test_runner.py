"""Building once, and running tests that were really run."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from workloads.errors import InputError
from xnorsim.cosimulation import builds
from xnorsim.cosimulation.builds import Build, Design, build, build_key, cache_root
from xnorsim.cosimulation.errors import BuildError, CosimulationError
from xnorsim.cosimulation.runner import run_bench
from xnorsim.cosimulation.toolchain import Simulation, find_simulation

pytestmark = pytest.mark.rtl

DATA = Path(__file__).parent / "data"
ROOT = Path(__file__).parents[2]
BENCH = "tests.rtl.data.tiny_bench"
TINY = Design("tiny", (DATA / "tiny.sv",), {"Width": 4})

BUILD_TINY = """
from tests.rtl.test_runner import TINY
from xnorsim.cosimulation.builds import build
print(build(TINY).folder)
"""

RUN_TINY = """
from pathlib import Path
from xnorsim.cosimulation.builds import Build
from xnorsim.cosimulation.runner import run_bench
build = Build("tiny", Path({folder!r}))
print(run_bench(build, "tests.rtl.data.tiny_bench", Path({work_dir!r}), seed=1, test_filter="tiny_bench.counts$"))
"""


def build_folders(root: Path) -> list[Path]:
    """Return the folders of a cache, without that of Verilator's runtime."""
    return [path for path in root.iterdir() if path.is_dir() and not path.name.startswith("runtime-")]


@pytest.fixture(scope="module")
def tiny() -> Build:
    return build(TINY)


def test_tests_that_pass_are_counted(tiny: Build, tmp_path: Path) -> None:
    assert run_bench(tiny, BENCH, tmp_path, seed=1, test_filter=r"\.counts$") == 1


def test_a_filter_that_matches_nothing_fails(tiny: Build, tmp_path: Path) -> None:
    with pytest.raises(CosimulationError, match="ran no test"):
        run_bench(tiny, BENCH, tmp_path, seed=1, test_filter="no_such_test")


def test_a_module_that_is_missing_fails(tiny: Build, tmp_path: Path) -> None:
    with pytest.raises(CosimulationError, match="no_such_module"):
        run_bench(tiny, "tests.rtl.data.no_such_module", tmp_path, seed=1)


def test_a_failure_says_why_and_how_to_repeat_it(tiny: Build, tmp_path: Path) -> None:
    with pytest.raises(CosimulationError) as caught:
        run_bench(tiny, BENCH, tmp_path, seed=7, test_filter="counts_wrongly")
    lines = str(caught.value).splitlines()
    assert lines[0] == f"{BENCH} on tiny (seed 7) failed: counts_wrongly: a count that four bits cannot hold"
    assert lines[-1] == f"repeat with: {sys.executable} -m xnorsim.cosimulation.runner {tmp_path / 'run.json'}"


def test_a_run_is_repeated_from_its_file(tiny: Build, tmp_path: Path) -> None:
    run_bench(tiny, BENCH, tmp_path, seed=1, test_filter=r"\.counts$")
    command = [sys.executable, "-m", "xnorsim.cosimulation.runner", str(tmp_path / "run.json")]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert ended.stdout == "1 tests passed\n"


def test_a_simulator_that_dies_is_a_failure(tiny: Build, tmp_path: Path) -> None:
    with pytest.raises(CosimulationError, match="asked to die"):
        run_bench(tiny, BENCH, tmp_path, seed=1, plusargs=["+die"], test_filter=r"\.counts$")


def test_the_caller_s_environment_does_not_choose_the_tests(
    tiny: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COCOTB_TEST_FILTER", "no_such_test")
    monkeypatch.setenv("WAVES", "1")
    assert run_bench(tiny, BENCH, tmp_path, seed=1, test_filter=r"\.counts$") == 1


def test_what_lies_beside_a_script_is_not_taken_for_a_module_of_the_simulator(tiny: Build, tmp_path: Path) -> None:
    (tmp_path / "cocotb.py").write_text("raise SystemExit('imported')\n")
    (tmp_path / "script.py").write_text(RUN_TINY.format(folder=str(tiny.folder), work_dir=str(tmp_path / "run")))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(tmp_path / "script.py")]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ended.stdout == "1\n", ended.stderr


def test_a_second_build_builds_nothing(tiny: Build) -> None:
    before = (tiny.folder / "tiny").stat()
    again = build(TINY)
    after = (again.folder / "tiny").stat()
    assert again == tiny
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_sources_parameters_and_flags_have_builds_of_their_own(tmp_path: Path) -> None:
    copy = tmp_path / "tiny.sv"
    copy.write_text((DATA / "tiny.sv").read_text())
    changed = tmp_path / "changed" / "tiny.sv"
    changed.parent.mkdir()
    changed.write_text((DATA / "tiny.sv").read_text().replace("1'b1", "1'b0"))
    tools = find_simulation()
    key = build_key(TINY, tools)
    others = [
        replace(TINY, sources=(changed,)),
        replace(TINY, parameters={"Width": 5}),
        replace(TINY, flags=("--assert",)),
    ]
    assert build_key(replace(TINY, sources=(copy,)), tools) == key
    assert len({key, *(build_key(other, tools) for other in others)}) == 4


def test_a_build_that_reuses_the_runtime_works(tiny: Build, tmp_path: Path) -> None:
    wider = build(replace(TINY, parameters={"Width": 3}))
    assert wider.folder != tiny.folder
    assert run_bench(wider, BENCH, tmp_path, seed=1, test_filter=r"\.counts$") == 1


def stand_in_for_verilator(monkeypatch: pytest.MonkeyPatch, then: Callable[[], object]) -> None:
    """Have every build make an empty executable, and do something else meanwhile."""

    def run(design: Design, tools: Simulation, scratch: Path, log: Path) -> int:
        del tools, log
        (scratch / "objects" / design.top).touch()
        then()
        return 0

    monkeypatch.setattr(builds, "_run_verilator", run)


def test_a_source_that_changes_during_the_build_leaves_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XNORSIM_CACHE", str(tmp_path / "cache"))
    source = tmp_path / "tiny.sv"
    source.write_text("module tiny; endmodule\n")
    stand_in_for_verilator(monkeypatch, lambda: source.write_text("module tiny; wire a; endmodule\n"))
    with pytest.raises(BuildError, match="tiny: a source has changed") as caught:
        build(Design("tiny", (source,)))
    assert caught.value.complaint == "a source has changed during the build: run it again"
    assert build_folders(cache_root()) == []
    assert build(Design("tiny", (source,))).folder.is_dir()


def test_what_is_not_used_goes_and_what_is_used_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XNORSIM_CACHE", str(tmp_path))
    stand_in_for_verilator(monkeypatch, lambda: None)
    unused, used = (build(replace(TINY, parameters={"Width": width})) for width in (1, 2))
    for path in tmp_path.iterdir():
        os.utime(path, (0, 0))
    assert build(replace(TINY, parameters={"Width": 2})) == used
    made = build(replace(TINY, parameters={"Width": 3}))
    assert not unused.folder.exists()
    assert sorted(build_folders(tmp_path)) == sorted([used.folder, made.folder])


def test_a_cache_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XNORSIM_CACHE", str(tmp_path / "file"))
    rule = f"the builds in {tmp_path / 'file'} cannot be written: File exists; XNORSIM_CACHE sets another folder"
    with pytest.raises(InputError, match=rule):
        build(TINY)


def test_a_design_that_verilator_refuses_leaves_no_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XNORSIM_CACHE", str(tmp_path / "cache"))
    broken = tmp_path / "tiny.sv"
    broken.write_text("module tiny; assign nothing = 1; endmodule\n")
    with pytest.raises(CosimulationError, match="nothing"):
        build(Design("tiny", (broken,)))
    assert build_folders(cache_root()) == []


def test_two_concurrent_builds_leave_one_whole_build(tmp_path: Path) -> None:
    environment = {**os.environ, "XNORSIM_CACHE": str(tmp_path)}
    command = [sys.executable, "-c", BUILD_TINY]
    running = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    folders = {process.communicate()[0].strip() for process in running}
    assert [process.returncode for process in running] == [0, 0]
    (folder,) = folders
    assert [path.name for path in Path(folder).iterdir()] == ["tiny"]
    assert build_folders(tmp_path) == [Path(folder)]
