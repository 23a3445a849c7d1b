# ruff: noqa: E501  (one mistake a line reads best)
"""The accelerator file: presets load, and each way to be wrong gets one line."""

from pathlib import Path

import pytest

from simulator.accelerator_file import PRESET_DIR, load_accelerator, preset_names, read_accelerator
from workloads.errors import InputError

GOOD = (PRESET_DIR / "xnor-8x8x64.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", preset_names())
def test_presets_load_under_their_file_name(name: str) -> None:
    accelerator = load_accelerator(name)
    assert accelerator.name == name
    assert accelerator.description


def test_capacity_in_kib_or_in_bits(tmp_path: Path) -> None:
    file = tmp_path / "bits.toml"
    file.write_text(GOOD.replace("a.capacity_kib = 16", "a.capacity_bits = 131072"))
    assert read_accelerator(file) == load_accelerator("xnor-8x8x64")


def test_words_per_half_by_hand() -> None:
    accelerator = load_accelerator("xnor-8x8x64")
    # 16 KiB in two halves of 65,536 bits; a k word of all 8 rows takes 512.
    assert accelerator.words_per_half(accelerator.arrays["xnor"]) == (128, 128)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("schema_version = 1", "schema_version = 9", "schema_version 9 is newer than 1, which this program reads: update xnorsim"),
        ("schema_version = 1", "schema_version = 0", "schema_version must be 1, not 0"),
        ("rows = 8", "rows = 0", "arrays.xnor.rows must be >= 1, not 0"),
        ("rows = 8", "rows = -3", "arrays.xnor.rows must be >= 1, not -3"),
        ("rows = 8", "rows = 257", "arrays.xnor.rows must be <= 256, not 257"),
        ("rows = 8", "rows = 8.0", "arrays.xnor.rows must be an integer, not 8.0"),
        ("rows = 8", "rosw = 8", "arrays.xnor.rosw is not a known key; arrays.xnor.rows is required"),
        ("lanes = 64", "lanes = 1025", "arrays.xnor.lanes must be <= 1024, not 1025"),
        ("result_tiles = 5", "result_tiles = 1", "arrays.xnor.result_tiles must be >= 2, not 1"),
        ("width_bits = 128", "width_bits = 96", "port.width_bits must be a power of two, not 96"),
        ("width_bits = 128", "width_bits = 8192", "port.width_bits must be <= 4096, not 8192"),
        ("latency_cycles = 4", "latency_cycles = 0", "port.latency_cycles must be >= 1, not 0"),
        ("a.capacity_kib = 16", "a.capacity_bits = 1023", "scratchpads.a.capacity_bits must be >= 1024 for arrays.xnor, not 1023"),
        ("a.capacity_kib = 16", "a = {}", "scratchpads.a must have either capacity_bits or capacity_kib"),
        ('dataflow = "output_stationary"', 'dataflow = "row"', "arrays.xnor.dataflow must be 'output_stationary', not 'row'"),
        ('clock_gating = "none"', 'clock_gating = "pe"', "arrays.xnor.clock_gating must be 'none', not 'pe'"),
        ("frequency_mhz = 250", "frequency_mhz = inf", "frequency_mhz must be an integer, not inf"),
        ("[port]", "[prot]", "prot is not a known key; port is required"),
        ("[port]", "[port", "cannot be read as TOML"),
    ],
)  # fmt: skip
def test_each_mistake_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    file = tmp_path / "wrong.toml"
    file.write_text(GOOD.replace(old, new))
    with pytest.raises(InputError) as caught:
        read_accelerator(file)
    text = str(caught.value)
    assert message in text
    assert "wrong.toml" in text
    assert "\n" not in text


@pytest.mark.parametrize("text", ["rows = " + "9" * 5000, "rows = 0x" + "f" * 5000, "rows = " + "[" * 5000])
def test_numbers_and_nesting_beyond_reason_are_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(GOOD.replace("rows = 8", text))
    with pytest.raises(InputError, match=r"wrong\.toml"):
        read_accelerator(file)


def test_a_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    with (tmp_path / "sparse.toml").open("wb") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(InputError, match="cannot be read as TOML: must have at most 1048576 bytes"):
        read_accelerator(tmp_path / "sparse.toml")


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(GOOD.replace("rows = 8", "rows = 0").replace("cols = 8", "cols = 0"))
    with pytest.raises(InputError, match=r"arrays\.xnor\.rows .*; arrays\.xnor\.cols .* \(.*wrong\.toml\)"):
        read_accelerator(file)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"accelerator must be a file or one of .*xnor-8x8x64, not 'no-such'"):
        load_accelerator("no-such")
