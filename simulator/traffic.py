"""The port words that a job moves: every row once, a word more for each cut inside of one, and what is loaded again.

Sizes of the accelerator may be columns (simulator/columns.py); lanes, accumulators and the port's width are numbers.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from simulator.accelerator import Accelerator
from simulator.borders import valid_word_count, valid_words
from simulator.columns import choose
from simulator.job import Job
from simulator.layout import (
    accumulator_slot_bits,
    ceil_div,
    k_words,
    result_row_words,
    row_k_words,
    slot_bits,
    threshold_bits,
    threshold_words,
)
from simulator.multiples import Multiples
from simulator.tiling import Tiling


@dataclass(frozen=True)
class Traffic:
    """Port words of one job that move; ``void`` are the requests of border taps, at which nothing does."""

    a: int
    b: int
    thresholds: int
    results: int
    void: int = 0

    @property
    def loads(self) -> int:
        """Return the words loaded."""
        return self.a + self.b + self.thresholds


def traffic(job: Job, accelerator: Accelerator) -> Traffic:
    """Return the port words that a job moves; a and b are the job's own operands in every dataflow."""
    return tiled_traffic(Tiling.of(job, accelerator))


def tiled_traffic(tiling: Tiling) -> Traffic:
    """Return the port words that a job moves that is cut already."""
    moved, void = _operand_a(tiling)
    many_chunks, many_m, many_n = (count > 1 for count in (tiling.chunk_count, tiling.m_tiles, tiling.n_tiles))
    # With one chunk a half keeps its content as long as the tile of its side stays the same.
    if tiling.weight_stationary:
        times_a, times_b = choose(many_chunks | many_m, tiling.n_tiles, 1), choose(many_chunks, tiling.m_tiles, 1)
        times_thresholds = 1
    else:
        times_a, times_b = choose(many_chunks, tiling.n_tiles, 1), choose(many_chunks | many_n, tiling.m_tiles, 1)
        times_thresholds = choose(many_n, tiling.m_tiles, 1)
    a, b = times_a * moved, times_b * _operand_b(tiling)
    if tiling.exchanged:
        a, b = b, a
    thresholds = times_thresholds * _thresholds(tiling) if tiling.job.thresholds else 0
    return Traffic(a, b, thresholds, _results(tiling), times_a * void)


def _operand_a(tiling: Tiling) -> tuple[int, int]:
    """Return the port words of all rows of A, once: those that move, and those of border taps."""
    job, lanes, port_bits = tiling.job, tiling.array.lanes, tiling.port_bits
    taps, elements = job.taps
    each, slot = k_words(elements, lanes), slot_bits(tiling.array)
    whole = ceil_div(each * slot, port_bits)
    requests = job.m * (taps * whole + _cuts(each, taps, slot, port_bits).at(tiling.chunk_words))
    if job.direct is None:
        return job.planes[0] * requests, 0
    whole_taps = valid_word_count(job, lanes) // each
    moved = whole_taps * whole + _valid_cuts(job, lanes, slot, port_bits).at(tiling.chunk_words)
    return job.planes[0] * moved, job.planes[0] * (requests - moved)


def _operand_b(tiling: Tiling) -> int:
    """Return the port words of all columns of B, once."""
    job, words, slot = tiling.job, row_k_words(tiling.job, tiling.array), slot_bits(tiling.array)
    cuts = _cuts(words, 1, slot, tiling.port_bits).at(tiling.chunk_words)
    return job.n * job.planes[1] * (ceil_div(words * slot, tiling.port_bits) + cuts)


def _thresholds(tiling: Tiling) -> int:
    """Return the port words of all thresholds, once."""
    cuts = _cuts(tiling.job.n, 1, threshold_bits(tiling.array), tiling.port_bits).at(tiling.array.cols)
    return threshold_words(tiling.job.n, tiling.array, tiling.port_bits) + cuts


def _results(tiling: Tiling) -> int:
    """Return the port words of the result."""
    job, array, bits = tiling.job, tiling.array, tiling.job.thresholds
    lanes, slot = (array.lanes, slot_bits(array)) if bits else (1, accumulator_slot_bits(array))
    cuts = _result_cuts(job.n, lanes, slot, tiling.port_bits).at(array.cols)
    return job.m * (result_row_words(job.n, array, tiling.port_bits, thresholds=bits) + cuts)


@lru_cache(maxsize=4096)
def _cuts(each: int, taps: int, slot: int, port_bits: int) -> Multiples:
    """Return 1 at each place of a row of taps that lies inside of a port word: a cut there costs the word twice."""
    return Multiples((np.arange(taps * each) % each * slot % port_bits != 0).astype(np.int64))


@lru_cache(maxsize=4096)
def _valid_cuts(job: Job, lanes: int, slot: int, port_bits: int) -> Multiples:
    """Return the same of a map that is fed directly, times the rows of which the k word at that place is valid."""
    valid = valid_words(job, lanes)
    each = len(valid) // job.taps[0]
    return Multiples((np.arange(len(valid)) % each * slot % port_bits != 0) * valid)


@lru_cache(maxsize=4096)
def _result_cuts(n: int, lanes: int, slot: int, port_bits: int) -> Multiples:
    """Return 1 at each channel whose result lies inside of a port word, ``lanes`` results sharing a slot."""
    word, lane = np.divmod(np.arange(n), lanes)
    return Multiples(((word * slot + lane) % port_bits != 0).astype(np.int64))
