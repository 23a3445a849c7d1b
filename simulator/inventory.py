"""The inventory of an accelerator: component -> how many, how large."""

from dataclasses import dataclass
from enum import Enum

from simulator.accelerator import Accelerator, Array, ArrayKind, Dataflow

VALID_BITS = 1
"""The bit beside every word."""
FLAG_BITS = 3
"""The flags that run along with A words: first, last, tail."""
WEIGHT_FLAG_BITS = 4
"""The flags that run along with A words in weight stationary: issue, switch, tail, and capture for the shadow."""
WEIGHT_BITS = 5
"""What also runs along with A words in an XNOR array: shift and sign of the plane pair."""
VECTOR_BITS = 32
"""What a lane of the vector unit works on: fp32."""
VECTOR_UNIT, OR_POOL, DRAM = "vector_unit", "or_pool", "dram"
"""The names of the components that are no array's."""


class ComponentKind(Enum):
    """What a component is made of; the cost model has one price formula for each."""

    XNOR_PE = "xnor_pe"
    MAC_PE = "mac_pe"
    SKEW = "skew"
    ACCUMULATOR = "accumulator"
    THRESHOLD_UNIT = "threshold_unit"
    REGISTER_FILE = "register_file"
    SRAM = "sram"
    VECTOR_LANE = "vector_lane"
    OR_POOL = "or_pool"
    DRAM = "dram"


@dataclass(frozen=True)
class Component:
    """Equal units of one kind.

    ``element`` names the encoding that a mac PE multiplies.
    Units: ``word_bits`` are those of a k word (the lanes of an XNOR PE); ``register_bits`` are the clocked flip-flops
    of one unit, ``stage_bits`` those of them between a PE's operands and its sum, ``flag_bits`` what runs along with an
    A word; ``capacity_bits`` is that of one memory, ``width_bits`` that of the word which an access reads or
    writes.
    """

    name: str
    kind: ComponentKind
    count: int
    word_bits: int = 0
    element: str = ""
    accumulator_bits: int = 0
    register_bits: int = 0
    stage_bits: int = 0
    flag_bits: int = 0
    capacity_bits: int = 0
    width_bits: int = 0


def pe_register_bits(array: Array) -> int:
    """Return the flip-flops of a PE.

    Output stationary: both operands with what runs along, the accumulator and the result register. Weight stationary:
    shadow and weight too, each with its valid bit and the ones of a mixed pair, and one sum. Every pipeline stage but
    the last, which is the sum, holds a product as wide as it, with its flags.
    """
    words, ones, sums = (2, 1, 2) if array.dataflow is Dataflow.OUTPUT_STATIONARY else (4, 3, 1)
    operands = words * (array.word_bits + VALID_BITS) + flag_bits(array) + ones * ones_bits(array)
    return operands + sums * array.accumulator_bits + stage_bits(array)


def stage_bits(array: Array) -> int:
    """Return the flip-flops between a PE's operands and its sum."""
    return (array.pipeline_cycles - 1) * (array.accumulator_bits + VALID_BITS + FLAG_BITS)


def flag_bits(array: Array) -> int:
    """Return what runs along with A words, beside their valid bit."""
    flags = FLAG_BITS if array.dataflow is Dataflow.OUTPUT_STATIONARY else WEIGHT_FLAG_BITS
    return flags + (WEIGHT_BITS if array.kind is ArrayKind.XNOR else 0)


def ones_bits(array: Array) -> int:
    """Return the bits of the count of ones that travels with the unipolar words of a mixed pair."""
    return array.lanes.bit_length() if array.kind is ArrayKind.XNOR else 0


