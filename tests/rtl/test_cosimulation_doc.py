"""docs/cosimulation.md is followed from top to bottom: commands, workflow, fault, processing element."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.rtl.planted import xnorsim
from tests.system.test_docs import ROOT, blocks

pytestmark = pytest.mark.rtl

PAGE = ROOT / "docs" / "cosimulation.md"
COMMANDS = [line.removeprefix("$ xnorsim ") for block in blocks(PAGE, "console") for line in block.splitlines()]
COSIM = shlex.split(COMMANDS[-1])
THRESHOLD, PE = blocks(PAGE, "diff")

# Steps of the workflow that only a machine of that CI can take: it has no system of its own to change.
ELSEWHERE = ("sudo apt-get ", "pip install ")


def patched(source: Path, diff: str) -> None:
    """Apply a block of removed and added lines to a source, in which the removed ones stand once."""
    sides = {mark: [line[1:] for line in diff.splitlines() if line.startswith(mark)] for mark in "-+"}
    old, new = ("".join(f"{line}\n" for line in sides[mark]) for mark in "-+")
    text = source.read_text()
    assert text.count(old) == 1
    source.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Follow the page's commands, in their order and in one folder."""
    made = tmp_path_factory.mktemp("repository")
    for command in COMMANDS:
        ended = xnorsim(*shlex.split(command), folder=made)
        assert ended.returncode == 0, f"{command}\n{ended.stdout}{ended.stderr}"
    return made


def workflow() -> dict[str, Any]:
    """Return the page's workflow."""
    (text,) = blocks(PAGE, "yaml")
    parsed: dict[str, Any] = yaml.safe_load(text)
    return parsed


def test_the_workflow_is_one() -> None:
    # YAML takes the key `on` for the truth.
    assert set(workflow()) == {"name", True, "jobs"}
    (job,) = workflow()["jobs"].values()
    assert set(job) == {"runs-on", "steps"}
    for step in job["steps"]:
        assert ("uses" in step) != ("run" in step)
        assert step.keys() <= {"uses", "run", "with", "if"}
        assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step.get("uses", "actions/checkout@v4"))


def test_the_workflow_s_commands_run(folder: Path) -> None:
    (job,) = workflow()["jobs"].values()
    commands = [step["run"] for step in job["steps"] if "run" in step]
    ours = [shlex.split(command) for command in commands if not command.startswith(ELSEWHERE)]
    assert [words[:2] for words in ours] == [["xnorsim", "doctor"], ["xnorsim", "cosim"]]
    for words in ours:
        ended = xnorsim(*words[1:], folder=folder)
        assert ended.returncode == 0, ended.stdout + ended.stderr
    # What is uploaded is there; a waveform only if something differs.
    uploaded = job["steps"][-1]["with"]["path"].split()
    assert [name for name in uploaded if list(folder.glob(name))] == ["cosim.xml"]


def test_the_fault_gives_the_output_that_stands_there(folder: Path) -> None:
    source = folder / "rtl" / "src" / "xnorsim_threshold.sv"
    before = source.read_text()
    patched(source, THRESHOLD)
    ended = xnorsim(*COSIM, folder=folder)
    source.write_text(before)
    assert ended.returncode == 1, ended.stderr
    (shown,) = blocks(PAGE, "text")
    assert [line.rstrip() for line in ended.stdout.splitlines()] == shown.splitlines()


def test_the_processing_element_agrees_with_the_model(folder: Path) -> None:
    source = folder / "rtl" / "src" / "xnorsim_pe.sv"
    before = source.read_text()
    patched(source, PE)
    ended = xnorsim(*COSIM, folder=folder)
    source.write_text(before)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "RTL and model agree: 4 layers" in ended.stdout
