"""Run cocotb tests on a build, and see to it that they were run."""

import argparse
import json
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from xnorsim.cosimulation.builds import Build
from xnorsim.cosimulation.cocotb_step import run_step
from xnorsim.cosimulation.errors import failure
from xnorsim.cosimulation.toolchain import find_simulation

RUN_FILE = "run.json"
LOG_FILE = "run.log"
RESULTS_FILE = "results.xml"


@dataclass(frozen=True)
class Bench:
    """One call of the simulator: which tests on which build, with which plusargs, environment and seed."""

    top: str
    folder: str
    test_module: str
    seed: int
    plusargs: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    test_filter: str | None = None
    waves: bool = False


def run_bench(
    build: Build,
    test_module: str,
    work_dir: Path,
    *,
    seed: int,
    plusargs: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    test_filter: str | None = None,
    waves: bool = False,
    watch: Callable[[], None] = lambda: None,
) -> int:
    """Run the tests of a module on a build and return how many passed.

    ``work_dir`` receives the log, the results and a file that repeats the run. ``watch`` is called all along; what it
    raises ends the run.
    Errors: CosimulationError if a test fails, if the simulator ends early, or if no test was run.
    """
    settings = dict(environment or {})
    bench = Bench(
        build.top, str(build.folder), test_module, seed, tuple(plusargs), settings, test_filter, waves
    )  # fmt: skip
    work_dir = work_dir.absolute()
    work_dir.mkdir(parents=True, exist_ok=True)
    (work_dir / RUN_FILE).write_text(json.dumps(asdict(bench), indent=2) + "\n")
    return _run(bench, work_dir, watch)


def _run(bench: Bench, work_dir: Path, watch: Callable[[], None] = lambda: None) -> int:
    """Call the simulator and judge it by its results file."""
    log, results = work_dir / LOG_FILE, work_dir / RESULTS_FILE
    repeat = (sys.executable, "-m", "xnorsim.cosimulation.runner", str(work_dir / RUN_FILE))
    what = f"{bench.test_module} on {bench.top} (seed {bench.seed})"
    results.unlink(missing_ok=True)
    environment = {**bench.environment, **find_simulation().libpython.environment}
    code = run_step("test", _arguments(bench, work_dir), environment, work_dir, log, watch)
    passed, failures = _read_results(results)
    if failures:
        raise failure(f"{what} failed: {failures[0]}", log, repeat)
    if code != 0:
        raise failure(f"{what} ended early: exit code {code}", log, repeat)
    if passed == 0:
        raise failure(f"{what} ran no test", log, repeat)
    return passed


def _arguments(bench: Bench, work_dir: Path) -> dict[str, object]:
    """Return what the cocotb runner's test step is called with."""
    return {
        "test_module": bench.test_module,
        "hdl_toplevel": bench.top,
        "hdl_toplevel_lang": "verilog",
        "build_dir": bench.folder,
        "test_dir": str(work_dir),
        "results_xml": str(work_dir / RESULTS_FILE),
        "seed": bench.seed,
        # Registers without reset start at random, so that nothing can depend on them.
        "plusargs": [*bench.plusargs, f"+verilator+seed+{bench.seed}", "+verilator+rand+reset+2"],
        "test_filter": bench.test_filter,
        "waves": bench.waves,
    }


def _read_results(results: Path) -> tuple[int, list[str]]:
    """Return the number of tests that passed and a line for each one that failed.

    A test that was skipped, and a filter that matches nothing, leave nothing that passed.
    """
    if not results.is_file():
        return 0, []
    cases = list(ET.parse(results).getroot().iter("testcase"))
    failures = [_failure_line(case) for case in cases if _broken(case) is not None]
    skipped = sum(case.find("skipped") is not None for case in cases)
    return len(cases) - len(failures) - skipped, failures


def _broken(case: ET.Element) -> ET.Element | None:
    """Return the failure or the error of a test case."""
    found = case.find("failure")
    return case.find("error") if found is None else found


def _failure_line(case: ET.Element) -> str:
    """Return the name of a test and the first line of its message."""
    found = _broken(case)
    message = "" if found is None else found.get("message", "")
    return f"{case.get('name')}: {message.partition(chr(10))[0]}"


def main() -> None:
    """Repeat a run from the file that it left behind."""
    parser = argparse.ArgumentParser(description="Repeat a run from the file that it left behind.")
    parser.add_argument("run_file", type=Path)
    path: Path = parser.parse_args().run_file.absolute()
    passed = _run(Bench(**json.loads(path.read_text())), path.parent)
    sys.stdout.write(f"{passed} tests passed\n")


if __name__ == "__main__":
    main()
