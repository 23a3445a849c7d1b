"""Event counts: worked by hand, and conserved."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.accelerator import Accelerator, ArrayKind, VectorUnit
from simulator.borders import inside
from simulator.counts import event_counts, traffic
from simulator.engine import run_job
from simulator.inventory import pe_register_bits, skew_register_bits
from simulator.job import Job
from simulator.layout import k_words
from simulator.run import simulate
from simulator.utilization import Utilization, work
from tests.strategies import accelerator_of, cases, direct_cases, hardware, mac_array, stationary_cases, xnor_array
from tests.traces import one_function, one_product
from tests.worked_jobs import worked_jobs
from workloads.encodings import encoding
from workloads.operations import VectorFunction

CASE = tuple[Job, Accelerator]


def test_the_job_edges_counted_by_hand() -> None:
    worked = next(worked for worked in worked_jobs(weight_stationary=False, direct=False) if worked.name == "edges")
    moved = traffic(worked.job, worked.accelerator)
    # docs/worked-jobs.md: B 4 + 2 + 4 + 2, A 6 + 2, thresholds 4 + 2 + 4 + 2, stores 3 + 3 + 1 + 1.
    assert (moved.b, moved.a, moved.thresholds, moved.results) == (12, 8, 12, 8)
    counts = event_counts(worked.job, worked.accelerator, worked.cycles, moved)
    assert counts == {
        ("xnor.pe", "clock"): 6 * 59,
        ("xnor.pe", "multiply_accumulate"): 12 * 3,
        ("xnor.pe", "pass_a"): (3 + 3 + 1 + 1) * 3 * 2,
        ("xnor.pe", "pass_b"): (2 + 1 + 2 + 1) * 3 * 3,
        ("xnor.pe", "capture"): 12,
        # In each tile and column row 1 takes over from above once, row 2 twice.
        ("xnor.pe", "shift"): 4 * 2 * (1 + 2),
        ("xnor.skew", "clock"): 59,
        # Row 1 has one register, row 2 two, passed only in the tiles of three rows.
        ("xnor.skew", "pass_a"): 2 * 3 * (1 + 2),
        ("xnor.skew", "pass_b"): 2 * 3 * 1,
        ("xnor.threshold", "clock"): 2 * 59,
        ("xnor.threshold", "compare"): 12,
        ("xnor.threshold", "write"): 2 + 1 + 2 + 1,
        ("xnor.result_buffer", "clock"): 59,
        ("xnor.result_buffer", "write_bit"): 12,
        ("scratchpad_a", "read"): 12,
        ("scratchpad_b", "read"): 12,
        ("scratchpad_a", "write"): 8,
        ("scratchpad_b", "write"): 12,
        ("global_buffer", "read"): 12 + 8 + 12,
        ("global_buffer", "write"): 8,
    }


def test_the_job_ws_folds_counted_by_hand() -> None:
    worked = next(worked for worked in worked_jobs() if worked.name == "ws_folds")
    moved = traffic(worked.job, worked.accelerator)
    # docs/worked-jobs.md: B 4 times 2, A 2 + 2 + 1 + 1, thresholds 4, stores 2 + 1.
    assert (moved.b, moved.a, moved.thresholds, moved.results, moved.void) == (8, 6, 4, 3, 0)
    assert event_counts(worked.job, worked.accelerator, worked.cycles, moved) == {
        ("xnor.pe", "clock"): 4 * 30,
        # Three rows by two columns, four k words.
        ("xnor.pe", "multiply_accumulate"): 6 * 4,
        ("xnor.pe", "pass_a"): 3 * 4 * 2,
        # Two m tiles, four k words of two columns, through both array rows; each is taken once.
        ("xnor.pe", "pass_b"): 2 * 4 * 2 * 2,
        ("xnor.pe", "shadow"): 2 * 4 * 2,
        ("xnor.pe", "weight"): 2 * 4 * 2,
        ("xnor.skew", "clock"): 30,
        # Array row 1 has a register: two k words of three rows. Column 1 has one: four k words twice.
        ("xnor.skew", "pass_a"): 2 * 3,
        ("xnor.skew", "pass_b"): 4 * 2,
        ("xnor.threshold", "clock"): 2 * 30,
        ("xnor.threshold", "compare"): 6,
        ("xnor.threshold", "write"): 2,
        ("xnor.result_buffer", "clock"): 30,
        # A sum of 8 bits after the first fold, a bit after the second, which is added.
        ("xnor.result_buffer", "write_bit"): 6 * (8 + 1),
        ("xnor.accumulator", "add"): 6,
        ("scratchpad_a", "read"): 6,
        ("scratchpad_b", "read"): 8,
        ("scratchpad_a", "write"): 6,
        ("scratchpad_b", "write"): 8,
        ("global_buffer", "read"): 8 + 6 + 4,
        ("global_buffer", "write"): 3,
    }


def test_the_job_direct_border_moves_nothing_at_its_border_by_hand() -> None:
    worked = next(worked for worked in worked_jobs() if worked.name == "direct_border")
    moved = traffic(worked.job, worked.accelerator)
    # Nine taps of A, two of them outside of the map; B 2 + 1 twice.
    assert (moved.a, moved.void, moved.b) == (7, 2, 6)
    counts = event_counts(worked.job, worked.accelerator, worked.cycles, moved)
    # Seven taps of two k words are multiplied, by one column.
    assert counts["xnor.pe", "multiply_accumulate"] == counts["xnor.pe", "pass_a"] == 7 * 2
    # Row 1 of the array has the middle place, whose taps are all on the map.
    assert counts["xnor.skew", "pass_a"] == 3 * 2
    assert counts["global_buffer", "read"] == 7 + 6


@given(stationary_cases())
def test_an_array_of_weights_issues_what_it_reads(case: CASE) -> None:
    job, accelerator = case
    (array,) = accelerator.arrays.values()
    moved, classes = traffic(job, accelerator), run_job(job, accelerator)
    counts = event_counts(job, accelerator, classes.cycles, moved)
    assert counts["scratchpad_a", "read"] == classes.issue
    assert counts["scratchpad_a", "write"] + counts["scratchpad_b", "write"] == moved.a + moved.b
    assert counts[f"{array.name}.pe", "shadow"] == counts[f"{array.name}.pe", "weight"]
    results = job.m * job.n
    passes = counts[f"{array.name}.accumulator", "add"] / results + 1
    assert passes == int(passes)
    assert counts[f"{array.name}.result_buffer", "write_bit"] >= results * passes


@given(direct_cases())
def test_border_taps_are_those_whose_pixel_is_not_there(case: CASE) -> None:
    job, _ = case
    assert job.direct is not None
    window = job.direct.window
    expected = [
        [
            0 <= y * window.stride[0] - window.padding[0] + i * window.dilation[0] < window.size[0]
            and 0 <= x * window.stride[1] - window.padding[1] + j * window.dilation[1] < window.size[1]
            for i in range(window.kernel[0])
            for j in range(window.kernel[1])
        ]
        for y in range(window.result[0])
        for x in range(window.result[1])
    ]
    assert inside(window).tolist() == expected


def test_a_job_of_two_planes_by_three_by_hand() -> None:
    # tests/simulator/test_engine.py works out its 36 cycles: two k words, six passes.
    job = Job("planes", "xnor", 1, 2, 8, 2, encoding("int2"), encoding("int3"))
    accelerator = hardware(2, 2, 4, kc=(4, 6), port_bits=8, accumulator_bits=8)
    moved = traffic(job, accelerator)
    # Each of two rows of A has two planes of a port word, each of two columns of B three; sums of 8 bits.
    assert (moved.a, moved.b, moved.thresholds, moved.results) == (2 * 2, 2 * 3, 0, 2 * 2)
    assert event_counts(job, accelerator, 36, moved) == {
        ("xnor.pe", "clock"): 4 * 36,
        ("xnor.pe", "multiply_accumulate"): 4 * 2 * 6,
        ("xnor.pe", "pass_a"): 2 * 2 * 6 * 2,
        ("xnor.pe", "pass_b"): 2 * 2 * 6 * 2,
        ("xnor.pe", "capture"): 4,
        ("xnor.pe", "shift"): 2,
        ("xnor.skew", "clock"): 36,
        ("xnor.skew", "pass_a"): 2 * 6,
        ("xnor.skew", "pass_b"): 2 * 6,
        ("xnor.threshold", "clock"): 2 * 36,
        ("xnor.threshold", "compare"): 0,
        ("xnor.threshold", "write"): 0,
        ("xnor.result_buffer", "clock"): 36,
        ("xnor.result_buffer", "write_bit"): 4 * 8,
        ("scratchpad_a", "read"): 2 * 6,
        ("scratchpad_b", "read"): 2 * 6,
        ("scratchpad_a", "write"): 4,
        ("scratchpad_b", "write"): 6,
        ("global_buffer", "read"): 10,
        ("global_buffer", "write"): 4,
    }


@given(cases())
def test_every_word_loaded_is_written_and_every_pe_works_once_for_each_word_and_pass(case: CASE) -> None:
    job, accelerator = case
    array = accelerator.arrays[job.array]
    moved, classes = traffic(job, accelerator), run_job(job, accelerator)
    counts = event_counts(job, accelerator, classes.cycles, moved)
    pe = f"{array.name}.pe"
    assert counts["scratchpad_a", "write"] + counts["scratchpad_b", "write"] + moved.thresholds == moved.loads
    assert counts[pe, "multiply_accumulate"] == job.m * job.n * k_words(job.k, array.lanes) * job.passes
    assert counts["scratchpad_a", "read"] == counts["scratchpad_b", "read"] == classes.issue
    # A tile's operands are loaded at least once, and each result bit leaves once.
    bits_a, bits_b = job.planes if job.bit_serial else (array.word_bits, array.word_bits)
    assert moved.a * accelerator.port.width_bits >= job.m * job.k * bits_a
    assert moved.b * accelerator.port.width_bits >= job.n * job.k * bits_b
    bits = 1 if job.thresholds else array.accumulator_bits
    assert counts[f"{array.name}.result_buffer", "write_bit"] == job.m * job.n * bits
    assert moved.results * accelerator.port.width_bits >= job.m * job.n * bits


def test_thresholds_of_a_single_n_tile_are_loaded_once() -> None:
    job, accelerator = Job("one", "xnor", 1, 6, 8, 2, thresholds=True), hardware(2, 2, 8, port_bits=64)
    moved = traffic(job, accelerator)
    # Three m tiles, one n tile of two channels; a threshold takes 64 bits.
    assert moved.thresholds == 2
    assert event_counts(job, accelerator, 100, moved)["xnor.threshold", "write"] == 2


def test_registers_of_a_pe_and_of_the_skew_by_hand() -> None:
    array = hardware(3, 2, 4, accumulator_bits=16).arrays["xnor"]
    # Two words of 4, five flags, shift and sign of the weight, up to 4 ones in 3 bits, two sums of 16.
    assert pe_register_bits(array) == 2 * 4 + 5 + (4 + 1) + 3 + 2 * 16
    # Rows 1 and 2: 1 + 2 words of 4 with a valid bit; column 1: one; three flags and a weight before rows 1 and 2.
    assert skew_register_bits(array) == 3 * 5 + 1 * 5 + 2 * (3 + 5)


@given(st.sampled_from(["int8", "fp16", "fp32"]), st.integers(1, 9))
def test_each_further_cycle_of_a_pe_s_pipeline_holds_a_sum_and_its_flags(element: str, cycles: int) -> None:
    array = hardware(3, 2, element=element, accumulator_bits=32, pipeline_cycles=cycles).arrays["mac"]
    width = {"int8": 8, "fp16": 16, "fp32": 32}[element]
    assert pe_register_bits(array) == 2 * width + 5 + 2 * 32 + (cycles - 1) * (32 + 4)
    assert skew_register_bits(array) == 4 * (width + 1) + 2 * 3


@given(cases())
def test_utilizations_are_ordered_ratios(case: CASE) -> None:
    job, accelerator = case
    array = accelerator.arrays[job.array]
    utilization = Utilization.of([work(job, array, run_job(job, accelerator))])
    assert 1 >= utilization.mapping >= utilization.compute >= utilization.overall > 0
    # What is left empty are the lanes behind a row's last element, in every pass alike.
    assert utilization.lanes == pytest.approx(job.k / (k_words(job.k, array.lanes) * array.lanes))
    if array.kind is ArrayKind.MAC:
        assert utilization.lanes == 1


def test_nothing_is_in_use_where_no_array_runs() -> None:
    unit = replace(hardware(2, 2, 8), vector_unit=VectorUnit(4))
    found = simulate(one_function(VectorFunction.ADD, 3, 5), unit)
    assert found.utilization() == Utilization(0.0, 0.0, 0.0, 0.0)
    assert found.macs == {"binary": 0, "integer": 0, "float": 0}


@pytest.mark.parametrize(
    ("a", "b", "kind"),
    [
        ("bipolar", "uint1", "binary"), ("bipolar", "ternary", "integer"), ("int8", "int8", "integer"),
        ("bipolar", "fp16", "float"), ("fp32", "fp32", "float"),
    ],
)  # fmt: skip
def test_macs_count_the_mathematical_product_once_under_the_kind_of_its_operands(a: str, b: str, kind: str) -> None:
    accelerator = accelerator_of(xnor_array(), mac_array("fp32"))
    expected = {"binary": 0, "integer": 0, "float": 0, kind: 3 * 20 * 5}
    assert simulate(one_product(3, 20, 5, a, b), accelerator).macs == expected


def test_count_multiplies_cycles_and_events() -> None:
    accelerator, trace = hardware(2, 2, 8), one_product(3, 20, 5)
    once = simulate(trace, accelerator)
    thrice = simulate(replace(trace, operations=(replace(trace.matrix_products[0], count=3),)), accelerator)
    assert thrice.cycles == 3 * once.cycles
    assert thrice.counts == {event: 3 * count for event, count in once.counts.items()}
    assert thrice.macs == {"binary": 3 * 3 * 20 * 5, "integer": 0, "float": 0}
    assert once.macs["binary"] == 3 * 20 * 5
