"""Event counts of a job: (component, action) -> how often. Prices are no concern of the simulator."""

from collections import Counter
from functools import lru_cache

from simulator.accelerator import Accelerator, Array
from simulator.borders import valid_word_count, valid_words, valid_words_of_rows
from simulator.columns import choose
from simulator.job import Job
from simulator.layout import row_k_words
from simulator.multiples import Rounds
from simulator.tiling import Tiling
from simulator.traffic import Traffic

Counts = Counter[tuple[str, str]]
_PARTS = ("pe", "skew", "threshold", "result_buffer")
"""The components of an array that are clocked."""


def event_counts(job: Job, accelerator: Accelerator, cycles: int, moved: Traffic) -> Counts:
    """Return the events of one job that took that many cycles, on its own array and in the memories.

    Every register of the array is clocked every cycle: ``clock`` counts units times cycles.
    """
    counts = data_counts(Tiling.of(job, accelerator), moved)
    counts.update(clocks(accelerator.arrays[job.array], cycles))
    return counts


def data_counts(tiling: Tiling, moved: Traffic) -> Counts:
    """Return the events of one job, without the clock.

    Data registers are written by valid words only. With several planes each k word is issued, read and passed on once
    in each pass. Sizes of the accelerator may be columns.
    """
    array, job = tiling.array, tiling.job
    valid = valid_word_count(job, array.lanes)
    pe, threshold = f"{array.name}.pe", f"{array.name}.threshold"
    counts: Counts = Counter()
    counts[pe, "multiply_accumulate"] = valid * job.passes * job.n
    # A k word of A is issued once for each n tile, in each pass.
    counts[pe, "pass_a"] = valid * job.passes * tiling.n_tiles * array.cols
    counts[threshold, "compare"] = job.m * job.n if job.thresholds else 0
    counts[threshold, "write"] = _threshold_loads(tiling) * job.n if job.thresholds else 0
    counts.update(_weight_stationary(tiling) if tiling.weight_stationary else _output_stationary(tiling))
    written_a, written_b = (moved.b, moved.a) if tiling.exchanged else (moved.a, moved.b)
    counts["scratchpad_a", "write"] = written_a
    counts["scratchpad_b", "write"] = written_b
    counts["global_buffer", "read"] = moved.loads
    counts["global_buffer", "write"] = moved.results
    return counts


def _threshold_loads(tiling: Tiling) -> int:
    """Return how often the thresholds of each column are loaded."""
    return 1 if tiling.weight_stationary else choose(tiling.n_tiles == 1, 1, tiling.m_tiles)


def _output_stationary(tiling: Tiling) -> Counts:
    array, job = tiling.array, tiling.job
    words, results = row_k_words(job, array) * job.passes, job.m * job.n
    # k words that pass down all columns, or are read for all tiles.
    down, read = tiling.m_tiles * words, tiling.m_tiles * tiling.n_tiles * words
    # A word of array row r passes r registers of the skew.
    passed = _rows_of_words(job, array.lanes).over(array.rows) * tiling.n_tiles * job.passes
    pe, skew, _, result_buffer = (f"{array.name}.{part}" for part in _PARTS)
    return Counter(
        {
            (pe, "pass_b"): job.n * array.rows * down,
            (pe, "capture"): results,
            # Row r takes over from above on the first r of the shifts.
            (pe, "shift"): tiling.m_tiles * tiling.n_tiles * array.cols * (array.rows * (array.rows - 1) // 2),
            (skew, "pass_a"): passed,
            (skew, "pass_b"): down * _delays(job.n, array.cols),
            (result_buffer, "write_bit"): results * (1 if job.thresholds else array.accumulator_bits),
            ("scratchpad_a", "read"): read,
            ("scratchpad_b", "read"): read,
        }
    )


def _weight_stationary(tiling: Tiling) -> Counts:
    array, job = tiling.array, tiling.job
    # k words of one column that are preloaded for all m tiles, in every plane.
    weights = tiling.m_tiles * (row_k_words(job, array) * job.planes[1])
    passed = _words_of_row(job, array.lanes).over(array.rows) * tiling.n_tiles * job.passes
    results, additions = job.m * job.n, tiling.chunk_count * job.passes - 1
    last_bits = 1 if job.thresholds else array.accumulator_bits
    pe, skew, _, result_buffer = (f"{array.name}.{part}" for part in _PARTS)
    return Counter(
        {
            # Weights pass through every row, also those below the row that takes them.
            (pe, "pass_b"): job.n * array.rows * weights,
            (pe, "shadow"): job.n * weights,
            (pe, "weight"): job.n * weights,
            (skew, "pass_a"): passed,
            (skew, "pass_b"): weights * _delays(job.n, array.cols),
            (f"{array.name}.accumulator", "add"): results * additions,
            (result_buffer, "write_bit"): results * (additions * array.accumulator_bits + last_bits),
            ("scratchpad_a", "read"): job.m * job.passes * tiling.n_tiles * tiling.chunk_count,
            ("scratchpad_b", "read"): tiling.n_tiles * weights,
        }
    )


@lru_cache(maxsize=4096)
def _rows_of_words(job: Job, lanes: int) -> Rounds:
    """Return the valid k words of each row of A, which are dealt to the rows of an output-stationary array."""
    return Rounds(valid_words_of_rows(job, lanes))


@lru_cache(maxsize=4096)
def _words_of_row(job: Job, lanes: int) -> Rounds:
    """Return the valid k words at each place of a row, which are dealt to the rows of a weight-stationary array."""
    return Rounds(valid_words(job, lanes))


def clocks(array: Array, cycles: int) -> Counts:
    """Return the clock events of an array in that many cycles, busy or idle."""
    units = zip(_PARTS, (array.pes, 1, array.cols, 1), strict=True)
    return Counter({(f"{array.name}.{part}", "clock"): count * cycles for part, count in units})


def _delays(lines: int, side: int) -> int:
    """Return the skew registers that one word of each line passes, the lines being dealt to a side of the array."""
    last = lines % side
    return lines // side * (side * (side - 1) // 2) + last * (last - 1) // 2
