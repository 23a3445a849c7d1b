"""The inventory of an accelerator: component -> how many, how large."""

from dataclasses import dataclass
from enum import Enum

from simulator.accelerator import Accelerator, Array

VALID_BITS = 1
"""The bit beside every word."""
FLAG_BITS = 3
"""The flags that run along with A words: first, last, tail."""


class ComponentKind(Enum):
    """What a component is made of; the cost model has one price formula for each."""

    XNOR_PE = "xnor_pe"
    SKEW = "skew"
    THRESHOLD_UNIT = "threshold_unit"
    REGISTER_FILE = "register_file"
    SRAM = "sram"


@dataclass(frozen=True)
class Component:
    """Equal units of one kind.

    Units: ``register_bits`` are the clocked flip-flops of one unit; ``capacity_bits`` is that of one memory,
    ``width_bits`` that of the word which an access reads or writes.
    """

    name: str
    kind: ComponentKind
    count: int
    lanes: int = 0
    accumulator_bits: int = 0
    register_bits: int = 0
    capacity_bits: int = 0
    width_bits: int = 0


def pe_register_bits(array: Array) -> int:
    """Return the flip-flops of a PE: both operands with their flags, the accumulator and the result register."""
    return 2 * (array.lanes + VALID_BITS) + FLAG_BITS + 2 * array.accumulator_bits


def skew_register_bits(array: Array) -> int:
    """Return the flip-flops of the skew: r words before row r, c before column c, and one line of flags."""
    words = (array.rows * (array.rows - 1) + array.cols * (array.cols - 1)) // 2
    return words * (array.lanes + VALID_BITS) + (array.rows - 1) * FLAG_BITS


def inventory(accelerator: Accelerator) -> tuple[Component, ...]:
    """Return every component that the cost model prices."""
    arrays = [component for array in accelerator.arrays.values() for component in _array(array)]
    widest = max(accelerator.arrays.values(), key=lambda array: array.rows * array.lanes)
    memories = [
        _scratchpad("scratchpad_a", accelerator.scratchpad_a_bits, widest.rows * widest.lanes),
        _scratchpad("scratchpad_b", accelerator.scratchpad_b_bits, widest.cols * widest.lanes),
        Component(
            "global_buffer",
            ComponentKind.SRAM,
            1,
            capacity_bits=accelerator.global_buffer_bits,
            width_bits=accelerator.port.width_bits,
        ),
    ]
    return (*arrays, *memories)


def _scratchpad(name: str, capacity_bits: int, width_bits: int) -> Component:
    # Two halves, each a memory of its own: one is read while the other is written.
    return Component(name, ComponentKind.SRAM, 2, capacity_bits=capacity_bits // 2, width_bits=width_bits)


def _array(array: Array) -> list[Component]:
    bits = array.accumulator_bits
    return [
        Component(
            f"{array.name}.pe",
            ComponentKind.XNOR_PE,
            array.pes,
            lanes=array.lanes,
            accumulator_bits=bits,
            register_bits=pe_register_bits(array),
        ),
        Component(
            f"{array.name}.skew",
            ComponentKind.SKEW,
            1,
            lanes=array.lanes,
            register_bits=skew_register_bits(array),
        ),
        # One unit a column: a comparator, and both halves of its threshold with the direction.
        Component(
            f"{array.name}.threshold",
            ComponentKind.THRESHOLD_UNIT,
            array.cols,
            accumulator_bits=bits,
            register_bits=2 * (bits + 1),
        ),
        Component(
            f"{array.name}.result_buffer",
            ComponentKind.REGISTER_FILE,
            1,
            capacity_bits=array.result_tiles * array.pes * bits,
        ),
    ]
