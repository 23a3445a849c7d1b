"""Copies of the RTL, as a user takes them away, with a change in one source; and the command line on them."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from simulator.accelerator_file import read_accelerator
from tests.traces import small_cnn, two_layers
from workloads.trace_file import write_trace
from xnorsim.cosimulation.take_away import take_away

ROOT = Path(__file__).parents[2]

# The least that has several tiles, chunks and places: builds take seconds.
ACCELERATOR = """\
schema_version = 1
name = "tiny"
description = "2 x 2 XNOR-popcount PEs of 16 lanes"
frequency_mhz = 250

[arrays.xnor]
kind = "xnor"
dataflow = "output_stationary"
rows = 2
cols = 2
lanes = 16
accumulator_bits = 16
result_tiles = 3

[scratchpads]
a.capacity_bits = 512
b.capacity_bits = 512

[port]
width_bits = 64
latency_cycles = 4

[global_buffer]
capacity_kib = 1024
"""


@dataclass(frozen=True)
class Change:
    """Text of a source that is replaced by another one."""

    source: str
    old: str
    new: str


def write_tiny(folder: Path) -> None:
    """Write a small accelerator and a small trace with operands."""
    (folder / "tiny.toml").write_text(ACCELERATOR)
    write_trace(two_layers(), folder / "two.xtrace")


def write_tiny_pooling(folder: Path) -> None:
    """Write the accelerator with an OR-pool, and a small network of maps."""
    (folder / "tiny.toml").write_text(ACCELERATOR.replace("\n[arrays", "or_pool = true\n\n[arrays", 1))
    write_trace(small_cnn(), folder / "two.xtrace")


def changed_rtl(folder: Path, *changes: Change) -> Path:
    """Take the RTL of the small accelerator away, change it, and return its file list."""
    made = folder / "changed"
    take_away(read_accelerator(folder / "tiny.toml"), folder / "tiny.toml", made)
    for change in changes:
        source = made / "src" / f"{change.source}.sv"
        text = source.read_text()
        assert text.count(change.old) == 1, change
        source.write_text(text.replace(change.old, change.new))
    return made / "xnorsim.f"


def environment(**variables: str | Path) -> dict[str, str]:
    """Return the environment in which this checkout's command line runs, with some variables."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **{name: str(value) for name, value in variables.items()}}


def xnorsim(
    *arguments: str | Path, folder: Path, limit_s: float = 600.0, **variables: str | Path
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder, with a limit of time."""
    command = [sys.executable, "-m", "xnorsim", *map(str, arguments)]
    return subprocess.run(
        command, cwd=folder, env=environment(**variables), capture_output=True, text=True, check=False, timeout=limit_s
    )


def started(*arguments: str | Path, folder: Path, **variables: str | Path) -> subprocess.Popen[str]:
    """Start the command line in a folder, as the leader of a process group of its own."""
    command = [sys.executable, "-m", "xnorsim", *map(str, arguments)]
    return subprocess.Popen(
        command, cwd=folder, env=environment(**variables), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        process_group=0,
    )  # fmt: skip


def commands_with(text: str) -> list[str]:
    """Return the commands of all processes that have a text in their command or their environment."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command, variables = (entry / "cmdline").read_bytes(), (entry / "environ").read_bytes()
            except OSError:
                continue
            if text.encode() in command + variables:
                found.append(command.replace(b"\0", b" ").decode(errors="replace"))
    return found
