"""Check the RTL without running it: Verilator's and Verible's lint, and elaboration by Yosys."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import rtl
from xnorsim.cosimulation.errors import ToolMissingError
from xnorsim.cosimulation.jobs import BENCH_TOP, bench_design
from xnorsim.cosimulation.toolchain import Tool, find_verible, find_verilator, find_yosys

TOP = "xnorsim_accelerator"

_NAMES = (
    "Rows",
    "Cols",
    "Lanes",
    "AccumulatorBits",
    "PortBits",
    "ScratchpadWordsA",
    "ScratchpadWordsB",
    "ResultTiles",
)

# One line an accelerator, with an OR-pool, in the order of _NAMES: the bounds of the legal ranges, and sizes that are
# no power of two.
# 64 rows or columns stand for 256: the skew is quadratic in them, and Verilator takes a minute for 256.
CORNERS = (
    (1, 1, 1, 8, 8, 1, 1, 2),
    (2, 2, 4, 8, 8, 8, 8, 5),
    (3, 2, 3, 8, 8, 12, 8, 5),
    (4, 2, 8, 16, 4096, 16, 8, 8),
    (7, 5, 33, 24, 64, 35, 25, 3),
    (64, 1, 1, 16, 64, 64, 1, 5),
    (1, 64, 1, 16, 64, 1, 64, 5),
    (2, 2, 1024, 32, 256, 8, 8, 5),
    (16, 16, 64, 32, 128, 256, 256, 5),
)

# Weight stationary, with the rows of a place in front: one place of one row; the least of B; places of far more and of
# far fewer rows than the array.
WEIGHT_STATIONARY_CORNERS = (
    (1, 1, 1, 1, 8, 8, 1, 1, 2),
    (2, 2, 2, 4, 8, 8, 8, 8, 5),
    (5, 3, 2, 3, 8, 8, 12, 3, 5),
    (16, 4, 2, 8, 16, 4096, 16, 32, 8),
    (3, 7, 5, 33, 24, 64, 35, 56, 3),
    (2, 64, 1, 1, 16, 64, 64, 64, 5),
    (100, 1, 64, 1, 16, 64, 1, 64, 5),
    (4, 2, 2, 1024, 32, 256, 8, 8, 5),
    (64, 16, 16, 64, 32, 128, 256, 256, 5),
)

# Sizes of fields: the narrowest, the widest, a window as wide as the map and one bit of it.
FIELD_NAMES = ("DimBits", "WindowBits", "AddrBits")
FIELD_CORNERS = ((6, 1, 8), (30, 30, 64), (20, 20, 32))

# Verible's default rules, but for the width of this project's lines.
VERIBLE_RULES = "line-length=length:120"

# Lines shown of a complaint: the first ones name the cause, and the corners repeat each other.
COMPLAINT_LINES = 20


@dataclass(frozen=True)
class Finding:
    """The outcome of one check; ``complaint`` is empty where there is nothing to say."""

    check: str
    complaint: str


def lint() -> list[Finding]:
    """Run every check, in parallel.

    Errors: ToolMissingError.
    """
    verilator, verible, yosys = find_verilator(), find_verible(), find_yosys()
    jobs: list[Callable[[], list[Finding]]] = [partial(elaborate, yosys, modules()), partial(verible_lint, verible)]
    jobs += [partial(verilator_lint, verilator, TOP, flags) for flags in parameter_flags()]
    jobs.append(partial(verilator_lint, verilator, BENCH_TOP))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return [finding for findings in pool.map(lambda job: job(), jobs) for finding in findings]


def parameter_flags() -> Iterator[tuple[str, ...]]:
    """Yield Verilator's flags for the default parameters and for each corner."""
    yield ()
    for corner in CORNERS:
        yield "-GOrPool=1", *_flags(_NAMES, corner)
    for rows, *corner_of_array in WEIGHT_STATIONARY_CORNERS:
        yield "-GDataflow=1", f"-GAccumulatorRows={rows}", *_flags(_NAMES, corner_of_array)
    for fields in FIELD_CORNERS:
        yield "-GOrPool=1", *_flags(FIELD_NAMES, fields)


