"""Two runs side by side: ``run --against`` and ``run --baseline``, as JSON and as a page."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from costmodel.technology_file import load_technology
from simulator.engines import Engine
from workloads.accounting.published import PUBLISHED, published_row
from workloads.accounting.rules import account
from workloads.networks import load_trace
from workloads.operations import ArrayWork
from xnorsim.cli.app import run
from xnorsim.cli.run import _outcome
from xnorsim.comparison_page import _arithmetic_share

SCHEMA = json.loads((Path(__file__).parent / "run-schema.json").read_text(encoding="utf-8"))
SMALL = {
    "image_size": "32", "depths": "1,1", "dims": "32,64", "heads": "1,2", "mlp_ratios": "2,2", "classes": "10",
}  # fmt: skip
OPTIONS = [option for name, value in SMALL.items() for option in ("-p", f"{name}={value}")]
ECOFORMER, SOFTMAX = "ecoformer-pvtv2-b0", "pvtv2-b0"
TOTALS = ("cycles", "latency_s", "area_mm2", "energy_pj", "traffic_bits", "macs", "operations", "energy_shares")


def report(folder: Path, *arguments: str) -> dict[str, Any]:
    """Return the JSON of a run."""
    target = folder / "out.json"
    assert run(["run", *arguments, "--json", str(target)]) == 0
    found: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    jsonschema.validate(found, SCHEMA)
    return found


@pytest.fixture(scope="module")
def against(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the small EcoFormer network against the small one with softmax attention."""
    folder = tmp_path_factory.mktemp("against")
    return report(folder, ECOFORMER, *OPTIONS, "-a", "xnor-fp32", "--against", SOFTMAX)


def test_the_baseline_has_the_totals_of_a_run_of_its_own(against: dict[str, Any], tmp_path: Path) -> None:
    alone = report(tmp_path, SOFTMAX, *OPTIONS, "-a", "xnor-fp32")
    assert against["baseline"]["workload"] == SOFTMAX
    for name in TOTALS:
        assert against["baseline"][name] == alone[name]
    own = report(tmp_path, ECOFORMER, *OPTIONS, "-a", "xnor-fp32")
    assert own["baseline"] is None
    for name in (*TOTALS, "layers", "utilization"):
        assert against[name] == own[name]


def test_savings_are_on_chip(against: dict[str, Any]) -> None:
    baseline = against["baseline"]
    ours, theirs = (found["energy_pj"] for found in (against, baseline))
    assert baseline["on_chip_saving"] == 1 - ours["on_chip"] / theirs["on_chip"]
    assert baseline["latency_saving"] == 1 - against["latency_s"] / baseline["latency_s"]
    attention = [
        sum(share["on_chip_pj"] for name, share in found["operations"].items() if name.endswith("attention"))
        for found in (against, baseline)
    ]
    assert baseline["attention_on_chip_saving"] == pytest.approx(1 - attention[0] / attention[1], rel=1e-12)


@pytest.mark.parametrize("side", ["ours", "baseline"])
def test_energies_and_cycles_add_up(against: dict[str, Any], side: str) -> None:
    found = against if side == "ours" else against["baseline"]
    energy, operations = found["energy_pj"], found["operations"].values()
    on_chip, off_chip = (pytest.approx(energy[name], rel=1e-12) for name in ("on_chip", "off_chip"))
    assert sum(energy["breakdown"].values()) == on_chip
    assert sum(share["on_chip_pj"] for share in operations) == on_chip
    assert sum(share["off_chip_pj"] for share in operations) == off_chip
    assert sum(share["cycles"] for share in operations) == found["cycles"] == sum(found["cycle_classes"].values())
    assert sum(found["energy_shares"].values()) == pytest.approx(1, rel=1e-12)


def test_layers_add_up_too(against: dict[str, Any]) -> None:
    layers = against["layers"]
    assert sum(layer["cycles"] for layer in layers) == against["cycles"]
    assert sum(layer["vector"] for layer in layers) == against["cycle_classes"]["vector"] > 0
    assert sum(layer["energy_pj"] for layer in layers) == pytest.approx(against["energy_pj"]["on_chip"], rel=1e-12)
    assert {layer["array"] for layer in layers} == {"xnor", "mac", "vector_unit"}


