"""A small sweep, made once: two networks, several sizes, designs of every kind."""

import shutil
from pathlib import Path
from typing import Any

from xnorsim.sweeps.directory import SweepDirectory
from xnorsim.sweeps.session import run_sweep
from xnorsim.sweeps.sweep_file import parse_sweep

SPEC: dict[str, Any] = {
    "schema_version": 1,
    "workloads": [{"name": "resnet18", "parameters": {"image_size": 64}}, "mnist-tfc"],
    "accelerator": "xnor-int8",
    "technologies": ["45nm"],
    "axes": {
        "arrays.xnor.rows": [8, 32, 128],
        "arrays.xnor.cols": {"same_as": "arrays.xnor.rows"},
        "arrays.mac.rows": {"same_as": "arrays.xnor.rows", "divided_by": 4},
        "arrays.xnor.accumulator_bits": [8, 32],
        "port.width_bits": {"powers_of_two": [128, 1024]},
        "scratchpads.a.capacity_kib": [1, 64],
        "vector_unit.clock_gating": ["none", "array"],
        "global_buffer.capacity_kib": {"range": [128, 512], "step": 128},
    },
    "constraints": {"area_mm2.total": {"at_most": 25.0}},
    "objectives": {"latency_s": "minimize", "utilization.overall": "maximize"},
    "strategy": {"sampler": "grid"},
}
ROWS = 2 * 3 * 2 * 4 * 2 * 2 * 4


def made(spec: dict[str, Any], folder: Path) -> SweepDirectory:
    """Make a sweep."""
    return run_sweep(parse_sweep(spec, folder.parent), folder, processes=1)


def copied(sweep: SweepDirectory, folder: Path) -> SweepDirectory:
    """Copy a sweep, to write into."""
    return SweepDirectory.open(shutil.copytree(sweep.path, folder))
