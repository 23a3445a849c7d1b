"""The accelerator: named arrays, scratchpads, a vector unit, a memory port, the global buffer behind it, and DRAM."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from workloads.encodings import Encoding
from workloads.operations import VectorFunction


class ArrayKind(Enum):
    """What the PEs of an array are."""

    XNOR = "xnor"
    MAC = "mac"


class Dataflow(Enum):
    """What stays in the PEs. Input stationary is weight stationary with the operands exchanged."""

    OUTPUT_STATIONARY = "output_stationary"
    WEIGHT_STATIONARY = "weight_stationary"
    INPUT_STATIONARY = "input_stationary"


@dataclass(frozen=True)
class Array:
    """A systolic array: of XNOR-popcount PEs, or of multiply-accumulators of one ``element``.

    Units: ``lanes`` are the bits that one XNOR PE multiplies in one cycle; a multiply-accumulator has one lane.
    ``pipeline_cycles`` pass between a PE's operand registers and its sum, the addition included. ``accumulator_rows``
    are the rows of results that a place of the result buffer holds: 0 in output stationary, where they are the array's.
    """

    name: str
    rows: int
    cols: int
    lanes: int
    accumulator_bits: int
    result_tiles: int
    element: Encoding | None = None
    pipeline_cycles: int = 1
    clock_gated: bool = False
    dataflow: Dataflow = Dataflow.OUTPUT_STATIONARY
    accumulator_rows: int = 0

    @property
    def kind(self) -> ArrayKind:
        """Return what the PEs are."""
        return ArrayKind.XNOR if self.element is None else ArrayKind.MAC

    @property
    def word_bits(self) -> int:
        """Return the bits of a k word: what a PE takes of each operand in one cycle."""
        return self.lanes if self.element is None else self.element.bits

    @property
    def place_rows(self) -> int:
        """Return the rows of one place of the result buffer: the most rows of results that a tile has."""
        return self.rows if self.dataflow is Dataflow.OUTPUT_STATIONARY else self.accumulator_rows

    @property
    def pes(self) -> int:
        """Return the number of processing elements."""
        return self.rows * self.cols

    def least_bits(self, planes: tuple[int, int] = (1, 1)) -> tuple[int, int]:
        """Return what scratchpads A and B must hold at least: a k word of every row, a fold where weights stay.

        ``planes`` are those of the operand that passes through each. Units: bits of both halves.
        """
        lines_b = self.cols if self.dataflow is Dataflow.OUTPUT_STATIONARY else self.cols * self.rows
        return 2 * self.word_bits * planes[0] * self.rows, 2 * self.word_bits * planes[1] * lines_b


@dataclass(frozen=True)
class Port:
    """The memory port: one request a cycle, load data ``latency_cycles`` after acceptance."""

    width_bits: int
    latency_cycles: int


@dataclass(frozen=True)
class VectorUnit:
    """Lanes that each execute one fp32 instruction a cycle; model only.

    ``cycles_per_element`` replaces the cycles that a function's instructions take.
    """

    lanes: int
    cycles_per_element: Mapping[VectorFunction, int] = field(default_factory=dict)
    clock_gated: bool = False


@dataclass(frozen=True)
class Dram:
    """The memory behind the global buffer."""

    bits_per_cycle: int


@dataclass(frozen=True)
class Accelerator:
    """Everything that cycles, counts and areas depend on.

    ``or_pool`` tells whether there is a unit behind the port that pools maps of bits.
    Units: capacities in bits; a scratchpad's capacity is that of both halves.
    """

    name: str
    description: str
    frequency_hz: int
    arrays: Mapping[str, Array]
    scratchpad_a_bits: int
    scratchpad_b_bits: int
    port: Port
    global_buffer_bits: int
    vector_unit: VectorUnit | None = None
    dram: Dram | None = None
    or_pool: bool = False

    @property
    def scratchpad_bits(self) -> tuple[int, int]:
        """Return the capacities of scratchpads A and B."""
        return self.scratchpad_a_bits, self.scratchpad_b_bits

    def words_per_half(self, array: Array, planes: tuple[int, int] = (1, 1)) -> tuple[int, int]:
        """Return how many k words of each row, in so many planes, a half of scratchpad A and of scratchpad B holds."""
        return (
            self.scratchpad_a_bits // (2 * array.word_bits * planes[0] * array.rows),
            self.scratchpad_b_bits // (2 * array.word_bits * planes[1] * array.cols),
        )
