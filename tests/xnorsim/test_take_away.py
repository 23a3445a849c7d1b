"""The RTL to take away: everything is there, whole or not at all, and nothing is written over."""

import re
from pathlib import Path

import pytest

import rtl
from simulator.accelerator_file import PRESET_DIR, load_accelerator
from tests.strategies import exchanged, hardware
from workloads.errors import InputError
from xnorsim.cosimulation import take_away as module
from xnorsim.cosimulation.sources import read_file_list
from xnorsim.cosimulation.take_away import take_away

PRESET = PRESET_DIR / "xnor-8x8x64.toml"


def test_the_folder_is_all_that_its_user_needs(tmp_path: Path) -> None:
    take_away(load_accelerator("xnor-8x8x64"), PRESET, tmp_path / "made")
    made = tmp_path / "made"
    listed = read_file_list(made / "xnorsim.f").files
    assert [path.name for path in listed] == [path.name for path in rtl.source_files()]
    assert all(path.is_relative_to(made) for path in listed)
    for path in listed:
        assert path.read_text() == (rtl.SOURCE_DIR / path.name).read_text()
    parameters = dict(line.removeprefix("-G").split("=") for line in (made / "parameters.f").read_text().split())
    assert (parameters["Rows"], parameters["Lanes"], parameters["PortBits"]) == ("8", "64", "128")
    assert load_accelerator(made / "accelerator.toml") == load_accelerator("xnor-8x8x64")
    assert not re.search("@[A-Z_]+@", (made / "bench" / "xnorsim_tb.sv").read_text())
    image, expected = ((made / "bench" / f"{name}.hex").read_text().split() for name in ("image", "expected"))
    # The result, and nothing else, is another one.
    assert len(image) == len(expected)
    changed = [word for word, (old, new) in enumerate(zip(image, expected, strict=True)) if old != new]
    assert len(changed) == 9
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


@pytest.mark.parametrize("kind", ["folder", "empty folder", "file", "link"])
def test_nothing_is_written_over(tmp_path: Path, kind: str) -> None:
    made = tmp_path / "made"
    if kind == "file":
        made.write_text("mine")
    elif kind == "link":
        made.symlink_to(tmp_path / "nowhere")
    else:
        made.mkdir()
    if kind == "folder":
        (made / "mine").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError, match="made: is there already, and is not written over"):
        take_away(load_accelerator("xnor-8x8x64"), PRESET, made)
    assert sorted(tmp_path.rglob("*")) == before


def test_what_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "_write_bench", fail)
    with pytest.raises(KeyboardInterrupt):
        take_away(load_accelerator("xnor-8x8x64"), PRESET, tmp_path / "made")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written: No such file or directory"):
        take_away(load_accelerator("xnor-8x8x64"), PRESET, tmp_path / "missing" / "made")


def test_an_accelerator_without_rtl(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="mac-int8: has no RTL, which is that of an array of kind xnor"):
        take_away(load_accelerator("mac-int8"), PRESET, tmp_path / "made")
    assert list(tmp_path.iterdir()) == []


def test_every_dataflow_has_a_job_for_its_test_bench(tmp_path: Path) -> None:
    weight = hardware(3, 2, 8, kc=(5, 6), accumulator_bits=8, accumulator_rows=4)
    for number, accelerator in enumerate((hardware(2, 3, 5, accumulator_bits=8), weight, exchanged(weight))):
        take_away(accelerator, PRESET, tmp_path / str(number))
        text = (tmp_path / str(number) / "bench" / "xnorsim_tb.sv").read_text()
        assert ".Dataflow        (Dataflow)" in text
        assert f"parameter int unsigned Dataflow = {int(number > 0)}" in text
