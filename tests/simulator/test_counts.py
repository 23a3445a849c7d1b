"""Event counts: worked by hand, and conserved."""

from hypothesis import given

from simulator.accelerator import Accelerator
from simulator.counts import event_counts, traffic
from simulator.engine import run_job
from simulator.inventory import pe_register_bits, skew_register_bits
from simulator.job import Job
from simulator.layout import k_words
from simulator.run import simulate
from tests.strategies import cases, hardware
from tests.traces import one_product
from tests.worked_jobs import worked_jobs

CASE = tuple[Job, Accelerator]


def test_the_job_edges_counted_by_hand() -> None:
    worked = next(worked for worked in worked_jobs() if worked.name == "edges")
    moved = traffic(worked.job, worked.accelerator)
    # docs/microarchitecture.md: B 4 + 2 + 4 + 2, A 6 + 2, thresholds 4 + 2 + 4 + 2, stores 3 + 3 + 1 + 1.
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


@given(cases())
def test_every_word_loaded_is_written_and_every_pe_works_once_for_each_word(case: CASE) -> None:
    job, accelerator = case
    array = accelerator.arrays["xnor"]
    moved = traffic(job, accelerator)
    counts = event_counts(job, accelerator, run_job(job, accelerator).cycles, moved)
    assert counts["scratchpad_a", "write"] + counts["scratchpad_b", "write"] + moved.thresholds == moved.loads
    assert counts["xnor.pe", "multiply_accumulate"] == job.m * job.n * k_words(job.k, array.lanes)
    assert counts["scratchpad_a", "read"] == run_job(job, accelerator).issue
    # A tile's operands are loaded at least once, and each result bit leaves once.
    assert moved.a * accelerator.port.width_bits >= job.m * job.k
    assert moved.b * accelerator.port.width_bits >= job.n * job.k
    bits = 1 if job.thresholds else array.accumulator_bits
    assert counts["xnor.result_buffer", "write_bit"] == job.m * job.n * bits
    assert moved.results * accelerator.port.width_bits >= job.m * job.n * bits


def test_thresholds_of_a_single_n_tile_are_loaded_once() -> None:
    job, accelerator = Job("one", "xnor", 1, 6, 8, 2, thresholds=True), hardware(2, 2, 8, port_bits=64)
    moved = traffic(job, accelerator)
    # Three m tiles, one n tile of two channels; a threshold takes 64 bits.
    assert moved.thresholds == 2
    assert event_counts(job, accelerator, 100, moved)["xnor.threshold", "write"] == 2


def test_registers_of_a_pe_and_of_the_skew_by_hand() -> None:
    array = hardware(3, 2, 4, accumulator_bits=16).arrays["xnor"]
    # Two words of 4, five flags, two sums of 16.
    assert pe_register_bits(array) == 2 * 4 + 5 + 2 * 16
    # Rows 1 and 2: 1 + 2 words of 4 with a valid bit; column 1: one; three flags before rows 1 and 2.
    assert skew_register_bits(array) == 3 * 5 + 1 * 5 + 2 * 3


@given(cases())
def test_utilizations_are_ordered_ratios(case: CASE) -> None:
    job, accelerator = case
    utilization = simulate(one_product(job.m, job.k, job.n), accelerator).utilization()
    assert 1 >= utilization.mapping >= utilization.compute >= utilization.overall > 0
    assert 1 >= utilization.lanes > 0


def test_count_multiplies_cycles_and_events() -> None:
    from dataclasses import replace

    accelerator, trace = hardware(2, 2, 8), one_product(3, 20, 5)
    once = simulate(trace, accelerator)
    thrice = simulate(replace(trace, operations=(replace(trace.matrix_products[0], count=3),)), accelerator)
    assert thrice.cycles == 3 * once.cycles
    assert thrice.counts == {event: 3 * count for event, count in once.counts.items()}
    assert thrice.macs == 3 * once.macs == 3 * 3 * 20 * 5