def test_a_baseline_is_the_same_workload_elsewhere(tmp_path: Path) -> None:
    found = report(tmp_path, "mnist-tfc", "-p", "images=16", "--baseline", "mac-int8")
    assert (found["baseline"]["workload"], found["baseline"]["accelerator"]) == ("mnist-tfc", "mac-int8")
    alone = report(tmp_path, "mnist-tfc", "-p", "images=16", "-a", "mac-int8")
    assert found["baseline"]["energy_pj"] == alone["energy_pj"]
    # Integers of any array: the same sums, so the same answers.
    assert found["accuracy"] == alone["accuracy"]
    assert found["baseline"]["attention_on_chip_saving"] is None
    assert set(found["provenance"]["inputs"]) == {"workload", "accelerator", "technology", "baseline"}


def test_another_workload_on_another_accelerator(tmp_path: Path) -> None:
    found = report(
        tmp_path, ECOFORMER, *OPTIONS, "-a", "xnor-fp32", "--against", SOFTMAX, "--baseline", "mac-fp32"
    )  # fmt: skip
    assert (found["baseline"]["workload"], found["baseline"]["accelerator"]) == (SOFTMAX, "mac-fp32")


def test_parameters_go_to_both_where_both_have_them(tmp_path: Path) -> None:
    options = [*OPTIONS, "-p", "nbits=8"]
    found = report(tmp_path, ECOFORMER, *options, "-a", "mac-fp32", "--against", SOFTMAX)
    assert found["provenance"]["parameters"] == {**SMALL, "nbits": "8"}
    assert found["baseline"]["macs"] == report(tmp_path, SOFTMAX, *OPTIONS, "-a", "mac-fp32")["macs"]


def test_the_baseline_is_cast_too_and_says_what_it_rests_on(tmp_path: Path) -> None:
    options = [*OPTIONS, "-a", "xnor-int8", "--cast", "fp32=int8"]
    found = report(tmp_path, ECOFORMER, *options, "--against", SOFTMAX)["baseline"]
    assert found["macs"]["float"] == 0
    assert found["provenance"]["casts"][0]["to"] == "int8"
    assert "multiplier_int8_area" in found["provenance"]["prices"]
    assert any("unverified" in text for text in found["warnings"])
    assert found["not_priced"]


def test_a_cast_is_recorded_and_changes_the_workload(tmp_path: Path) -> None:
    floats = report(tmp_path, ECOFORMER, *OPTIONS, "-a", "xnor-fp32")
    cast = report(tmp_path, ECOFORMER, *OPTIONS, "-a", "xnor-int8", "--cast", "float32=int8")
    (recorded,) = cast["provenance"]["casts"]
    assert (recorded["from"], recorded["to"]) == ("fp32", "int8")
    assert recorded["scheme"].startswith("symmetric")
    assert floats["provenance"]["casts"] == []
    assert cast["provenance"]["workload_sha256"] != floats["provenance"]["workload_sha256"]
    assert cast["macs"]["float"] == 0
    assert cast["macs"]["integer"] == floats["macs"]["float"]
    assert cast["macs"]["binary"] == floats["macs"]["binary"] > 0
    assert any(layer["function"] == "requantize" for layer in cast["layers"])


@pytest.mark.parametrize("text", ["fp32", "fp32=", "int8=fp32", "fp32=int9", "fp32=fp32", "fp16=fp32", "bf16=int8"])
def test_a_wrong_cast_is_one_line(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", SOFTMAX, "-a", "mac-int8", "--cast", text]) == 2
    rule = "must be FROM=TO: fp32 or fp16 to fp16 or to int2 ... int8"
    assert capsys.readouterr() == ("", f"xnorsim: --cast {rule}, not {text!r}\n")


def test_a_cast_of_nothing_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "mnist-tfc", "--cast", "fp32=int8"]) == 2
    assert capsys.readouterr().err == "xnorsim: --cast fp32=int8: mnist-tfc has no fp32 tensor\n"


@pytest.fixture(scope="module")
def page() -> str:
    """Return the page of both networks at their published size."""
    from contextlib import redirect_stdout
    from io import StringIO

    with redirect_stdout(StringIO()) as out:
        assert run(["run", ECOFORMER, "--against", SOFTMAX, "-a", "xnor-fp32"]) == 0
    return out.getvalue()


