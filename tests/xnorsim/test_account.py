"""``xnorsim account`` and how transformers are listed, shown and refused."""

import json
import re

import pytest

from xnorsim.cli.app import run


def test_json_has_the_documented_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["account", "ecoformer-pvtv2-b0", "--rule", "ecoformer", "--json", "-"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert list(report) == ["workload", "rule", "mul", "add", "energy_pj", "area_um2"]
    assert (report["workload"], report["rule"]) == ("ecoformer-pvtv2-b0", "ecoformer")
    assert (report["mul"], report["add"]) == (535_392_840, 564_786_176)
    assert report["energy_pj"] == pytest.approx(2_489_261_066.4, rel=1e-12)
    assert report["area_um2"] == 535_392_840 * 7700 + 564_786_176 * 4184


def test_the_table_adds_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["account", "pvtv2-b0", "--rule", "ecoformer"]) == 0
    rows = re.findall(r"^(\w[\w ]*?)  +(\d+)  +([\d,]+)  +([\d,]+)  +[\d.]+  +[\d.]+%", capsys.readouterr().out, re.M)
    *parts, total = [(name, *(int(x.replace(",", "")) for x in numbers)) for name, *numbers in rows]
    assert total == ("total", 102, 2_015_865_904, 1_993_315_712)
    for column in (1, 2, 3):
        assert sum(int(part[column]) for part in parts) == total[column]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["account", "pvtv2-b0", "--rule", "nope"], "rule must be ecoformer, not 'nope'"),
        (["account", "pvtv2-b0"], "Missing option '--rule'."),
        (
            ["account", "mnist-tfc", "--rule", "ecoformer"],
            "layer fc1: the rule ecoformer charges fp32 arithmetic, but images is bipolar",
        ),
        (
            ["run", "ecoformer-pvtv2-b0"],
            "layer stages.0.patch_embed.product: no array of xnor-16x16x64 holds fp32 x fp32; it has xnor (xnor): "
            "--cast fp32=int8 would make integers of it",
        ),
    ],
)
def test_each_mistake_is_one_line_and_exit_2(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    assert capsys.readouterr() == ("", f"xnorsim: {message}\n")


def test_a_deep_network_is_shown_in_as_many_lines_as_a_flat_one(capsys: pytest.CaptureFixture[str]) -> None:
    heights = []
    for depths in ("2,2,2,2", "3,8,27,3"):
        assert run(["show", "workload", "ecoformer-pvtv2-b1", "-p", f"depths={depths}"]) == 0
        heights.append(len(capsys.readouterr().out.splitlines()))
    assert heights[0] == heights[1] < 100


def test_the_page_names_blocks_and_totals(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["show", "workload", "twins-svt-s"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^stages.2.blocks.0-9.attention +softmax attention +10 ", out, re.M)
    assert re.search(r"^stages.2.position +convolution +1 +1 +9 +196 +256 ", out, re.M)
    assert re.search(r"^total +199 ", out, re.M)
    assert re.search(r"^-p depths=N,N,\.\.\. +blocks of each stage \(each 1 to 100, default 2,2,10,4\)", out, re.M)