def skew_register_bits(array: Array) -> int:
    """Return the flip-flops of the skew: r words before row r, c before column c, and one line of flags.

    In weight stationary the tail is a word's own, and what tells a row of its weight passes two registers from row to
    row.
    """
    if array.dataflow is not Dataflow.OUTPUT_STATIONARY:
        per_a, per_b = array.word_bits + VALID_BITS + 1, array.word_bits + VALID_BITS
        words_a, words_b = (side * (side - 1) // 2 for side in (array.rows, array.cols))
        return words_a * per_a + words_b * per_b + (array.rows - 1) * flag_bits(array)
    words = (array.rows * (array.rows - 1) + array.cols * (array.cols - 1)) // 2
    return words * (array.word_bits + VALID_BITS) + (array.rows - 1) * flag_bits(array)


def inventory(accelerator: Accelerator) -> tuple[Component, ...]:
    """Return every component that the cost model prices."""
    arrays = [component for array in accelerator.arrays.values() for component in _array(array)]
    # All arrays share the scratchpads: their words are as wide as the widest array's.
    width_a = max(array.rows * array.word_bits for array in accelerator.arrays.values())
    width_b = max(array.cols * array.word_bits for array in accelerator.arrays.values())
    memories = [
        _scratchpad("scratchpad_a", accelerator.scratchpad_a_bits, width_a),
        _scratchpad("scratchpad_b", accelerator.scratchpad_b_bits, width_b),
        Component(
            "global_buffer",
            ComponentKind.SRAM,
            1,
            capacity_bits=accelerator.global_buffer_bits,
            width_bits=accelerator.port.width_bits,
        ),
    ]
    return (*arrays, *_vector_unit(accelerator), *_or_pool(accelerator), *memories, *_dram(accelerator))


def _vector_unit(accelerator: Accelerator) -> list[Component]:
    if accelerator.vector_unit is None:
        return []
    # Three operands and a result.
    registers = 4 * VECTOR_BITS
    return [
        Component(
            VECTOR_UNIT,
            ComponentKind.VECTOR_LANE,
            accelerator.vector_unit.lanes,
            word_bits=VECTOR_BITS,
            register_bits=registers,
        )
    ]


def _or_pool(accelerator: Accelerator) -> list[Component]:
    if not accelerator.or_pool:
        return []
    # A port word for each result place; of several arrays the one with most of them decides.
    width = accelerator.port.width_bits
    places = max(array.result_tiles for array in accelerator.arrays.values())
    return [Component(OR_POOL, ComponentKind.OR_POOL, 1, word_bits=width, register_bits=places * width)]


def _dram(accelerator: Accelerator) -> list[Component]:
    return [] if accelerator.dram is None else [Component(DRAM, ComponentKind.DRAM, 1)]


def _scratchpad(name: str, capacity_bits: int, width_bits: int) -> Component:
    # Two halves, each a memory of its own: one is read while the other is written.
    return Component(name, ComponentKind.SRAM, 2, capacity_bits=capacity_bits // 2, width_bits=width_bits)


def _array(array: Array) -> list[Component]:
    bits = array.accumulator_bits
    return [
        Component(
            f"{array.name}.pe",
            ComponentKind.XNOR_PE if array.kind is ArrayKind.XNOR else ComponentKind.MAC_PE,
            array.pes,
            word_bits=array.word_bits,
            element="" if array.element is None else array.element.name,
            accumulator_bits=bits,
            register_bits=pe_register_bits(array),
            stage_bits=stage_bits(array),
            flag_bits=flag_bits(array),
        ),
        Component(
            f"{array.name}.skew",
            ComponentKind.SKEW,
            1,
            word_bits=array.word_bits,
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
            capacity_bits=array.result_tiles * array.place_rows * array.cols * bits,
        ),
        *_accumulators(array),
    ]


def _accumulators(array: Array) -> list[Component]:
    """Return what adds to the sums of the result buffer, below each column of a weight-stationary array."""
    if array.dataflow is Dataflow.OUTPUT_STATIONARY:
        return []
    element = "" if array.element is None else array.element.name
    name = f"{array.name}.accumulator"
    return [
        Component(name, ComponentKind.ACCUMULATOR, array.cols, element=element, accumulator_bits=array.accumulator_bits)
    ]
