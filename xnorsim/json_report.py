"""A run and its estimate as one JSON object."""

import hashlib
import platform
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from costmodel.cost import Estimate
from simulator.run import Run, layer_row
from xnorsim import __version__
from xnorsim.accuracy import accuracy

SCHEMA_VERSION = 1
_PACKAGES = ("numpy", "simpy")


def json_report(run: Run, costs: Estimate, inputs: Mapping[str, Path]) -> dict[str, Any]:
    """Return everything that a run found, ready for ``json.dumps``.

    ``inputs`` are the files that the run read, by role. Units: the suffix of each name; utilizations are ratios.
    """
    classes = run.classes
    right = accuracy(run)
    return {
        "schema_version": SCHEMA_VERSION,
        "workload": run.trace.name,
        "accelerator": run.accelerator.name,
        "technology": costs.technology.name,
        "frequency_hz": costs.frequency_hz,
        "cycles": run.cycles,
        # There is no vector unit and no DRAM yet: no cycle goes to them.
        "cycle_classes": {**asdict(classes), "vector": 0, "dram": 0},
        "stall_cycles": classes.stall_cycles,
        "latency_s": costs.latency_s,
        "power_w": costs.power_w,
        "area_mm2": {"total": costs.area_mm2, "breakdown": costs.area_by_component_mm2},
        "energy_pj": {
            "on_chip": costs.energy_on_chip_pj,
            "off_chip": costs.energy_off_chip_pj,
            "breakdown": costs.energy_by_component_pj,
            "actions": costs.energy_by_action_pj,
            "parts": costs.energy_by_part_pj,
        },
        "traffic_bits": _traffic_bits(run),
        "macs": {"binary": run.macs, "integer": 0, "float": 0},
        "utilization": asdict(run.utilization()),
        "layers": _layers(run, costs),
        "accuracy": right and asdict(right),
        "baseline": None,
        "warnings": list(costs.warnings),
        "not_priced": list(costs.not_priced),
        "provenance": _provenance(costs, inputs),
    }


def _traffic_bits(run: Run) -> dict[str, int]:
    width = run.accelerator.port.width_bits
    parts = ("a", "b", "thresholds", "results")
    return {part: width * sum(x.job.count * getattr(x.traffic, part) for x in run.layer_runs) for part in parts}


def _layers(run: Run, costs: Estimate) -> list[dict[str, Any]]:
    energies = (sum(parts.values()) for parts in costs.energy_by_layer_pj)
    return [
        {**layer_row(run, layer), "energy_pj": energy} for layer, energy in zip(run.layer_runs, energies, strict=True)
    ]


def _provenance(costs: Estimate, inputs: Mapping[str, Path]) -> dict[str, Any]:
    return {
        "versions": {
            "xnorsim": __version__,
            "python": platform.python_version(),
            **{name: version(name) for name in _PACKAGES},
        },
        "engine": "events",
        "seed": None,
        "casts": [],
        "inputs": {role: {"file": path.name, "sha256": _sha256(path)} for role, path in inputs.items()},
        "prices": {name: {**asdict(price), "kind": price.kind.value} for name, price in costs.prices_used.items()},
        "sram_table": {
            "node_nm": costs.technology.sram.node_nm,
            "kind": costs.technology.sram.kind.value,
            "source": costs.technology.sram.source,
        },
        "energy_shares": {kind.value: share for kind, share in costs.energy_shares.items()},
        "area_shares": {kind.value: share for kind, share in costs.area_shares.items()},
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
