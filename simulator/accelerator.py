"""The accelerator: named arrays, scratchpads, a memory port, and a global buffer behind it."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Array:
    """An output-stationary systolic array of XNOR-popcount PEs.

    Units: ``lanes`` are the bits that one PE multiplies in one cycle.
    """

    name: str
    rows: int
    cols: int
    lanes: int
    accumulator_bits: int
    result_tiles: int

    @property
    def pes(self) -> int:
        """Return the number of processing elements."""
        return self.rows * self.cols


@dataclass(frozen=True)
class Port:
    """The memory port: one request a cycle, load data ``latency_cycles`` after acceptance."""

    width_bits: int
    latency_cycles: int


@dataclass(frozen=True)
class Accelerator:
    """Everything that cycles, counts and areas depend on.

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

    def words_per_half(self, array: Array) -> tuple[int, int]:
        """Return how many k words of each row a half of scratchpad A and of scratchpad B holds."""
        return (
            self.scratchpad_a_bits // 2 // (array.rows * array.lanes),
            self.scratchpad_b_bits // 2 // (array.cols * array.lanes),
        )
