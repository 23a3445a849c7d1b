"""Run the tests of engine and closed form on their mutants."""

import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import CodeType, ModuleType

import hypothesis
import pytest

from tests.mutation.python_mutants import Fault, faults

ROOT = Path(__file__).parents[2]
TESTS = ("test_engine.py", "test_max_plus.py", "test_closed_form.py", "test_counts.py")


class MutantFinder(importlib.abc.MetaPathFinder):
    """Import one module from a mutant of its source."""

    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        self._name = name
        self._loader = _Loader(name, str(path), code)

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None):
        if name != self._name:
            return None
        return importlib.util.spec_from_file_location(name, self._loader.path, loader=self._loader)


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, code: CodeType) -> None:
        super().__init__(name, path)
        self._code = code

    def get_code(self, fullname: str) -> CodeType:
        return self._code


class _FirstFailure:
    """Write down the first test that fails."""

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            os.write(self._pipe, report.nodeid.encode())

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            os.write(self._pipe, b"import")


def run(fault: Fault | None, cpu_s: int) -> str:
    """Run the tests on a mutant; return what killed it, or nothing."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _test(fault, writer, cpu_s)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    if told:
        return told.partition("::")[2].partition("[")[0] or told
    if os.WIFSIGNALED(status):
        return "time"
    return "" if os.WEXITSTATUS(status) == 0 else f"exit {os.WEXITSTATUS(status)}"


def _test(fault: Fault | None, writer: int, cpu_s: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    if fault is not None:
        path = ROOT / fault.mutant.file
        name = ".".join(Path(fault.mutant.file).with_suffix("").parts).removesuffix(".__init__")
        sys.meta_path.insert(0, MutantFinder(name, path, compile(fault.tree, str(path), "exec")))
    arguments = ["-x", "-q", "--assert=plain", "-m", "not slow", "-p", "no:cacheprovider", "--hypothesis-profile=mutation"]
    files = [str(ROOT / "tests/simulator" / name) for name in TESTS]
    code = 3
    try:
        code = int(pytest.main([*arguments, *files], plugins=[_FirstFailure(writer)]))
    except BaseException:
        import traceback; traceback.print_exc()
    finally:
        sys.stderr.flush(); sys.stdout.flush()
        os._exit(code)


def _one(fault: Fault) -> str:
    return run(fault, 90)


def main() -> None:
    import collections, time, hashlib, glob
    hypothesis.settings.register_profile(
        "mutation", deadline=None, derandomize=True, max_examples=100, database=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
    )
    import numpy, simpy, pandas, pydantic  # noqa
    assert not any(name.startswith(("simulator", "workloads")) for name in sys.modules)
    os.chdir(ROOT)
    t = time.time()
    print(repr(run(None, 600)), time.time() - t)
    files = [f for a in sys.argv[2:] for f in sorted(glob.glob(a))]
    keep = int(sys.argv[1])
    todo = [fault for f in files for fault in faults(ROOT / f, f)
            if int(hashlib.sha256(repr((f, fault.mutant.code, fault.mutant.change)).encode()).hexdigest(), 16) % keep == 0]
    print(len(todo), flush=True)
    t = time.time()
    with ProcessPoolExecutor(2) as pool:
        results = []
        for fault, outcome in zip(todo, pool.map(_one, todo)):
            results.append((fault.mutant, outcome))
            print(outcome or "SURVIVED", fault.mutant, flush=True)
    print(time.time() - t, collections.Counter(r for _, r in results))
    c = collections.Counter((m.file, bool(r)) for m, r in results)
    print(c)
    for m, r in results:
        if not r:
            print(f"{m.file}:{m.line}: {m.code}\n      {m.change}")


if __name__ == "__main__":
    main()
