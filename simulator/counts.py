"""Event counts of a job: (component, action) -> how often. Prices are no concern of the simulator."""

from collections import Counter
from dataclasses import dataclass

from simulator.accelerator import Accelerator, Array
from simulator.job import Job
from simulator.layout import k_words
from simulator.tiling import Span, Tiling

Counts = Counter[tuple[str, str]]
_PARTS = ("pe", "skew", "threshold", "result_buffer")
"""The components of an array."""


@dataclass(frozen=True)
class Traffic:
    """Port words of one job."""

    a: int
    b: int
    thresholds: int
    results: int

    @property
    def loads(self) -> int:
        """Return the words loaded."""
        return self.a + self.b + self.thresholds


def traffic(job: Job, accelerator: Accelerator) -> Traffic:
    """Return the port words that a job moves."""
    a = b = thresholds = results = 0
    for tile in Tiling.of(job, accelerator).tiles():
        a += sum(slot.a_words for slot in tile.moves.slots)
        b += sum(slot.b_words for slot in tile.moves.slots)
        thresholds += tile.moves.threshold_words
        results += tile.moves.store_words
    return Traffic(a, b, thresholds, results)


def event_counts(job: Job, accelerator: Accelerator, cycles: int, moved: Traffic) -> Counts:
    """Return the events of one job that took that many cycles, on its own array and in the memories.

    Every register of the array is clocked every cycle: ``clock`` counts units times cycles. Data registers are written
    by valid words only. With several planes each k word is issued, read and passed on once in each pass.
    """
    tiling = Tiling.of(job, accelerator)
    array, words = tiling.array, k_words(job.k, tiling.array.lanes) * job.passes
    m_tiles, n_tiles = len(tiling.row_spans), len(tiling.col_spans)
    tiles = m_tiles * n_tiles
    results = job.m * job.n
    threshold_loads = m_tiles if n_tiles > 1 else 1
    counts = clocks(array, cycles)
    pe, skew, threshold, result_buffer = (f"{array.name}.{part}" for part in _PARTS)
    counts[pe, "multiply_accumulate"] = results * words
    counts[pe, "pass_a"] = job.m * n_tiles * words * array.cols
    counts[pe, "pass_b"] = job.n * m_tiles * words * array.rows
    counts[pe, "capture"] = results
    # Row r takes over from above on the first r of the shifts.
    counts[pe, "shift"] = tiles * array.cols * array.rows * (array.rows - 1) // 2
    counts[skew, "pass_a"] = n_tiles * words * _delays(tiling.row_spans)
    counts[skew, "pass_b"] = m_tiles * words * _delays(tiling.col_spans)
    counts[threshold, "compare"] = results if job.thresholds else 0
    counts[threshold, "write"] = threshold_loads * job.n if job.thresholds else 0
    counts[result_buffer, "write_bit"] = results * (1 if job.thresholds else array.accumulator_bits)
    counts["scratchpad_a", "read"] = counts["scratchpad_b", "read"] = tiles * words
    counts["scratchpad_a", "write"] = moved.a
    counts["scratchpad_b", "write"] = moved.b
    counts["global_buffer", "read"] = moved.loads
    counts["global_buffer", "write"] = moved.results
    return counts


def clocks(array: Array, cycles: int) -> Counts:
    """Return the clock events of an array in that many cycles, busy or idle."""
    units = zip(_PARTS, (array.pes, 1, array.cols, 1), strict=True)
    return Counter({(f"{array.name}.{part}", "clock"): count * cycles for part, count in units})


def _delays(spans: tuple[Span, ...]) -> int:
    """Return the skew registers that one word of every valid line passes, summed over the tiles of a side."""
    return sum(span.size * (span.size - 1) // 2 for span in spans)
