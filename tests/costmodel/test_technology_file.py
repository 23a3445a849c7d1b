"""The technology file: it loads whole, and each way to be wrong gets one line."""

from dataclasses import replace
from pathlib import Path

import pytest

from costmodel.technology import Kind, worse
from costmodel.technology_file import TECHNOLOGY_DIR, load_technology, read_technology, technology_names
from workloads.errors import InputError

TOML = (TECHNOLOGY_DIR / "45nm.toml").read_text(encoding="utf-8")
CSV = (TECHNOLOGY_DIR / "cacti-45nm.csv").read_text(encoding="utf-8")
SHIFTER = "[prices.shifter_32_energy]\nvalue = 417\n"


def broken(folder: Path, toml: str = TOML, csv: str = CSV) -> str:
    """Return the message that a technology file and its table are refused with."""
    file = folder / "broken.toml"
    file.write_text(toml, encoding="utf-8")
    (folder / "cacti-45nm.csv").write_text(csv, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_technology(file)
    message = str(caught.value)
    assert "\n" not in message
    return message.replace(str(folder), "DIR")


@pytest.mark.parametrize("name", technology_names())
def test_technologies_load_under_their_file_name(name: str) -> None:
    technology = load_technology(name)
    assert technology.name == name
    assert technology.description
    assert all(price.source for price in technology.prices.values())


def test_numbers_come_in_the_units_of_the_model() -> None:
    technology = load_technology("45nm")
    amounts = {name: technology.price(name).amount for name in technology.prices}
    assert amounts["register_bit_clock_energy"] == pytest.approx(7.94e-3)
    assert amounts["adder_8_energy"] == 0.03
    assert amounts["register_bit_leakage"] == pytest.approx(74e-6)
    assert amounts["adder_32_leakage"] == pytest.approx(2.25e-3)
    assert amounts["adder_32_area"] == 278


def test_a_foreign_node_and_an_unknown_voltage_are_kept() -> None:
    price = load_technology("45nm").price("register_bit_clock_energy")
    assert (price.node_nm, price.voltage_v, price.kind) == (40, None, Kind.PUBLISHED)
    assert load_technology("45nm").price("adder_32_energy").voltage_v == 0.9


def test_an_unknown_node_is_kept() -> None:
    price = load_technology("45nm").price("dram_bit_energy")
    assert (price.amount, price.node_nm, price.voltage_v, price.kind) == (8, None, None, Kind.PUBLISHED)


def test_a_missing_price_names_technology_and_file() -> None:
    technology = load_technology("45nm")
    without = {name: price for name, price in technology.prices.items() if name != "shifter_32_energy"}
    with pytest.raises(InputError, match=r"^no price shifter_32_energy in 45nm \(.*45nm\.toml\)$"):
        replace(technology, prices=without).price("shifter_32_energy")


def test_a_price_may_be_left_out_of_the_file(tmp_path: Path) -> None:
    start = TOML.index("[prices.shifter_32_energy]")
    file = tmp_path / "fewer.toml"
    file.write_text(TOML[:start] + TOML[TOML.index("[prices.shifter_32_area]") :], encoding="utf-8")
    (tmp_path / "cacti-45nm.csv").write_text(CSV, encoding="utf-8")
    assert "shifter_32_energy" not in read_technology(file).prices


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (SHIFTER, SHIFTER + "colour = 1\n", "prices.shifter_32_energy.colour is not a known key (DIR/broken.toml)"),
        ("prices.shifter_32_energy", "prices.shiftre", "prices.shiftre is not a known key (DIR/broken.toml)"),
        (SHIFTER, SHIFTER.replace("417", "-417"), "prices.shifter_32_energy.value must be > 0.0, not -417"),
        (SHIFTER, SHIFTER.replace("417", "nan"), "prices.shifter_32_energy.value must be finite, not nan"),
        (SHIFTER, SHIFTER.replace("417", '"417"'), "prices.shifter_32_energy.value must be a number, not '417'"),
        (SHIFTER, SHIFTER.replace("value = 417", ""), "prices.shifter_32_energy.value is required"),
        ('"fJ"', '"um2"', "prices.register_bit_clock_energy.unit must be 'fJ' or 'pJ', not 'um2'"),
        ('"unknown"', '"high"', "voltage_v must be a number > 0 or \"unknown\", not 'high'"),
        ("voltage_v = 0.9", "voltage_v = 0", 'voltage_v must be a number > 0 or "unknown", not 0'),
        (
            "node_nm = 40",
            'node_nm = "new"',
            "register_bit_clock_energy.node_nm must be a number > 0 or \"unknown\", not 'new'",
        ),
        ("node_nm = 40", "node_nm = -40", 'node_nm must be a number > 0 or "unknown", not -40'),
        ("node_nm = 45", 'node_nm = "unknown"', "node_nm must be a number, not 'unknown'"),
        ('voltage_v = "unknown"\n', "", "prices.register_bit_clock_energy.voltage_v is required"),
        (
            "schema_version = 1",
            "schema_version = 2",
            "schema_version 2 is newer than 1, which this program reads: update",
        ),
        (
            'table = "cacti-45nm.csv"',
            'table = "../x.csv"',
            "sram.table must be the name of a .csv file beside this one, not '../x.csv'",
        ),
        ('table = "cacti-45nm.csv"', 'table = "none.csv"', "DIR/none.csv: cannot be read as CSV: No such file"),
    ],
)
def test_a_malformed_file_gets_one_line(tmp_path: Path, before: str, after: str, message: str) -> None:
    assert message in broken(tmp_path, TOML.replace(before, after, 1))


