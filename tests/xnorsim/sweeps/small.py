"""Sweeps small enough to run often, in parts of few rows: ``python -m tests.xnorsim.sweeps.small ROWS ARGUMENT...``."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import tomli_w

from xnorsim.cli.app import run
from xnorsim.sweeps import manifest
from xnorsim.sweeps.directory import SweepDirectory

PART_ROWS = ("LEAST_PART_ROWS", "MOST_PART_ROWS", "LEARNT_PART_ROWS")
ROOT = Path(__file__).parents[3]


def grid(**others: Any) -> dict[str, Any]:
    """Return a sweep of 150 rows, some infeasible, some outside the constraints; ``others`` replace its keys."""
    return {
        "schema_version": 1,
        "workloads": ["mnist-tfc"],
        "accelerator": "xnor-8x8x64",
        "technologies": ["45nm"],
        "axes": {
            # Lists first, as the writer of TOML has them.
            "arrays.xnor.lanes": [32, 64, 128],
            "scratchpads.a.capacity_bits": [4096, 65536],
            "arrays.xnor.rows": {"powers_of_two": [4, 64]},
            "arrays.xnor.cols": {"same_as": "arrays.xnor.rows"},
            "port.latency_cycles": {"range": [1, 41], "step": 10},
        },
        "constraints": {"area_mm2.total": {"at_most": 5.0}},
        "objectives": {"latency_s": "minimize", "energy_pj.on_chip": "minimize"},
        "strategy": {"sampler": "grid"},
        **others,
    }


def large(rows: int) -> dict[str, Any]:
    """Return a sweep of so many thousands of rows, which takes long in small parts."""
    return grid(axes={**grid()["axes"], "port.latency_cycles": {"range": [1, rows // 30]}})


def sampled(sampler: str, points: int, seed: int = 1, **others: Any) -> dict[str, Any]:
    """Return the same space, of which a sampler takes points; an optimizer ten at a time."""
    batch = {"batch": 10} if sampler in ("tpe", "nsga2") else {}
    return grid(strategy={"sampler": sampler, "seed": seed, "points": points, **batch}, **others)


def parts_of(rows: int) -> None:
    """Make all parts of so many rows; an optimizer's of one batch more at most."""
    for name in PART_ROWS:
        setattr(manifest, name, rows)


def written(data: Mapping[str, Any], folder: Path) -> Path:
    """Write a sweep file."""
    path = folder / "sweep.toml"
    path.write_text(tomli_w.dumps(data))
    return path


def rows_in(folder: Path) -> pd.DataFrame:
    frame: pd.DataFrame = SweepDirectory.open(folder).table().to_pandas()
    return frame


def until(condition: Callable[[], Any], seconds: float = 30.0) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never is so"
        time.sleep(0.01)


def started(rows: int, arguments: list[str], **others: Any) -> "subprocess.Popen[str]":
    """Start the command line in a process group of its own, with parts of so many rows."""
    words = [sys.executable, "-m", "tests.xnorsim.sweeps.small", str(rows), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        words, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        **others,
    )  # fmt: skip


def ended(rows: int, arguments: list[str], **others: Any) -> "tuple[int, str, str]":
    """Run the command line, and return its exit code and what it said."""
    process = started(rows, arguments, **others)
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


if __name__ == "__main__":
    parts_of(int(sys.argv[1]))
    sys.exit(run(sys.argv[2:]))
