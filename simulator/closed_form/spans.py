"""Sums and periods over the parts of every design point (docs/microarchitecture.md, sections 2 to 5)."""

import numpy as np
import numpy.typing as npt

from simulator.closed_form.geometry import Geometry
from simulator.closed_form.points import Integers


def issue_cycles(geometry: Geometry) -> Integers:
    """Return the issue cycles of each job."""
    passes = (geometry.planes_a * geometry.planes_b).astype(np.int64)
    if geometry.weight_stationary:
        passes = passes * geometry.chunks * geometry.m
    else:
        passes = passes * geometry.m_tiles * geometry.k_words
    cycles: Integers = passes * geometry.n_tiles
    return cycles


def waits(geometry: Geometry) -> Integers:
    """Return the cycles of the class schedule: the gaps, or preloads of weight sets that wait for no load of B."""
    tiles = geometry.n_tiles.astype(np.int64)
    if not geometry.weight_stationary:
        return (tiles * geometry.m_tiles - 1) * geometry.gap
    full, last = (np.maximum(0, geometry.rows - geometry.lines_a(last=last)) for last in (False, True))
    further = geometry.chunks * (geometry.planes_b - 1) * ((geometry.m_tiles - 1) * full + last)
    kept = np.where(geometry.chunks > 1, 0, geometry.m_tiles - 1) * full
    cycles: Integers = tiles * (further + kept)
    return cycles


def longest(geometry: Geometry) -> npt.NDArray[np.float64]:
    """Return a bound of each job's cycles: everything in it one after the other."""
    lines = (geometry.lines_a(last=False) + geometry.lines_b(last=False)).astype(np.float64)
    # Each tap and each chunk may touch two port words more than its bits fill.
    words = 2 * geometry.taps + (geometry.k_words * geometry.slot >> geometry.port_shift) + 2 * geometry.chunks
    passes = geometry.tile_rows * geometry.chunks if geometry.weight_stationary else geometry.k_words
    issue = passes * geometry.planes_a * geometry.planes_b
    slots = geometry.chunks * (geometry.answer + (geometry.planes_b + 1) * geometry.rows)
    row = (geometry.cols * geometry.result_slot + geometry.result_lanes >> geometry.port_shift) + 2
    stored = geometry.tile_rows * row + geometry.cols * geometry.threshold_bits + geometry.drain
    bound: npt.NDArray[np.float64] = (lines * words + issue + slots + stored) * geometry.m_tiles * geometry.n_tiles
    return bound


def longest_row(geometry: Geometry) -> Integers:
    """Return a bound of the bits of a row of anything."""
    slot = np.maximum(geometry.result_slot, geometry.threshold_bits)
    bits: Integers = np.maximum(geometry.k_words * geometry.slot, (geometry.n + geometry.cols) * slot)
    return bits


def tile_period(geometry: Geometry) -> Integers:
    """Return after how many n tiles the port words that their results and thresholds touch repeat."""
    cols, lanes, slot = geometry.cols, geometry.result_lanes, geometry.result_slot
    period = repetition(cols * slot, geometry.port_shift)
    packed = np.flatnonzero(lanes > 1)
    if len(packed):
        group = lanes[packed] // np.gcd(cols[packed], lanes[packed])
        bits = cols[packed] * group // lanes[packed] * slot[packed]
        period[packed] = group * repetition(bits, geometry.port_shift[packed])
    # The periods of those that are not packed are powers of two.
    thresholds = repetition(cols * geometry.threshold_bits, geometry.port_shift)
    return np.lcm(period, thresholds) if len(packed) else np.maximum(period, thresholds)


def chunk_period(geometry: Geometry) -> Integers:
    """Return after how many chunks the port words that a row touches in each of them repeat."""
    period = repetition(geometry.chunk * geometry.slot, geometry.port_shift)
    fed = np.flatnonzero((geometry.taps > 1) & (geometry.chunks > 1))
    if len(fed):
        each, chunk, aligned = geometry.tap_words[fed], geometry.chunk[fed], period[fed] == 1
        pixels = each // np.gcd(each, chunk)
        # Chunks of a part of a pixel touch alike where they are aligned.
        period[fed] = np.lcm(period[fed], np.where(aligned & (each == pixels * chunk), 1, pixels))
    return period


def repetition(bits: Integers, port_shift: Integers) -> Integers:
    """Return after how many runs of as many bits the port words that each of them touches repeat."""
    port = np.left_shift(1, port_shift, dtype=bits.dtype)
    common = bits | port
    common &= -common
    # A run that divides the port word touches one, wherever it lies.
    return np.where(common == bits, 1, port // common)
