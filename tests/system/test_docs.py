"""Every command and example in README and docs runs."""

import doctest
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
# What a target does inside the test that runs it would run that test again, or train for minutes.
# tests/rtl/test_cosimulation_doc.py runs it.
_IN_ORDER = "cosimulation.md"
_MAKE = re.compile(r"make (?P<target>[a-z-]+)$")


def blocks(page: Path, language: str) -> list[str]:
    """Return the fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def commands() -> list[Any]:
    """Return (page, commands) for what stands behind prompts, but for the page whose commands need each other.

    Each command is run by itself, but those that read a sweep after it, in its folder.
    """
    groups: list[tuple[str, list[str]]] = []
    for page in PAGES:
        if page.name == _IN_ORDER:
            continue
        for line in (line for block in blocks(page, "console") for line in block.splitlines() if line.startswith("$ ")):
            if line.startswith("$ xnorsim pareto "):
                groups[-1][1].append(line[2:])
            else:
                groups.append((page.name, [line[2:]]))
    return [
        pytest.param(*group, marks=[pytest.mark.rtl] * group[1][0].startswith("xnorsim cosim"), id=" ".join(group[1]))
        for group in groups
    ]


def write_files(folder: Path) -> None:
    """Write the files that the pages show: a trace under its name, a sweep under the one in its first line."""
    for page in PAGES:
        traces = {f"{json.loads(text)['name']}.json": text for text in blocks(page, "json")}
        sweeps = {text.split()[1]: text for text in blocks(page, "toml") if text.startswith("# ")}
        for name, text in {**traces, **sweeps}.items():
            assert not (folder / name).exists(), "examples have names of their own"
            (folder / name).write_text(text)


@pytest.mark.parametrize(("page", "commands"), commands())
def test_commands(page: str, commands: list[str], tmp_path: Path) -> None:
    match = _MAKE.match(commands[0])
    if match is not None:
        # The targets are what this test is run by; that they exist and resolve is seen without running them.
        subprocess.run(["make", "--dry-run", match["target"]], cwd=ROOT, check=True, capture_output=True)
        return
    write_files(tmp_path)
    for command in commands:
        words = shlex.split(command)
        program = {"xnorsim": [sys.executable, "-m", "xnorsim"], "python": [sys.executable]}[words[0]]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        done = subprocess.run(
            [*program, *words[1:]], cwd=tmp_path, capture_output=True, text=True, check=False, env=environment
        )
        assert done.returncode == 0, f"{page}: {command}\n{done.stderr}"
        assert done.stdout


def pages_of_python() -> list[Any]:
    """Return the pages that have examples in Python."""
    marks = {_IN_ORDER: [pytest.mark.rtl]}
    pages = (page for page in PAGES if blocks(page, "python"))
    return [pytest.param(page, marks=marks.get(page.name, []), id=page.name) for page in pages]


@pytest.mark.parametrize("page", pages_of_python())
def test_python_examples(page: Path) -> None:
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    names: dict[str, object] = {}
    for text in blocks(page, "python"):
        example = parser.get_doctest(text, names, page.name, str(page), 0)
        runner.run(example, clear_globs=False)
        names = example.globs  # a page is read from top to bottom: later blocks know the names of earlier ones
    results = runner.summarize()
    assert results.attempted > 0
    assert results.failed == 0


def examples() -> list[Any]:
    """Return the scripts; one that co-simulates builds RTL."""
    scripts = sorted((ROOT / "examples").glob("*.py"))
    marks = {script: [pytest.mark.rtl] * ("cosimulate" in script.read_text(encoding="utf-8")) for script in scripts}
    return [pytest.param(script, marks=marks[script], id=script.name) for script in scripts]


@pytest.mark.parametrize("script", examples())
def test_example_prints_what_stands_beside_it(script: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout == script.with_suffix(".txt").read_text(encoding="utf-8")


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                assert (page.parent / target).exists(), f"{page.name}: {target}"