def test_a_source_must_say_something(tmp_path: Path) -> None:
    lines = TOML.splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("source"))
    empty = [*lines[:first], 'source = " "', *lines[first + 1 :]]
    missing = [*lines[:first], *lines[first + 1 :]]
    field = "prices.register_bit_clock_energy.source"
    assert f"{field} must say where the number comes from, not ' '" in broken(tmp_path, "\n".join(empty))
    assert f"{field} is required" in broken(tmp_path, "\n".join(missing))


def test_an_unknown_kind_lists_the_known_ones(tmp_path: Path) -> None:
    message = broken(tmp_path, TOML.replace('kind = "published"', 'kind = "guessed"', 1))
    assert "kind must be 'synthesized', 'published', 'composed', 'scaled' or 'unverified', not 'guessed'" in message


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("read_pj", "red_pj", "sram.line 6.red_pj is not a known key"),
        ("3.38552", "-3.38552", "sram.line 6.read_pj must be > 0.0, not -3.38552 (DIR/cacti-45nm.csv)"),
        ("3.38552", "much", "sram.line 6.read_pj must be a number, not 'much'"),
        ("3.38552", "inf", "sram.line 6.read_pj must be finite, not inf"),
        ("3.38552,", "", "sram.line 6 must have 8 columns, not 7"),
        ("4096,64,", "4097,64,", "sram 4096 bytes x 64 bits must be on exactly one line, not 0"),
        ("4096,128,", "4096,64,", "sram 4096 bytes x 64 bits must be on exactly one line, not 2"),
    ],
)
def test_a_malformed_table_gets_one_line(tmp_path: Path, before: str, after: str, message: str) -> None:
    assert message in broken(tmp_path, csv=CSV.replace(before, after, 1))


@pytest.mark.parametrize("csv", ["", "# nothing\n", CSV.splitlines()[4] + "\n"])
def test_an_empty_table_is_refused(tmp_path: Path, csv: str) -> None:
    assert broken(tmp_path, csv=csv) == "sram must have a header and at least one line (DIR/cacti-45nm.csv)"


def test_an_unknown_technology_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match="technology must be a file or one of 45nm, not '46nm'"):
        load_technology("46nm")


def test_the_worst_ingredient_wins() -> None:
    order = [Kind.SYNTHESIZED, Kind.PUBLISHED, Kind.COMPOSED, Kind.SCALED, Kind.UNVERIFIED]
    for place, kind in enumerate(order):
        assert all(worse(kind, other) is worse(other, kind) is kind for other in order[: place + 1])
