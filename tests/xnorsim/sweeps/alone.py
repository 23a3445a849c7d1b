"""Design points drawn at random, and each of them run by itself: what the evaluation of many must agree with."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np

from costmodel.estimate import estimate
from costmodel.technology import Technology
from costmodel.technology_file import load_technology
from simulator.accelerator_file import accelerator_path, check_sizes, parse_accelerator
from simulator.layer_run import most_of, spent
from simulator.run import Run, simulate
from workloads.errors import InputError
from workloads.model_file import read_toml
from workloads.trace import Trace
from xnorsim.comparison import Outcome
from xnorsim.json_report import json_report
from xnorsim.sweeps import Evaluator
from xnorsim.sweeps.design_points import DesignPoints

Columns = dict[str, Any]
FLOAT_ERROR = 1e-12
"""How far a sum of energies or areas may be off, relatively: its parts are added in another order."""


@cache
def technology() -> Technology:
    """Return the technology that comes with the program."""
    return load_technology("45nm")


def base(preset: str) -> dict[str, Any]:
    """Return the data of a preset's file."""
    return read_toml(accelerator_path(preset))


def drawn(random: np.random.Generator, points: int) -> Columns:
    """Draw accelerators like xnor-int8 of all sizes; a few of them are too small for anything."""

    def sides() -> Any:
        return random.integers(4, 129, points)

    return {
        "arrays.xnor.rows": sides(),
        "arrays.xnor.cols": sides(),
        "arrays.xnor.lanes": random.choice([16, 48, 64, 128, 200, 256, 1024], points),
        "arrays.xnor.result_tiles": random.integers(2, 9, points),
        "arrays.mac.rows": sides(),
        "arrays.mac.cols": sides(),
        "arrays.mac.pipeline_cycles": random.integers(1, 5, points),
        "scratchpads.a.capacity_kib": random.integers(1, 257, points),
        "scratchpads.b.capacity_kib": random.integers(1, 257, points),
        "port.width_bits": 2 ** random.integers(6, 12, points),
        "port.latency_cycles": random.integers(1, 101, points),
        "global_buffer.capacity_kib": random.integers(16, 8193, points),
        "vector_unit.lanes": random.integers(1, 257, points),
        "dram.bits_per_cycle": random.integers(16, 1025, points),
        "frequency_mhz": random.integers(100, 1001, points),
    }


def alone(trace: Trace, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a run of an accelerator file on the engine says: its JSON's numbers, or the rule that refuses it."""
    try:
        accelerator = parse_accelerator(data)
        check_sizes(accelerator)
        run = simulate(trace, accelerator)
    except InputError as error:
        return {"status": "infeasible", "rule": str(error)}
    report = json_report(Outcome(run, estimate(run, technology())), {})
    return {"status": "ok", "rule": "", **_flat(report), **_layers(run)}


def _flat(table: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in table.items():
        flat.update(_flat(value, f"{path}{name}.") if isinstance(value, dict) else {path + name: value})
    return flat


def _layers(run: Run) -> dict[str, Any]:
    """Return the cycles of each layer, all its steps together, and what most of them went to."""
    layers: dict[str, dict[str, int]] = {}
    for step in run.layer_runs:
        layer = layers.setdefault(step.layer, {})
        for name, cycles in spent(step.total_classes, step.lane_cycles, step.accesses).items():
            layer[name] = layer.get(name, 0) + cycles
    numbers: dict[str, Any] = {f"layers.{name}.cycles": sum(cycles.values()) for name, cycles in layers.items()}
    return {**numbers, **{f"layers.{name}.bound_by": most_of(cycles) for name, cycles in layers.items()}}


def differences(found: Mapping[str, Any], trace: Trace, points: DesignPoints) -> list[str]:
    """Return where results differ from those of the points by themselves: integers at all, floats by more than sums."""
    differing = []
    for row in range(len(points)):
        expected = alone(trace, points.file_of(row))
        names = found if expected["status"] == "ok" else ("status", "rule")
        for name in names:
            value, right = found[name][row], expected[name]
            close = abs(value - right) <= FLOAT_ERROR * abs(right) if isinstance(right, float) else value == right
            if not close:
                differing.append(f"point {row}: {name} is {value}, not {right}")
    return differing


def compared(trace: Trace, data: Mapping[str, Any], columns: Columns, *, layers: bool = False) -> dict[str, Any]:
    """Evaluate design points, demand that each agrees with a run of it alone, and return the results."""
    found = Evaluator(trace, data, technology(), layers=layers)(columns)
    assert differences(found, trace, DesignPoints.of(data, columns)) == []
    return found
