"""The technology file (TOML) with its SRAM table (CSV), and the technologies that come with the program."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from costmodel.sram_file import read_sram_points
from costmodel.technology import Kind, Price, SramTable, Technology
from workloads.errors import InputError, problem, shown
from workloads.model_file import FileModel, check_version, read_toml, validate

SCHEMA_VERSION = 1
TECHNOLOGY_DIR = Path(__file__).parent / "technologies"


def _stated(value: object) -> float | None:
    """Return a number, or None where the file says that its source states none."""
    if value == "unknown":
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        return float(value)
    raise ValueError(f'must be a number > 0 or "unknown", not {shown(value)}')


def _source(text: str) -> str:
    if not text.strip():
        raise ValueError(f"must say where the number comes from, not {shown(text)}")
    return text


def _table(name: str) -> str:
    if Path(name).name != name or not name.endswith(".csv"):
        raise ValueError(f"must be the name of a .csv file beside this one, not {shown(name)}")
    return name


Positive = Annotated[float, Field(gt=0)]
Stated = Annotated[float | None, BeforeValidator(_stated)]
KindName = Literal["synthesized", "published", "composed", "scaled", "unverified"]


class OriginModel(FileModel):
    """Where a number holds and where it comes from."""

    node_nm: Stated
    voltage_v: Stated
    kind: KindName
    source: Annotated[str, AfterValidator(_source)]
    note: str = ""


class PriceModel(OriginModel):
    """A price of any unit."""

    value: Positive
    unit: str


class EnergyModel(PriceModel):
    """Energy of one use."""

    unit: Literal["fJ", "pJ"]


class AreaModel(PriceModel):
    """Area of one unit."""

    unit: Literal["um2"]


class LeakageModel(PriceModel):
    """Leakage power of one unit."""

    unit: Literal["nW", "uW", "mW"]


class PricesModel(FileModel):
    """``[prices.NAME]``: every price that a formula knows; one that is left out is an error when a formula needs it."""

    register_bit_clock_energy: EnergyModel | None = None
    register_bit_data_energy: EnergyModel | None = None
    register_bit_area: AreaModel | None = None
    register_bit_leakage: LeakageModel | None = None
    bitwise_32_energy: EnergyModel | None = None
    bitwise_32_area: AreaModel | None = None
    bitwise_32_leakage: LeakageModel | None = None
    adder_8_energy: EnergyModel | None = None
    adder_32_energy: EnergyModel | None = None
    adder_32_area: AreaModel | None = None
    adder_32_leakage: LeakageModel | None = None
    shifter_32_energy: EnergyModel | None = None
    shifter_32_area: AreaModel | None = None
    shifter_32_leakage: LeakageModel | None = None
    comparator_32_energy: EnergyModel | None = None
    comparator_32_area: AreaModel | None = None
    comparator_32_leakage: LeakageModel | None = None
    multiplier_int8_energy: EnergyModel | None = None
    multiplier_int8_area: AreaModel | None = None
    multiplier_int8_leakage: LeakageModel | None = None
    multiplier_fp16_energy: EnergyModel | None = None
    multiplier_fp16_area: AreaModel | None = None
    multiplier_fp16_leakage: LeakageModel | None = None
    multiplier_fp32_energy: EnergyModel | None = None
    multiplier_fp32_area: AreaModel | None = None
    multiplier_fp32_leakage: LeakageModel | None = None
    adder_fp16_energy: EnergyModel | None = None
    adder_fp16_area: AreaModel | None = None
    adder_fp16_leakage: LeakageModel | None = None
    adder_fp32_energy: EnergyModel | None = None
    adder_fp32_area: AreaModel | None = None
    adder_fp32_leakage: LeakageModel | None = None
    dram_bit_energy: EnergyModel | None = None


class SramModel(OriginModel):
    """``[sram]``: the CSV beside the technology file that holds the macros."""

    table: Annotated[str, AfterValidator(_table)]


class TechnologyModel(FileModel):
    """A technology file."""

    schema_version: Literal[1]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    node_nm: Positive
    voltage_v: Stated
    description: str = ""
    prices: PricesModel
    sram: SramModel


def technology_names() -> list[str]:
    """Return the names of the technologies that come with the program."""
    return sorted(path.stem for path in TECHNOLOGY_DIR.glob("*.toml"))


def technology_path(name_or_path: str | Path) -> Path:
    """Return the file of a technology that comes with the program, or of a path.

    Errors: InputError if there is neither a technology nor a file of that name.
    """
    if str(name_or_path) in technology_names():
        return TECHNOLOGY_DIR / f"{name_or_path}.toml"
    path = Path(name_or_path)
    if not path.is_file():
        known = ", ".join(technology_names())
        raise InputError(problem("technology", f"must be a file or one of {known}", str(name_or_path)))
    return path


def load_technology(name_or_path: str | Path) -> Technology:
    """Load a technology by name or by path.

    Errors: InputError naming file, field, rule and value.
    """
    return read_technology(technology_path(name_or_path))


def read_technology(path: Path) -> Technology:
    """Read a technology file and the SRAM table beside it.

    Errors: InputError naming file, field, rule and value.
    """
    data = read_toml(path)
    check_version(data, SCHEMA_VERSION, path)
    model = validate(TechnologyModel, data, path)
    prices = {name: _price(entry) for name, entry in model.prices if entry is not None}
    return Technology(
        name=model.name,
        node_nm=model.node_nm,
        voltage_v=model.voltage_v,
        description=model.description,
        prices=prices,
        sram=_sram_table(model.sram, path.parent),
        file=str(path),
    )


def _price(entry: PriceModel) -> Price:
    return Price(entry.value, entry.unit, entry.node_nm, entry.voltage_v, Kind(entry.kind), entry.source, entry.note)


def _sram_table(entry: SramModel, folder: Path) -> SramTable:
    points = read_sram_points(folder / entry.table)
    return SramTable(points, entry.node_nm, entry.voltage_v, Kind(entry.kind), entry.source, entry.note)
