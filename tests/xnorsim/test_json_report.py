"""The JSON of a run: its keys, and that its numbers agree with each other."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.traces import one_product, small_cnn, two_layers
from workloads.trace_file import write_trace
from xnorsim.cli.app import run

SCHEMA = json.loads((Path(__file__).parent / "run-schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the report of a small run."""
    folder = tmp_path_factory.mktemp("report")
    write_trace(two_layers(m=40, k=300, hidden=70, n=10), folder / "two.xtrace")
    assert run(["run", str(folder / "two.xtrace"), "--json", str(folder / "out.json")]) == 0
    loaded: dict[str, Any] = json.loads((folder / "out.json").read_text())
    return loaded


def test_keys_and_types(report: dict[str, Any]) -> None:
    jsonschema.validate(report, SCHEMA)


def test_the_schema_can_fail(report: dict[str, Any]) -> None:
    without = {key: value for key, value in report.items() if key != "cycle_classes"}
    with pytest.raises(jsonschema.ValidationError, match="cycle_classes"):
        jsonschema.validate(without, SCHEMA)


def test_classes_sum_to_cycles(report: dict[str, Any]) -> None:
    assert sum(report["cycle_classes"].values()) == report["cycles"]
    assert sum(layer["cycles"] for layer in report["layers"]) == report["cycles"]
    stalls = report["cycle_classes"]["load_stall"] + report["cycle_classes"]["store_stall"]
    assert stalls == report["stall_cycles"]


def test_breakdowns_sum_to_totals(report: dict[str, Any]) -> None:
    energy = report["energy_pj"]
    total = pytest.approx(energy["on_chip"], rel=1e-12)
    assert sum(energy["breakdown"].values()) == total
    assert sum(value for actions in energy["actions"].values() for value in actions.values()) == total
    assert sum(value for parts in energy["parts"].values() for value in parts.values()) == total
    assert sum(layer["energy_pj"] for layer in report["layers"]) == total
    assert sum(report["area_mm2"]["breakdown"].values()) == pytest.approx(report["area_mm2"]["total"], rel=1e-12)


def test_time_and_power_follow(report: dict[str, Any]) -> None:
    assert report["latency_s"] == report["cycles"] / report["frequency_hz"]
    energy_j = report["energy_pj"]["on_chip"] * 1e-12
    assert report["power_w"] == pytest.approx(energy_j / report["latency_s"], rel=1e-12)
    assert report["macs"] == {"binary": 40 * 300 * 70 + 40 * 70 * 10, "integer": 0, "float": 0}


def test_traffic_is_that_of_the_layers(tmp_path: Path) -> None:
    from dataclasses import replace

    from simulator.accelerator_file import load_accelerator
    from simulator.counts import traffic
    from simulator.job import Job

    trace = one_product(20, 300, 40)
    write_trace(replace(trace, operations=(replace(trace.matrix_products[0], count=3),)), tmp_path / "t.xtrace")
    assert run(["run", str(tmp_path / "t.xtrace"), "--json", str(tmp_path / "out.json")]) == 0
    moved = traffic(Job("product", "xnor", 1, 20, 300, 40), load_accelerator("xnor-16x16x64"))
    assert moved.a != moved.b
    assert json.loads((tmp_path / "out.json").read_text())["traffic_bits"] == {
        "a": 3 * 512 * moved.a,
        "b": 3 * 512 * moved.b,
        "thresholds": 0,
        "results": 3 * 512 * moved.results,
        "vector_reads": 0,
        "vector_writes": 0,
        "dram_reads": 0,
        "dram_writes": 0,
    }


def test_a_network_of_maps(tmp_path: Path) -> None:
    from simulator.accelerator_file import load_accelerator
    from simulator.run import simulate

    preset = "xnor-pool-2x64x64"
    write_trace(small_cnn(maps=3), tmp_path / "cnn.xtrace")
    assert run(["run", str(tmp_path / "cnn.xtrace"), "-a", preset, "--json", str(tmp_path / "out.json")]) == 0
    report = json.loads((tmp_path / "out.json").read_text())
    jsonschema.validate(report, SCHEMA)
    layers = {layer["name"]: layer for layer in report["layers"]}
    assert [layer["array"] for layer in layers.values()] == ["xnor", "or_pool", "xnor", "xnor", "xnor"]
    assert [layer["count"] for layer in layers.values()] == [3, 3, 3, 3, 1]
    assert (layers["pool1"]["function"], layers["pool1"]["m"]) == ("maximum", None)
    assert "or_pool" in report["area_mm2"]["breakdown"]
    # Operands of jobs are a and b; the maps that are pooled are a too, and what is made of them are results.
    reads = {"a": 0, "b": 0, "thresholds": 0}
    for layer in simulate(small_cnn(maps=3), load_accelerator(preset)).layer_runs:
        for access in layer.accesses.reads:
            kind = "b" if access.buffer.startswith("w") else "thresholds" if "thresholds" in access.buffer else "a"
            reads[kind] += 64 * access.words
    assert {kind: report["traffic_bits"][kind] for kind in reads} == reads
    assert report["accuracy"]["total"] == 3


def test_shares_of_kinds_are_whole(report: dict[str, Any]) -> None:
    for shares in ("energy_shares", "area_shares"):
        assert sum(report[shares].values()) == pytest.approx(1, rel=1e-12)


def test_inputs_are_hashed(report: dict[str, Any]) -> None:
    assert set(report["provenance"]["inputs"]) == {"workload", "accelerator", "technology"}
    assert report["provenance"]["inputs"]["accelerator"]["file"] == "xnor-16x16x64.toml"
