# ruff: noqa: E501  (one mistake a line reads best)
"""The accelerator file: presets load, and each way to be wrong gets one line."""

from pathlib import Path

import pytest

from simulator.accelerator import ArrayKind, Dram, VectorUnit
from simulator.accelerator_file import PRESET_DIR, load_accelerator, preset_names, read_accelerator
from workloads.encodings import encoding
from workloads.errors import InputError
from workloads.operations import VectorFunction

GOOD = (PRESET_DIR / "xnor-8x8x64.toml").read_text(encoding="utf-8")
MAC = (PRESET_DIR / "mac-fp32.toml").read_text(encoding="utf-8")
MIXED = (PRESET_DIR / "xnor-int8.toml").read_text(encoding="utf-8")


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
        ('dataflow = "output_stationary"', 'dataflow = "row"', "arrays.xnor.dataflow must be 'output_stationary', 'weight_stationary' or 'input_stationary', not 'row'"),
        ('dataflow = "output_stationary"', 'dataflow = "weight_stationary"', "arrays.xnor must have accumulator_rows for weight_stationary"),
        ("result_tiles = 5", "result_tiles = 5\naccumulator_rows = 4", "arrays.xnor must not have accumulator_rows for output_stationary: a place has the array's rows"),
        ('clock_gating = "none"', 'clock_gating = "pe"', "arrays.xnor.clock_gating must be 'none' or 'array', not 'pe'"),
        ('kind = "xnor"', 'kind = "fpga"', "arrays.xnor.kind must be one of 'xnor', 'mac', not 'fpga'"),
        ('kind = "xnor"', "kind = 3", "arrays.xnor.kind must be one of 'xnor', 'mac', not 3"),
        ('kind = "xnor"', "", "arrays.xnor.kind is required"),
        ("lanes = 64", "", "arrays.xnor.lanes is required"),
        ("lanes = 64", "lanes = 64\npipeline_cycles = 2", "arrays.xnor.pipeline_cycles is not a known key"),
        ("lanes = 64", 'lanes = 64\nelement = "int8"', "arrays.xnor.element is not a known key"),
        ("[arrays.xnor]", "arrays.xnor = 3\n[xnor]", "xnor is not a known key; arrays.xnor must be a table, not 3"),
        ("[arrays.xnor]", "arrays = {}\n[xnor]", "arrays must have at least 1 entries, not {}"),
        ("frequency_mhz = 250", "frequency_mhz = inf", "frequency_mhz must be an integer, not inf"),
        ("[port]", "[prot]", "prot is not a known key; port is required"),
        ("[port]", "[port", "cannot be read as TOML"),
    ],
)  # fmt: skip
def test_each_mistake_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    check_message(tmp_path, GOOD, old, new, message)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rows = 32", "rows = 32\nlanes = 4", "arrays.mac.lanes is not a known key"),
        ("rows = 32", "rows = 0", "arrays.mac.rows must be >= 1, not 0"),
        ('element = "fp32"', 'element = "fp64"', "arrays.mac.element must be 'int8', 'fp16' or 'fp32', not 'fp64'"),
        ('element = "fp32"', "", "arrays.mac.element is required"),
        ("pipeline_cycles = 3", "", "arrays.mac.pipeline_cycles is required"),
        ("pipeline_cycles = 3", "pipeline_cycles = 0", "arrays.mac.pipeline_cycles must be >= 1, not 0"),
        ("pipeline_cycles = 3", "pipeline_cycles = 65", "arrays.mac.pipeline_cycles must be <= 64, not 65"),
        ("accumulator_bits = 32", "accumulator_bits = 16", "arrays.mac must have accumulator_bits 32 for fp32, not 16"),
        ("[vector_unit]\nlanes = 32", "[vector_unit]\nlanes = 0", "vector_unit.lanes must be >= 1, not 0"),
        ("[vector_unit]\nlanes = 32", "[vector_unit]", "vector_unit.lanes is required"),
        ("[vector_unit]", "[vector_unit]\ncycles_per_element.exp = 0", "vector_unit.cycles_per_element.exp must be >= 1, not 0"),
        ("[vector_unit]", "[vector_unit]\ncycles_per_element.tanh = 9", "vector_unit.cycles_per_element must name functions (add, multiply, "),
        ("[vector_unit]", "[vector_unit]\ncycles_per_element.tanh = 9", "lower), not 'tanh'"),
        ("bits_per_cycle = 256", "bits_per_cycle = 0", "dram.bits_per_cycle must be >= 1, not 0"),
        ("bits_per_cycle = 256", "", "dram.bits_per_cycle is required"),
        ("bits_per_cycle = 256", "gigabytes = 4", "dram.gigabytes is not a known key; dram.bits_per_cycle is required"),
    ],
)  # fmt: skip
def test_each_mistake_of_the_parts_around_a_mac_array_is_named(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    check_message(tmp_path, MAC, old, new, message)


def check_message(folder: Path, good: str, old: str, new: str, message: str) -> None:
    assert old in good
    file = folder / "wrong.toml"
    file.write_text(good.replace(old, new))
    with pytest.raises(InputError) as caught:
        read_accelerator(file)
    text = str(caught.value)
    assert message in text
    assert text.endswith(f"({file})") or text.startswith(f"{file}: ")
    assert "\n" not in text


@pytest.mark.parametrize(
    ("element", "bits", "rule"),
    [
        ("int8", 15, ">= 16"), ("fp16", 24, "16 or 32"), ("fp16", 64, "16 or 32"), ("fp32", 64, "32"),
    ],
)  # fmt: skip
def test_floats_accumulate_in_floats_and_integers_in_at_least_a_product(
    tmp_path: Path, element: str, bits: int, rule: str
) -> None:
    text = MAC.replace('element = "fp32"', f'element = "{element}"')
    message = f"arrays.mac must have accumulator_bits {rule} for {element}, not {bits}"
    check_message(tmp_path, text, "accumulator_bits = 32", f"accumulator_bits = {bits}", message)


def test_a_scratchpad_must_hold_a_word_of_every_row_of_every_array(tmp_path: Path) -> None:
    # Two halves of 32 words: of 64 bits for arrays.xnor, of 8 for arrays.mac.
    message = "scratchpads.a.capacity_bits must be >= 4096 for arrays.xnor, not 511; scratchpads.a.capacity_bits must be >= 512 for arrays.mac, not 511"
    check_message(tmp_path, MIXED, "a.capacity_kib = 64", "a.capacity_bits = 511", message)


def test_a_mixed_accelerator_is_read_whole() -> None:
    accelerator = load_accelerator("xnor-int8")
    xnor, mac = accelerator.arrays.values()
    assert (xnor.kind, xnor.lanes, xnor.word_bits, xnor.pipeline_cycles) == (ArrayKind.XNOR, 64, 64, 1)
    assert (mac.kind, mac.lanes, mac.word_bits, mac.element) == (ArrayKind.MAC, 1, 8, encoding("int8"))
    assert xnor.clock_gated
    assert mac.clock_gated
    assert accelerator.vector_unit == VectorUnit(32, {}, clock_gated=True)
    assert accelerator.dram == Dram(256)
    assert not load_accelerator("xnor-8x8x64").arrays["xnor"].clock_gated


def test_overrides_of_the_vector_unit_are_read_by_function(tmp_path: Path) -> None:
    file = tmp_path / "fast.toml"
    file.write_text(MAC.replace("[vector_unit]", "[vector_unit]\ncycles_per_element = {exp = 2, gelu = 5}"))
    unit = read_accelerator(file).vector_unit
    assert unit is not None
    assert unit.cycles_per_element == {VectorFunction.EXP: 2, VectorFunction.GELU: 5}


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
    known = ", ".join(preset_names())
    with pytest.raises(InputError, match=f"accelerator must be a file or one of {known}, not 'no-such'"):
        load_accelerator("no-such")


@pytest.mark.parametrize("name", ["vector_unit", "dram", "global_buffer", '""', "Xnor", '"a b"', '"é"', "a" * 33])
def test_an_array_has_a_name_that_no_other_component_has(name: str, tmp_path: Path) -> None:
    text = (PRESET_DIR / "xnor-8x8x64.toml").read_text(encoding="utf-8")
    (tmp_path / "named.toml").write_text(text.replace("[arrays.xnor]", f"[arrays.{name}]"), encoding="utf-8")
    with pytest.raises(InputError, match=r"^arrays must have names of a-z, 0-9 and _, other than vector_unit, dram, "):
        load_accelerator(tmp_path / "named.toml")


def test_a_global_buffer_holds_a_port_word(tmp_path: Path) -> None:
    text = (PRESET_DIR / "xnor-8x8x64.toml").read_text(encoding="utf-8")
    (tmp_path / "tiny.toml").write_text(text.replace("capacity_kib = 512", "capacity_bits = 64"), encoding="utf-8")
    message = r"^global_buffer.capacity_bits must be >= 128, the width of the port, not 64 \("
    with pytest.raises(InputError, match=message):
        load_accelerator(tmp_path / "tiny.toml")
