"""The page of a co-simulation: every layer is on it, and what differs."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulator.job import Job
from tests.strategies import xnor_array
from tests.xnorsim.found import found, with_difference
from xnorsim.cosimulation import estimates
from xnorsim.cosimulation.builds import Build
from xnorsim.cosimulation.differences import Difference, What
from xnorsim.cosimulation.outcome import Cosimulation, Reproduced
from xnorsim.cosimulation_json import cosimulation_json
from xnorsim.cosimulation_page import print_cosimulation


def page(result: Cosimulation, capsys: pytest.CaptureFixture[str]) -> list[str]:
    print_cosimulation(result)
    return capsys.readouterr().out.splitlines()


def row(lines: list[str], name: str) -> str:
    (line,) = [line for line in lines if line.startswith(f"{name} ")]
    return line


def test_every_layer_has_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    result = found()
    lines = page(result, capsys)
    model = result.layer_outcomes[0].model
    assert row(lines, "binary").split() == [
        "binary", "4", "x", "4", "x", "4", "random,", "seed", "1", str(model.cycles), str(model.cycles),
        *(str(getattr(model, name)) for name in ("issue", "schedule", "load_stall", "store_stall", "flush")),
        "512", "0", "equal",
    ]  # fmt: skip
    assert row(lines, "integer").rstrip().endswith("model only: array mac")
    assert "model only: vector unit" in row(lines, "function.elements")
    assert lines[-1] == f"RTL and model agree: 1 layer, {model.cycles} cycles, 512 bits of results."


def test_many_layers_that_are_model_only_share_a_row(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("xnorsim.cosimulation_page._MOST_MODEL_ONLY", 2)
    lines = page(found(), capsys)
    assert "model only: vector unit" in row(lines, "2 layers")
    assert "model only: array mac" in row(lines, "1 layers")


def test_a_class_that_differs_shows_both(capsys: pytest.CaptureFixture[str]) -> None:
    result = with_difference(found(), Difference("binary", What.CYCLES, "one cycle more"))
    first = result.layer_outcomes[0]
    assert first.outcome is not None
    longer = replace(first.outcome.model, flush=first.outcome.model.flush + 1)
    changed = replace(first, outcome=replace(first.outcome, cycles=longer))
    reproduced = Reproduced("binary", Job("binary", "xnor", 1, 2, 4, 2), (1, 1), Path("mixed.binary.vcd"))
    lines = page(replace(result, layer_outcomes=(changed, *result.layer_outcomes[1:]), reproduced=reproduced), capsys)
    assert f"{longer.flush} not {longer.flush - 1}" in row(lines, "binary")
    assert "RTL and model differ" in lines
    assert "First: layer binary: one cycle more" in lines
    assert (
        "To look at it: layer binary, cut to its leading tiles up to m tile 0, n tile 0: 2 x 4 x 2 differs too, and "
        "nothing smaller"
    ) in lines
    assert "Its waveform: mixed.binary.vcd" in lines


def test_a_layer_that_is_cut_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    lines = page(found(max_cycles=1), capsys)
    assert "2 x 4 x 2, cut of 4 x 4 x 4" in row(lines, "binary")
    cut = "whole leading tiles, or rows of places, of at most 1 cycles, or to one, by --max-cycles"
    assert f"  cut to {cut}: binary" in lines


def test_json_has_what_the_page_has() -> None:
    result = with_difference(found(), Difference("binary", What.ELEMENTS, "wrong", tile=(0, 1), element=(2, 3)))
    report = json.loads(json.dumps(cosimulation_json(result)))
    assert (report["schema_version"], report["passed"], report["workload"]) == (1, False, "mixed")
    assert [layer["status"] for layer in report["layers"]] == ["different", "model only", "model only", "model only"]
    assert report["layers"][0]["rtl"] == report["layers"][0]["model"]
    assert report["layers"][3]["model_only"] == "array mac"
    assert report["differences"][0]["element"] == [2, 3]


def test_layers_are_a_table() -> None:
    table = found().layers()
    assert list(table["name"]) == ["binary", "function.elements", "function.elements_requantize", "integer"]
    assert table["rtl.cycles"][0] == table["model.cycles"][0]
    assert np.isnan(table["rtl.cycles"][3])


def test_results_are_those_of_whole_layers() -> None:
    assert list(found().results) == ["h"]
    assert found(max_cycles=1).results == {}


def test_an_estimate_takes_the_rate_that_was_measured(tmp_path: Path) -> None:
    build = Build("top", tmp_path / "top-0")
    array = xnor_array()
    assumed = estimates.estimate(3, 100_000, array, build)
    assert not assumed.measured
    assert assumed.build_s == 0
    estimates.keep_rate(build, 50_000, 10.0)
    measured = estimates.estimate(3, 100_000, array, build)
    assert (measured.measured, measured.rate) == (True, 5_000)
    assert 20 < measured.simulation_s < 22
    # A cache that is not written: the next estimate is no better.
    estimates.keep_rate(Build("top", tmp_path / "nothing" / "top-0"), 50_000, 10.0)
    # Too short to tell.
    estimates.keep_rate(build, 10, 10.0)
    assert estimates.estimate(3, 100_000, array, build).rate == 5_000
    assert estimates.estimate(3, 100_000, array, None).build_s > 5


@pytest.mark.parametrize("content", ["", "{}", "nonsense", '{"cycles_per_s": "fast"}'])
def test_a_rate_that_cannot_be_read_is_none(tmp_path: Path, content: str) -> None:
    build = Build("top", tmp_path / "top-0")
    build.rate_file.write_text(content)
    assert not estimates.estimate(1, 1, xnor_array(), build).measured
