"""A run and its estimate as one JSON object."""

import hashlib
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from costmodel.cost import Estimate
from simulator.run import Run, layer_row
from workloads.casts import Cast
from workloads.digest import digest
from xnorsim import __version__
from xnorsim.accuracy import accuracy
from xnorsim.comparison import Outcome, attention, by_operation, saving
from xnorsim.notes import warnings_of_run

SCHEMA_VERSION = 1
_PACKAGES = ("numpy", "simpy")


def json_report(
    outcome: Outcome, inputs: Mapping[str, Path], casts: Sequence[Cast] = (), baseline: Outcome | None = None
) -> dict[str, Any]:
    """Return everything that a run found, ready for ``json.dumps``.

    ``inputs`` are the files that the run read, by role. Units: the suffix of each name; utilizations are ratios.
    """
    run, costs = outcome.run, outcome.costs
    right = accuracy(run)
    return {
        "schema_version": SCHEMA_VERSION,
        **_totals(outcome),
        "traffic_bits": _traffic_bits(run),
        "macs": run.macs,
        "utilization": asdict(run.utilization()),
        "layers": _layers(run, costs),
        "accuracy": right and asdict(right),
        "baseline": None if baseline is None else _baseline(outcome, baseline, casts),
        "warnings": [*warnings_of_run(run), *costs.warnings],
        "not_priced": list(costs.not_priced),
        "provenance": {**_provenance(outcome, casts), "inputs": _hashed(inputs)},
    }


def _totals(outcome: Outcome) -> dict[str, Any]:
    """Return the totals that a run and its baseline share."""
    run, costs = outcome.run, outcome.costs
    return {
        "workload": run.trace.name,
        "accelerator": run.accelerator.name,
        "technology": costs.technology.name,
        "frequency_hz": costs.frequency_hz,
        "cycles": run.cycles,
        "cycle_classes": asdict(run.classes),
        "stall_cycles": run.classes.stall_cycles,
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
        "operations": {name: asdict(share) for name, share in by_operation(outcome).items()},
        "energy_shares": {kind.value: share for kind, share in costs.energy_shares.items()},
        "off_chip_shares": {kind.value: share for kind, share in costs.off_chip_shares.items()},
        "area_shares": {kind.value: share for kind, share in costs.area_shares.items()},
    }


def _baseline(outcome: Outcome, baseline: Outcome, casts: Sequence[Cast]) -> dict[str, Any]:
    """Return the baseline's totals and what they rest on, and what the run saves; off-chip energy stays beside it."""
    ours, theirs = attention(outcome), attention(baseline)
    both = ours is not None and theirs is not None
    return {
        **_totals(baseline),
        "traffic_bits": _traffic_bits(baseline.run),
        "macs": baseline.run.macs,
        "warnings": [*warnings_of_run(baseline.run), *baseline.costs.warnings],
        "not_priced": list(baseline.costs.not_priced),
        "provenance": _provenance(baseline, casts),
        "on_chip_saving": saving(outcome.costs.energy_on_chip_pj, baseline.costs.energy_on_chip_pj),
        "attention_on_chip_saving": saving(ours.on_chip_pj, theirs.on_chip_pj) if both and ours and theirs else None,
        "latency_saving": saving(outcome.costs.latency_s, baseline.costs.latency_s),
    }


def _traffic_bits(run: Run) -> dict[str, int]:
    """Return what passes the port: operands, thresholds and results of jobs, the vector unit's; and DRAM's."""
    width = run.accelerator.port.width_bits
    jobs = [(layer.count, layer.one.traffic) for layer in run.layer_runs if layer.one is not None]
    vector = [layer.accesses for layer in run.layer_runs if layer.one is None]
    return {
        **{
            part: width * sum(count * getattr(traffic, part) for count, traffic in jobs)
            for part in ("a", "b", "thresholds", "results")
        },
        "vector_reads": width * sum(access.words for accesses in vector for access in accesses.reads),
        "vector_writes": width * sum(access.words for accesses in vector for access in accesses.writes),
        "dram_reads": width * sum(layer.dram.reads for layer in run.layer_runs),
        "dram_writes": width * sum(layer.dram.writes for layer in run.layer_runs),
    }


def _layers(run: Run, costs: Estimate) -> list[dict[str, Any]]:
    rows = zip(run.layer_runs, costs.energy_by_layer_pj, costs.off_chip_by_layer_pj, strict=True)
    return [
        {**layer_row(run, layer), "energy_pj": sum(on_chip.values()), "off_chip_pj": off_chip}
        for layer, on_chip, off_chip in rows
    ]


def _hashed(inputs: Mapping[str, Path]) -> dict[str, dict[str, str]]:
    return {role: {"file": path.name, "sha256": _sha256(path)} for role, path in inputs.items()}


def _provenance(outcome: Outcome, casts: Sequence[Cast]) -> dict[str, Any]:
    run, costs = outcome.run, outcome.costs
    return {
        "versions": {
            "xnorsim": __version__,
            "python": platform.python_version(),
            **{name: version(name) for name in _PACKAGES},
        },
        "engine": run.engine.value,
        "seed": None,
        "casts": [{"from": c.source.name, "to": c.target.name, "scheme": c.scheme} for c in casts],
        "parameters": dict(run.trace.parameters),
        "workload_sha256": digest(run.trace),
        "prices": {name: {**asdict(price), "kind": price.kind.value} for name, price in costs.prices_used.items()},
        "sram_table": {
            "node_nm": costs.technology.sram.node_nm,
            "kind": costs.technology.sram.kind.value,
            "source": costs.technology.sram.source,
        },
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
