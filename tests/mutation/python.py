"""Run the tests of engine and closed form on mutants of them: `make mutate-python`.

Each mutant has a process of its own, forked before anything of the project is imported.
"""

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import signal
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import NoReturn

import hypothesis
import pytest

from tests.mutation import python_mutants
from tests.mutation.journal import FOLDER, Journal, digest
from tests.mutation.mutant import SURVIVED, Mutant
from tests.mutation.report import ROOT, Result, finish, versions

SOURCES = (
    "simulator/engine/*.py", "simulator/closed_form/[bkp]*.py", "simulator/tiling.py", "simulator/layout.py",
)  # fmt: skip
"""The closed form without what compiles it: mutants are interpreted."""
TESTS = ("test_closed_form.py", "test_max_plus.py", "test_engine.py", "test_pooling.py", "test_counts.py")
LEFT_OUT = "machine_code or without_numba or be_kept or order_and_repetition or broadcast_columns"
"""Tests that hold the closed form against itself only, or against what is compiled."""
SAMPLE = 200
SEED = 1
LONGEST_S = 45
"""CPU time after which a mutant counts as endless; the tests take about 20 s."""
MOST_BYTES = 4 << 30


class MutantFinder(importlib.abc.MetaPathFinder):
    """Import one module from other code than its source."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self._name = name
        self._path = path
        self._code = compile(tree, str(path), "exec")

    def find_spec(self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None) -> ModuleSpec | None:
        """Return the module's specification, or leave any other module to the next finder."""
        if name != self._name:
            return None
        loader = _Loader(name, str(self._path))
        loader.code = self._code
        return importlib.util.spec_from_file_location(name, self._path, loader=loader)


class _Loader(importlib.machinery.SourceFileLoader):
    code: CodeType

    def get_code(self, _fullname: str) -> CodeType:
        return self.code


class _FirstFailure:
    """Tell the first test that fails."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            os.write(self._pipe, report.nodeid.encode())

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            os.write(self._pipe, b"import")


def run(file: str, number: int | None) -> str:
    """Run the tests on a mutant of a file, or on the file as it is; return what killed it.

    Errors: RuntimeError if the tests end without a failure and without passing: then nothing is known.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _test(file, number, writer)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    if told:
        return told.partition("::")[2].partition("[")[0] or told
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU:
        return "time"
    if status != 0:
        raise RuntimeError(f"{file}, mutant {number}: pytest ended with status {status} and no failing test")
    return SURVIVED


def _test(file: str, number: int | None, writer: int) -> NoReturn:
    """Run the tests in this process and leave it."""
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST_S, LONGEST_S + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    if number is not None:
        path = ROOT / file
        name = ".".join(Path(file).with_suffix("").parts).removesuffix(".__init__")
        sys.meta_path.insert(0, MutantFinder(name, path, python_mutants.mutated(path, number)))
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    # Nothing is shrunk: a failing example is enough.
    arguments = ["-x", "-q", "-m", "not slow", "--assert=plain", "-p", "no:cacheprovider"]
    arguments.append("--hypothesis-profile=mutation")
    arguments += ["-k", f"not ({LEFT_OUT})"]
    code = 3
    try:
        code = int(pytest.main([*arguments, *(f"tests/simulator/{name}" for name in TESTS)], [_FirstFailure(writer)]))
    finally:
        os._exit(code)


def _prepare() -> None:
    """Import what all mutants share, and nothing of the project."""
    for name in ("numpy", "pandas", "pydantic", "simpy"):
        importlib.import_module(name)
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    settings = hypothesis.settings(deadline=None, derandomize=True, max_examples=100, database=None, phases=phases)
    hypothesis.settings.register_profile("mutation", settings)
    mutable = [name for name in sys.modules if name.partition(".")[0] in ("simulator", "workloads")]
    if mutable:
        raise RuntimeError(f"imported before the mutants: {mutable}")


def _sample() -> list[tuple[str, int, Mutant]]:
    """Draw mutants: those whose digests come first, which other mutants do not change."""
    files = [str(path.relative_to(ROOT)) for pattern in SOURCES for path in sorted(ROOT.glob(pattern))]
    every = [(file, *pair) for file in files for pair in enumerate(python_mutants.mutants(ROOT / file, file))]
    return sorted(every, key=lambda place: digest([str(SEED).encode(), place[2].key.encode()]))[:SAMPLE]


def _texts() -> Iterable[bytes]:
    """Yield everything that the outcomes depend on."""
    for pattern in ("simulator/**/*.py", "workloads/**/*.py", "tests/*.py", "tests/simulator/*.py", "docs/micro*.md"):
        yield from (path.read_bytes() for path in sorted(ROOT.glob(pattern)))


def main() -> int:
    """Run the sample, write its section of the page, return the exit code."""
    started = time.monotonic()
    os.chdir(ROOT)
    _prepare()
    if run("simulator/closed_form/__init__.py", None) != SURVIVED:
        raise RuntimeError("a test fails without any mutant")
    sample, journal = _sample(), Journal(FOLDER / f"python-{digest(_texts())}.txt")
    known = journal.read()
    left = [(file, number) for file, number, _ in sample if f"{file}:{number}" not in known]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        runs = {pool.submit(run, file, number): f"{file}:{number}" for file, number in left}
        for count, done in enumerate(as_completed(runs), start=1):
            journal.add(runs[done], done.result())
            sys.stdout.write(f"\r{count} of {len(left)}")
            sys.stdout.flush()
    outcomes = journal.read()
    results = [Result(mutant, outcomes[f"{file}:{number}"]) for file, number, mutant in sample]
    seconds = time.monotonic() - started
    facts = (
        f"`make mutate-python`, seed {SEED}: {SAMPLE} mutants drawn from all that the sources have; "
        f"{len(left)} run in {seconds / 60:.0f} minutes. {versions('pytest', 'hypothesis', 'numpy', 'simpy')}."
    )
    return finish("python", facts, results)


if __name__ == "__main__":
    sys.exit(main())