def _flags(names: Sequence[str], values: Sequence[int]) -> tuple[str, ...]:
    return tuple(f"-G{name}={value}" for name, value in zip(names, values, strict=True))


def modules() -> list[str]:
    """Return the modules of the RTL, each of which must stand on its own."""
    text = "\n".join(path.read_text() for path in rtl.source_files())
    return re.findall(r"^module\s+(\w+)", text, re.MULTILINE)


def verilator_lint(verilator: Tool, top: str, flags: Sequence[str] = ()) -> list[Finding]:
    """Lint a top with all of Verilator's warnings."""
    sources = bench_design({}).sources if top == BENCH_TOP else (*rtl.waivers(), *rtl.source_files())
    options = ("--lint-only", "-Wall", "--assert", "--top-module", top, *flags)
    what = " ".join(("verilator", top, *(flag.removeprefix("-G") for flag in flags)))
    return [Finding(what, _complaint(verilator, options, sources))]


def verible_lint(verible: Tool) -> list[Finding]:
    """Lint the RTL and the bench with Verible."""
    sources = [path for path in bench_design({}).sources if path.suffix == ".sv"]
    return [Finding("verible all sources", _complaint(verible, (f"--rules={VERIBLE_RULES}",), sources))]


def elaborate(yosys: Tool, names: Sequence[str]) -> list[Finding]:
    """Elaborate each module with its default parameters as its own top.

    One process reads the sources once for all modules; the next one goes on behind a module that fails.
    """
    findings: list[Finding] = []
    left = list(names)
    while left:
        good, complaint = _elaborate_in_one_process(yosys, left)
        findings += [Finding(f"yosys {name}", "") for name in good]
        left = left[len(good) :]
        if left:
            findings.append(Finding(f"yosys {left.pop(0)}", complaint or "Yosys ended without saying why"))
    return findings


def _elaborate_in_one_process(yosys: Tool, names: Sequence[str]) -> tuple[list[str], str]:
    """Return the modules that elaborated before the first one that did not, and what Yosys said of that one."""
    paths = rtl.source_files()
    # The WebAssembly Yosys has a /tmp of its own, so that a checkout in /tmp is only seen by relative paths.
    folder = os.path.commonpath([path.parent for path in paths])
    sources = " ".join(os.path.relpath(path, folder) for path in paths)
    commands = [f"read_verilog -sv -DSYNTHESIS {sources}", "design -save read"]
    for name in names:
        commands += ["design -load read", f"hierarchy -check -top {name}", "proc", "check -assert"]
        commands.append(f"log -stdout elaborated {name}")
    ended = _run(yosys, ("-q", "-p", "; ".join(commands)), folder)
    return re.findall(r"^elaborated (\w+)", ended.stdout, re.MULTILINE), ended.stderr


def _complaint(tool: Tool, options: Sequence[str], sources: Sequence[Path]) -> str:
    """Run a linter and return what it said, if it was not content."""
    ended = _run(tool, (*options, *(str(path) for path in sources)))
    said = (ended.stdout + ended.stderr).strip()
    return said or f"exit code {ended.returncode}" if ended.returncode else ""


def _run(tool: Tool, arguments: Sequence[str], folder: str | None = None) -> subprocess.CompletedProcess[str]:
    """Call a tool in its environment."""
    environment = {**os.environ, **tool.environment}
    command = (*tool.command, *arguments)
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def main() -> int:
    """Print a line for each check; return the exit code."""
    try:
        findings = lint()
    except ToolMissingError as error:
        sys.stderr.write(f"{error}\n")
        return 3
    for finding in findings:
        sys.stdout.write(f"{'FAIL' if finding.complaint else 'ok  '} {finding.check}\n")
        sys.stdout.write("".join(f"     {line}\n" for line in finding.complaint.splitlines()[:COMPLAINT_LINES]))
    return int(any(finding.complaint for finding in findings))


if __name__ == "__main__":
    sys.exit(main())
