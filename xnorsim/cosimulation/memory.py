"""Operands and results as the memory behind the port holds them (docs/microarchitecture.md, section 2).

Shapes: an area is [rows, bytes of a row's port words], little-endian.
"""

import numpy as np
from numpy.typing import NDArray

from simulator.accelerator import Array
from simulator.job import Job
from simulator.layout import (
    accumulator_slot_bits,
    ceil_div,
    k_words,
    result_row_words,
    slot_bits,
    threshold_bits,
    threshold_words,
)
from simulator.pool import PoolJob
from workloads.packing import Words, pack_bits, unpack_bits
from workloads.trace import Thresholds

Area = NDArray[np.uint8]
Bits = NDArray[np.bool_]
Values = NDArray[np.int64]
"""Elements of a result: sums, or bits as 0 and 1. Shapes: [rows, n]."""


def operand_rows(job: Job) -> tuple[int, int]:
    """Return the rows of A and of B: A of a direct feed is a map, whose pixels are rows."""
    return job.m if job.direct is None else job.direct.window.pixels, job.n


def result_size(job: Job | PoolJob) -> tuple[int, int]:
    """Return the rows and the channels of a result."""
    return (job.window.positions, job.channels) if isinstance(job, PoolJob) else (job.m, job.n)


def operand_area(packed: Words, elements: int, array: Array, port_bits: int, taps: int = 1) -> Area:
    """Lay out an operand: a row for each plane, the planes of a row one behind the other.

    A row has the elements of each tap, in k words of its own.
    Shapes: packed [rows, planes, words_of(taps x elements)].
    """
    bits = unpack_bits(packed.reshape(-1, packed.shape[-1]), taps * elements)
    slots = _in_slots(bits.reshape(len(bits) * taps, elements), array).reshape(len(bits), -1)
    return _row_bits_to_area(slots, ceil_div(slots.shape[1], port_bits), port_bits)


def _in_slots(bits: Bits, array: Array) -> Bits:
    """Spread rows of elements over their k words' slots."""
    words = k_words(bits.shape[1], array.lanes)
    dense = np.pad(bits, [(0, 0), (0, words * array.lanes - bits.shape[1])])
    slots = dense.reshape(len(bits), words, array.lanes)
    return np.pad(slots, [(0, 0), (0, 0), (0, slot_bits(array) - array.lanes)]).reshape(len(bits), -1)


def _row_bits_to_area(bits: Bits, row_words: int, port_bits: int) -> Area:
    padded = np.pad(bits, [(0, 0), (0, row_words * port_bits - bits.shape[1])])
    return np.packbits(padded, axis=1, bitorder="little")


def threshold_area(thresholds: Thresholds, array: Array, port_bits: int) -> Area:
    """Lay out the thresholds: one row of (accumulator, direction) entries."""
    entries = np.zeros((len(thresholds.sums), threshold_bits(array)), dtype=np.bool_)
    entries[:, : array.accumulator_bits] = _twos_complement(thresholds.sums, array.accumulator_bits)
    entries[:, array.accumulator_bits] = thresholds.at_most
    return _row_bits_to_area(entries.reshape(1, -1), threshold_words(len(entries), array, port_bits), port_bits)


def _twos_complement(values: NDArray[np.int64], bits: int) -> Bits:
    return ((values[:, None] >> np.arange(bits)) & 1).astype(np.bool_)


def sums_area(sums: NDArray[np.int64], array: Array, port_bits: int) -> Area:
    """Lay out accumulators as the RTL writes them, with their sign extended to their slots.

    Shapes: sums [m, n].
    """
    bits = _twos_complement(sums.reshape(-1), accumulator_slot_bits(array)).reshape(len(sums), -1)
    return _row_bits_to_area(bits, result_row_words(sums.shape[1], array, port_bits, thresholds=False), port_bits)


def result_bytes(m: int, n: int, array: Array, port_bits: int, *, thresholds: bool) -> tuple[int, int]:
    """Return the shape of a result's area."""
    return m, result_row_words(n, array, port_bits, thresholds=thresholds) * port_bits // 8


def result_bits(area: Area, n: int, array: Array) -> Words:
    """Read back a result of bits, gaps and tail dropped.

    Shapes: -> [m, words_of(n)].
    """
    words = k_words(n, array.lanes)
    slots = np.unpackbits(area, axis=1, bitorder="little")[:, : words * slot_bits(array)]
    dense = slots.reshape(len(area), words, slot_bits(array))[:, :, : array.lanes].reshape(len(area), -1)
    return pack_bits(dense[:, :n].astype(np.bool_))


def result_sums(area: Area, n: int, array: Array) -> NDArray[np.int64]:
    """Read back a result of accumulators, sign-extended.

    Shapes: -> [m, n].
    """
    slot, bits = accumulator_slot_bits(array), array.accumulator_bits
    fields = np.unpackbits(area, axis=1, bitorder="little")[:, : n * slot].reshape(len(area), n, slot)
    weights = np.left_shift(np.int64(1), np.arange(bits, dtype=np.int64))
    weights[-1] = -weights[-1] if bits < 64 else weights[-1]
    return np.asarray(fields[:, :, :bits].astype(np.int64) @ weights)