def cells(page: str, name: str) -> list[str]:
    """Return the cells of the row of that name."""
    line = next(line for line in page.splitlines() if line.startswith(f"{name} "))
    return re.split(r"\s{2,}", line.strip())


def test_the_published_row_stands_beside_ours(page: str) -> None:
    assert cells(page, f"{ECOFORMER}, published")[1:] == ["0.54", "0.56", "2.5", "73 %"]
    assert cells(page, f"{ECOFORMER}, counted here")[1:] == ["0.5354", "0.5648", "2.489", "73.1% derived"]
    assert cells(page, f"{SOFTMAX}, derived")[1:] == ["2.0159", "1.9933", "9.253"]


def test_the_accelerator_s_numbers_are_those_of_the_json(page: str, tmp_path: Path) -> None:
    found = report(tmp_path, ECOFORMER, "-a", "xnor-fp32", "--against", SOFTMAX)
    baseline = found["baseline"]
    row = cells(page, "cycles")
    assert row[1:3] == [f"{found['cycles']:,}", f"{baseline['cycles']:,}"]
    assert cells(page, "on-chip energy")[-1] == f"{baseline['on_chip_saving']:.1%}"
    assert cells(page, "  attention alone")[-1] == f"{baseline['attention_on_chip_saving']:.1%}"
    assert f"Why 73.1% there and {baseline['on_chip_saving']:.1%} here" in page


def test_the_page_says_what_it_rests_on(page: str) -> None:
    for total in ("on-chip energy", "area", "attention alone", "off-chip energy"):
        assert " ".join(page.split()).count(f"of the {total} 100.0% composed") == 2
    for text in ("the vector unit is a model without RTL", "mac arrays are a model without RTL", "Off-chip energy"):
        assert text in page


def test_the_page_s_reasons_are_counted(page: str) -> None:
    text = " ".join(page.split())
    trace = load_trace(ECOFORMER)
    products = [
        work
        for operation in trace.operations
        if operation.kind == "ecoformer attention"
        for work in operation.work
        if isinstance(work, ArrayWork)
    ]
    binary = sum(work.macs for work in products if work.step == "code_sum")
    share = binary / sum(work.macs for work in products)
    assert f"only {share:.1%} of the multiply-accumulates are binary on both sides" in text
    assert "values of fp32 on one or both, and run on multiply-accumulators." in text


def test_arithmetic_is_what_computes() -> None:
    outcome = _outcome(SOFTMAX, "mac-fp32", SMALL, [], load_technology("45nm"), Engine.EVENTS)
    computing = ("multiplier", "accumulator", "adder", "comparator")
    parts = outcome.costs.energy_by_part_pj
    assert {part for of in parts.values() for part in of} - set(computing) == {
        "flip-flop clock", "flip-flop data", "memory", "leakage",
    }  # fmt: skip
    arithmetic = sum(energy for of in parts.values() for part, energy in of.items() if part in computing)
    assert _arithmetic_share(outcome.costs) == pytest.approx(arithmetic / outcome.costs.energy_on_chip_pj, rel=1e-12)


def test_notes_of_one_run_say_of_which(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", "mnist-tfc", "-p", "images=2", "--baseline", "mac-int8"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "mac-int8: mac arrays are a model without RTL" in text
    assert "xnor-16x16x64: everything behind the global buffer" in text
    assert "Off-chip energy, in no total above: not modelled against 0 pJ." in text
    assert "mac-int8: everything fits the global buffer: weights and input are there before" in text


def test_every_published_digit_is_met_by_the_count() -> None:
    for name, row in PUBLISHED.items():
        counted = account(load_trace(name), "ecoformer")
        for printed, value in ((row.mul, counted.mul), (row.add, counted.add), (row.energy, counted.energy_pj)):
            decimals = len(printed.split(".")[1])
            assert f"{value / 1e9:.{decimals}f}" == printed


def test_a_published_row_is_of_the_published_network_only() -> None:
    ours, baseline = load_trace(ECOFORMER), load_trace(SOFTMAX)
    assert published_row(ours, baseline) is PUBLISHED[ECOFORMER]
    assert published_row(load_trace(ECOFORMER, {"nbits": 8}), baseline) is None
    assert published_row(ours, load_trace("pvtv2-b1")) is None
    assert published_row(baseline, ours) is None
