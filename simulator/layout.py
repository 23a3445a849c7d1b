"""Where operands and results lie behind the port (docs/microarchitecture.md, section 2).

Units: positions are bits from the start of a row, strides and counts are port words.
"""

from simulator.accelerator import Array
from simulator.job import Job


def ceil_div(value: int, by: int) -> int:
    """Return value / by, rounded up."""
    return -(-value // by)


def power_of_two_above(value: int) -> int:
    """Return the smallest power of two that is at least the value."""
    return 1 << (value - 1).bit_length()


def k_words(k: int, lanes: int) -> int:
    """Return how many k words hold k elements."""
    return ceil_div(k, lanes)


def row_k_words(job: Job, array: Array) -> int:
    """Return the k words of a row of A and of B: each tap fills up its last one."""
    taps, elements = job.taps
    return taps * k_words(elements, array.lanes)


def slot_bits(array: Array) -> int:
    """Return the bits that a k word takes."""
    return power_of_two_above(array.word_bits)


def threshold_bits(array: Array) -> int:
    """Return the bits that a threshold and its direction take."""
    return power_of_two_above(array.accumulator_bits + 1)


def accumulator_slot_bits(array: Array) -> int:
    """Return the bits that an accumulator takes."""
    return power_of_two_above(array.accumulator_bits)


def operand_row_words(k: int, array: Array, port_bits: int) -> int:
    """Return the row stride of one plane of A and of B."""
    return ceil_div(k_words(k, array.lanes) * slot_bits(array), port_bits)


def threshold_words(n: int, array: Array, port_bits: int) -> int:
    """Return the port words of n thresholds."""
    return ceil_div(n * threshold_bits(array), port_bits)


def result_row_words(n: int, array: Array, port_bits: int, *, thresholds: bool) -> int:
    """Return the row stride of a result."""
    bits = k_words(n, array.lanes) * slot_bits(array) if thresholds else n * accumulator_slot_bits(array)
    return ceil_div(bits, port_bits)


def result_position(channel: int, array: Array, *, thresholds: bool) -> int:
    """Return the first bit of a channel in its result row."""
    if not thresholds:
        return channel * accumulator_slot_bits(array)
    word, lane = divmod(channel, array.lanes)
    return word * slot_bits(array) + lane


def touched_words(first: int, end: int, port_bits: int) -> int:
    """Return the port words that a segment of bits [first, end) touches."""
    return (end - 1) // port_bits - first // port_bits + 1
