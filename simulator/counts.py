"""Event counts of a job: (component, action) -> how often. Prices are no concern of the simulator."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from simulator.accelerator import Accelerator, Array
from simulator.borders import valid_words, valid_words_of_rows, void_port_words
from simulator.job import Job
from simulator.layout import row_k_words
from simulator.tiling import Span, Tiling

Counts = Counter[tuple[str, str]]
_PARTS = ("pe", "skew", "threshold", "result_buffer")
"""The components of an array that are clocked."""


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
    tiling = Tiling.of(job, accelerator)
    a = b = thresholds = results = 0
    for tile in tiling.tiles():
        a += sum(slot.a_words for slot in tile.moves.slots)
        b += sum(slot.b_words for slot in tile.moves.slots)
        thresholds += tile.moves.threshold_words
        results += tile.moves.store_words
    void = void_port_words(tiling)
    if tiling.exchanged:
        a, b = b, a
    return Traffic(a - void, b, thresholds, results, void)


def event_counts(job: Job, accelerator: Accelerator, cycles: int, moved: Traffic) -> Counts:
    """Return the events of one job that took that many cycles, on its own array and in the memories.

    Every register of the array is clocked every cycle: ``clock`` counts units times cycles. Data registers are written
    by valid words only. With several planes each k word is issued, read and passed on once in each pass.
    """
    tiling = Tiling.of(job, accelerator)
    array, job = tiling.array, tiling.job
    m_tiles, n_tiles = len(tiling.row_spans), len(tiling.col_spans)
    # How often each k word of A is issued.
    issued = n_tiles * job.passes
    valid = int(valid_words(job, array).sum())
    threshold_loads = 1 if tiling.weight_stationary or n_tiles == 1 else m_tiles
    counts = clocks(array, cycles)
    pe, threshold = f"{array.name}.pe", f"{array.name}.threshold"
    counts[pe, "multiply_accumulate"] = valid * job.passes * job.n
    counts[pe, "pass_a"] = valid * issued * array.cols
    counts[threshold, "compare"] = job.m * job.n if job.thresholds else 0
    counts[threshold, "write"] = threshold_loads * job.n if job.thresholds else 0
    if tiling.weight_stationary:
        counts.update(_weight_stationary(tiling))
    else:
        counts.update(_output_stationary(tiling))
    written_a, written_b = (moved.b, moved.a) if tiling.exchanged else (moved.a, moved.b)
    counts["scratchpad_a", "write"] = written_a
    counts["scratchpad_b", "write"] = written_b
    counts["global_buffer", "read"] = moved.loads
    counts["global_buffer", "write"] = moved.results
    return counts


def _output_stationary(tiling: Tiling) -> Counts:
    array, job = tiling.array, tiling.job
    m_tiles, n_tiles = len(tiling.row_spans), len(tiling.col_spans)
    tiles, words, results = m_tiles * n_tiles, row_k_words(job, array) * job.passes, job.m * job.n
    # A word of array row r passes r registers of the skew.
    rows = np.arange(job.m) % array.rows
    passed = int(rows @ valid_words_of_rows(job, array)) * n_tiles * job.passes
    pe, skew, _, result_buffer = (f"{array.name}.{part}" for part in _PARTS)
    return Counter(
        {
            (pe, "pass_b"): job.n * m_tiles * words * array.rows,
            (pe, "capture"): results,
            # Row r takes over from above on the first r of the shifts.
            (pe, "shift"): tiles * array.cols * array.rows * (array.rows - 1) // 2,
            (skew, "pass_a"): passed,
            (skew, "pass_b"): m_tiles * words * _delays(tiling.col_spans),
            (result_buffer, "write_bit"): results * (1 if job.thresholds else array.accumulator_bits),
            ("scratchpad_a", "read"): tiles * words,
            ("scratchpad_b", "read"): tiles * words,
        }
    )


def _weight_stationary(tiling: Tiling) -> Counts:
    array, job = tiling.array, tiling.job
    m_tiles, n_tiles, folds = (len(spans) for spans in (tiling.row_spans, tiling.col_spans, tiling.chunks))
    # k words of one column that are preloaded for all m tiles, in every plane.
    weights = m_tiles * row_k_words(job, array) * job.planes[1]
    rows = np.arange(row_k_words(job, array)) % array.rows
    passed = int(rows @ valid_words(job, array)) * n_tiles * job.passes
    results, additions = job.m * job.n, folds * job.passes - 1
    last_bits = 1 if job.thresholds else array.accumulator_bits
    pe, skew, _, result_buffer = (f"{array.name}.{part}" for part in _PARTS)
    return Counter(
        {
            # Weights pass through every row, also those below the row that takes them.
            (pe, "pass_b"): job.n * weights * array.rows,
            (pe, "shadow"): job.n * weights,
            (pe, "weight"): job.n * weights,
            (skew, "pass_a"): passed,
            (skew, "pass_b"): weights * _delays(tiling.col_spans),
            (f"{array.name}.accumulator", "add"): results * additions,
            (result_buffer, "write_bit"): results * (additions * array.accumulator_bits + last_bits),
            ("scratchpad_a", "read"): n_tiles * job.m * folds * job.passes,
            ("scratchpad_b", "read"): n_tiles * weights,
        }
    )


def clocks(array: Array, cycles: int) -> Counts:
    """Return the clock events of an array in that many cycles, busy or idle."""
    units = zip(_PARTS, (array.pes, 1, array.cols, 1), strict=True)
    return Counter({(f"{array.name}.{part}", "clock"): count * cycles for part, count in units})


def _delays(spans: tuple[Span, ...]) -> int:
    """Return the skew registers that one word of every valid line passes, summed over the tiles of a side."""
    return sum(span.size * (span.size - 1) // 2 for span in spans)
