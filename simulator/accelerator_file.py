"""The accelerator file (TOML) and the presets."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from simulator.accelerator import Accelerator, Array, Dataflow, Dram, Port, VectorUnit
from simulator.inventory import DRAM, OR_POOL, VECTOR_UNIT
from workloads.encodings import encoding
from workloads.errors import InputError, input_error, problem
from workloads.model_file import FileModel, check_version, read_toml, validate
from workloads.operations import VectorFunction

SCHEMA_VERSION = 1
PRESET_DIR = Path(__file__).parent / "presets"
_KIB_BITS = 8192
_MAX_BITS = 1 << 40
_TAKEN = (VECTOR_UNIT, DRAM, "scratchpad_a", "scratchpad_b", "global_buffer", OR_POOL)
"""Names of components that are no array's."""


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


Gating = Literal["none", "array"]


class ArrayModel(FileModel):
    """What both kinds of ``[arrays.NAME]`` have."""

    dataflow: Literal["output_stationary", "weight_stationary", "input_stationary"]
    accumulator_rows: Annotated[int, Field(ge=1, le=65536)] | None = None
    rows: Annotated[int, Field(ge=1, le=256)]
    cols: Annotated[int, Field(ge=1, le=256)]
    accumulator_bits: Annotated[int, Field(ge=8, le=64)] = 32
    result_tiles: Annotated[int, Field(ge=2, le=8)] = 5
    clock_gating: Gating = "none"

    @model_validator(mode="after")
    def _rows_of_a_place(self) -> Self:
        stationary = self.dataflow != "output_stationary"
        if stationary and self.accumulator_rows is None:
            raise ValueError(f"must have accumulator_rows for {self.dataflow}")
        if not stationary and self.accumulator_rows is not None:
            raise ValueError("must not have accumulator_rows for output_stationary: a place has the array's rows")
        return self

    def with_dataflow(self, array: Array) -> Array:
        """Return an array with this one's dataflow."""
        return replace(array, dataflow=Dataflow(self.dataflow), accumulator_rows=self.accumulator_rows or 0)


class XnorModel(ArrayModel):
    """An array of XNOR-popcount PEs."""

    kind: Literal["xnor"]
    lanes: Annotated[int, Field(ge=1, le=1024)]

    def array(self, name: str) -> Array:
        """Return the array."""
        array = Array(
            name, self.rows, self.cols, self.lanes, self.accumulator_bits, self.result_tiles,
            clock_gated=self.clock_gating == "array",
        )  # fmt: skip
        return self.with_dataflow(array)


class MacModel(ArrayModel):
    """An array of multiply-accumulators; floats accumulate in 16 or 32 bits."""

    kind: Literal["mac"]
    element: Literal["int8", "fp16", "fp32"]
    pipeline_cycles: Annotated[int, Field(ge=1, le=64)]

    @model_validator(mode="after")
    def _float_accumulator(self) -> Self:
        narrowest = {"int8": 16, "fp16": 16, "fp32": 32}[self.element]
        widths = (16, 32) if self.element != "int8" else range(narrowest, 65)
        if self.accumulator_bits < narrowest or self.accumulator_bits not in widths:
            rule = "16 or 32" if self.element == "fp16" else "32" if self.element == "fp32" else ">= 16"
            raise ValueError(f"must have accumulator_bits {rule} for {self.element}, not {self.accumulator_bits}")
        return self

    def array(self, name: str) -> Array:
        """Return the array."""
        array = Array(
            name, self.rows, self.cols, 1, self.accumulator_bits, self.result_tiles, encoding(self.element),
            self.pipeline_cycles, clock_gated=self.clock_gating == "array",
        )  # fmt: skip
        return self.with_dataflow(array)


class VectorUnitModel(FileModel):
    """``[vector_unit]``; ``cycles_per_element`` replaces what the instructions of a function take."""

    lanes: Annotated[int, Field(ge=1, le=4096)]
    cycles_per_element: dict[str, Annotated[int, Field(ge=1, le=4096)]] = {}
    clock_gating: Gating = "none"

    @field_validator("cycles_per_element")
    @classmethod
    def _functions(cls, cycles: dict[str, int]) -> dict[str, int]:
        known = [function.value for function in VectorFunction]
        unknown = next((name for name in cycles if name not in known), None)
        if unknown is not None:
            raise ValueError(f"must name functions ({', '.join(known)}), not {unknown!r}")
        return cycles

    def unit(self) -> VectorUnit:
        """Return the vector unit."""
        cycles = {VectorFunction(name): count for name, count in self.cycles_per_element.items()}
        return VectorUnit(self.lanes, cycles, clock_gated=self.clock_gating == "array")


class DramModel(FileModel):
    """``[dram]``: what is behind the global buffer."""

    bits_per_cycle: Annotated[int, Field(ge=1, le=1 << 20)]


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
    arrays: Annotated[
        dict[str, Annotated[XnorModel | MacModel, Field(discriminator="kind")]], Field(min_length=1, max_length=8)
    ]
    scratchpads: ScratchpadsModel
    port: PortModel
    global_buffer: CapacityModel
    vector_unit: VectorUnitModel | None = None
    dram: DramModel | None = None
    or_pool: bool = False

    @field_validator("arrays")
    @classmethod
    def _names(cls, arrays: dict[str, ArrayModel]) -> dict[str, ArrayModel]:
        # An array's components are named after it, beside those that every accelerator may have.
        for name in arrays:
            if re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name) is None or name in _TAKEN:
                raise ValueError(f"must have names of a-z, 0-9 and _, other than {', '.join(_TAKEN)}, not {name!r}")
        return arrays


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
    arrays = {name: entry.array(name) for name, entry in model.arrays.items()}
    accelerator = Accelerator(
        name=model.name,
        description=model.description,
        frequency_hz=model.frequency_mhz * 1_000_000,
        arrays=arrays,
        scratchpad_a_bits=model.scratchpads.a.bits,
        scratchpad_b_bits=model.scratchpads.b.bits,
        port=Port(model.port.width_bits, model.port.latency_cycles),
        global_buffer_bits=model.global_buffer.bits,
        vector_unit=None if model.vector_unit is None else model.vector_unit.unit(),
        dram=None if model.dram is None else Dram(model.dram.bits_per_cycle),
        or_pool=model.or_pool,
    )
    problems = [text for array in arrays.values() for text in _too_small(accelerator, array)]
    if accelerator.global_buffer_bits < accelerator.port.width_bits:
        rule = f"must be >= {accelerator.port.width_bits}, the width of the port"
        problems.append(problem("global_buffer.capacity_bits", rule, accelerator.global_buffer_bits))
    if problems:
        raise input_error(problems, path)
    return accelerator


def _too_small(accelerator: Accelerator, array: Array) -> list[str]:
    """Return the scratchpads too small for any job: for one k word of every row, or a fold of weights."""
    stationary = array.dataflow is not Dataflow.OUTPUT_STATIONARY
    sides = (
        ("scratchpads.a", accelerator.scratchpad_a_bits, array.rows),
        ("scratchpads.b", accelerator.scratchpad_b_bits, array.cols * (array.rows if stationary else 1)),
    )
    return [
        problem(f"{field}.capacity_bits", f"must be >= {2 * lines * array.word_bits} for arrays.{array.name}", bits)
        for field, bits, lines in sides
        if bits // 2 < lines * array.word_bits
    ]
