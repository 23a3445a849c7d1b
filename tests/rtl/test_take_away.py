"""The test bench that is taken away needs nothing but Verilator, and tells right from wrong."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.rtl.planted import changed_rtl, write_tiny
from tests.rtl.test_planted_faults import DRAIN_CYCLE
from xnorsim.cosimulation.toolchain import find_verilator

pytestmark = pytest.mark.rtl


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Take the RTL of a small accelerator away and build it as its README says."""
    outside = tmp_path_factory.mktemp("outside")
    write_tiny(outside)
    made = changed_rtl(outside).parent
    build_as_told(made)
    return made


def build_as_told(made: Path) -> None:
    # A line that ends in a backslash goes on in the next one.
    text = (made / "README.md").read_text().replace("\\\n", " ")
    command, run, _ = re.findall(r"^    (\S.*)$", text, re.MULTILINE)
    words = shlex.split(command)
    assert words[0] == "verilator"
    assert run == "obj_dir/Vxnorsim_tb"
    verilator = find_verilator()
    ended = subprocess.run(
        [*verilator.command, *words[1:]],
        cwd=made,
        env={**os.environ, **verilator.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "%Warning" not in ended.stdout + ended.stderr


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["obj_dir/Vxnorsim_tb"], cwd=folder, capture_output=True, text=True, check=False)


def test_our_rtl_passes(folder: Path) -> None:
    ended = run(folder)
    assert ended.returncode == 0
    # Worked out by the model, and counted by the bench.
    assert re.search(r"^PASS: 44 cycles, 11 port words of memory$", ended.stdout, re.MULTILINE)


def test_a_word_that_is_wrong_fails(folder: Path) -> None:
    expected = folder / "bench" / "expected.hex"
    before = expected.read_text()
    lines = before.splitlines()
    lines[-1] = f"{int(lines[-1], 16) ^ 1:016x}"
    expected.write_text("\n".join(lines) + "\n")
    ended = run(folder)
    expected.write_text(before)
    assert ended.returncode != 0
    assert "port word 10 is" in ended.stdout
    assert "FAIL: 1 of 11 port words are wrong" in ended.stdout + ended.stderr


def test_a_cycle_too_many_fails(tmp_path: Path) -> None:
    write_tiny(tmp_path)
    made = changed_rtl(tmp_path, DRAIN_CYCLE).parent
    build_as_told(made)
    ended = run(made)
    assert ended.returncode != 0
    # The memory is right, and is compared first.
    said = ended.stdout + ended.stderr
    assert re.search(r"FAIL: issue \d+, schedule \d+, load_stall \d+, store_stall 0, flush 8", said)
