"""The accelerator file (TOML) and the presets."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from simulator.accelerator import Accelerator, Array, Port
from workloads.errors import InputError, input_error, problem
from workloads.model_file import FileModel, check_version, read_toml, validate

SCHEMA_VERSION = 1
PRESET_DIR = Path(__file__).parent / "presets"
_KIB_BITS = 8192
_MAX_BITS = 1 << 40


class CapacityModel(FileModel):
    """A memory's capacity, in bits or in KiB."""

    capacity_bits: Annotated[int, Field(ge=1, le=_MAX_BITS)] | None = None
    capacity_kib: Annotated[int, Field(ge=1, le=_MAX_BITS // _KIB_BITS)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.capacity_bits is None) == (self.capacity_kib is None):
            raise ValueError("must have either capacity_bits or capacity_kib")
        return self

    @property
    def bits(self) -> int:
        """Return the capacity in bits."""
        return self.capacity_bits or (self.capacity_kib or 0) * _KIB_BITS


class ArrayModel(FileModel):
    """``[arrays.NAME]``."""

    kind: Literal["xnor"]
    dataflow: Literal["output_stationary"]
    rows: Annotated[int, Field(ge=1, le=256)]
    cols: Annotated[int, Field(ge=1, le=256)]
    lanes: Annotated[int, Field(ge=1, le=1024)]
    accumulator_bits: Annotated[int, Field(ge=8, le=64)] = 32
    result_tiles: Annotated[int, Field(ge=2, le=8)] = 5
    clock_gating: Literal["none"] = "none"


class ScratchpadsModel(FileModel):
    """``[scratchpads]``."""

    a: CapacityModel
    b: CapacityModel


class PortModel(FileModel):
    """``[port]``."""

    width_bits: Annotated[int, Field(ge=8, le=4096)]
    latency_cycles: Annotated[int, Field(ge=1, le=65535)]

    @field_validator("width_bits")
    @classmethod
    def _power_of_two(cls, width_bits: int) -> int:
        if width_bits & (width_bits - 1):
            raise ValueError(f"must be a power of two, not {width_bits}")
        return width_bits


class AcceleratorModel(FileModel):
    """An accelerator file."""

    schema_version: Literal[1]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    description: str = ""
    frequency_mhz: Annotated[int, Field(ge=1, le=100_000)]
    arrays: Annotated[dict[str, ArrayModel], Field(min_length=1, max_length=1)]
    scratchpads: ScratchpadsModel
    port: PortModel
    global_buffer: CapacityModel


def preset_names() -> list[str]:
    """Return the names of the accelerators that come with the program."""
    return sorted(path.stem for path in PRESET_DIR.glob("*.toml"))


def load_accelerator(name_or_path: str | Path) -> Accelerator:
    """Load a preset by name or an accelerator file by path.

    Errors: InputError naming file, field, rule and value.
    """
    return read_accelerator(accelerator_path(name_or_path))


def accelerator_path(name_or_path: str | Path) -> Path:
    """Return the file of a preset or of a path.

    Errors: InputError if there is neither a preset nor a file of that name.
    """
    if str(name_or_path) in preset_names():
        return PRESET_DIR / f"{name_or_path}.toml"
    path = Path(name_or_path)
    if not path.is_file():
        known = ", ".join(preset_names())
        raise InputError(problem("accelerator", f"must be a file or one of {known}", str(name_or_path)))
    return path


def read_accelerator(path: Path) -> Accelerator:
    """Read an accelerator file.

    Errors: InputError naming file, field, rule and value.
    """
    data = read_toml(path)
    check_version(data, SCHEMA_VERSION, path)
    model = validate(AcceleratorModel, data, path)
    arrays = {
        name: Array(name, entry.rows, entry.cols, entry.lanes, entry.accumulator_bits, entry.result_tiles)
        for name, entry in model.arrays.items()
    }
    accelerator = Accelerator(
        name=model.name,
        description=model.description,
        frequency_hz=model.frequency_mhz * 1_000_000,
        arrays=arrays,
        scratchpad_a_bits=model.scratchpads.a.bits,
        scratchpad_b_bits=model.scratchpads.b.bits,
        port=Port(model.port.width_bits, model.port.latency_cycles),
        global_buffer_bits=model.global_buffer.bits,
    )
    problems = [text for array in arrays.values() for text in _too_small(accelerator, array)]
    if problems:
        raise input_error(problems, path)
    return accelerator


def _too_small(accelerator: Accelerator, array: Array) -> list[str]:
    """Return the scratchpads whose half does not hold one k word of every row: no job could run."""
    sides = (
        ("scratchpads.a", accelerator.scratchpad_a_bits, array.rows),
        ("scratchpads.b", accelerator.scratchpad_b_bits, array.cols),
    )
    return [
        problem(f"{field}.capacity_bits", f"must be >= {2 * lines * array.lanes} for arrays.{array.name}", bits)
        for field, bits, lines in sides
        if bits // 2 < lines * array.lanes
    ]
