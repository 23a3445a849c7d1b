"""Pooling bits: on the OR-pool or on the vector unit, what it moves, its events, and its cycles at once."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.accelerator import Accelerator, Dram, VectorUnit
from simulator.closed_form import pool_classes
from simulator.counts import Traffic
from simulator.engine import run_pool
from simulator.pool import PoolJob
from simulator.pool_counts import pool_counts, pool_traffic
from simulator.program import Buffer, JobStep, Origin, PoolStep, Program, VectorStep, program
from simulator.residency import Access, Accesses, footprint_bits
from simulator.run import simulate
from tests.strategies import accelerator_of, hardware, mac_array, pool_cases, xnor_array
from tests.traces import small_cnn, trace_of
from tests.worked_jobs import WorkedPool, worked_pools
from workloads.encodings import encoding
from workloads.errors import InputError
from workloads.operations import Elementwise, Operation, Pooling, VectorFunction, Window
from workloads.trace import Tensor

BIPOLAR, FP32 = encoding("bipolar"), encoding("fp32")
POOL = hardware(2, 2, 8, kc=64, port_bits=16)
"""Pixels of up to 16 bits are a port word."""


def test_bits_are_pooled_as_they_lie_without_a_vector_unit() -> None:
    found = program(small_cnn(maps=2), replace(POOL, or_pool=True))
    assert [type(step) for step in found.steps] == [JobStep, PoolStep, JobStep, JobStep, JobStep]
    pool = found.steps[1]
    assert isinstance(pool, PoolStep)
    window = Window((5, 6), (2, 2), (2, 2), (1, 0))
    assert pool == PoolStep("pool1", "pooling", PoolJob("pool1", "xnor", 2, window, 9), "a1", "p1")
    # Two maps of 30 and 9 pixels, a port word each; nine filters of nine taps of one channel fill up nine k words of
    # 8 bits, five port words; seven of six taps of two k words each, six.
    sizes = {name: buffer.words for name, buffer in found.buffers.items()}
    assert (sizes["x"], sizes["a1"], sizes["p1"]) == (2 * 30, 2 * 30, 2 * 9)
    assert (sizes["w1"], sizes["w2"]) == (9 * 5, 7 * 6)
    assert found.buffers["p1"] == Buffer("p1", 18, Origin.STEP, 18 * 9)


def test_jobs_of_a_batch_are_one_a_map() -> None:
    found = program(small_cnn(maps=3), replace(POOL, or_pool=True))
    assert [(job.name, job.count, job.m, job.k, job.n) for job in found.jobs] == [
        ("conv1", 3, 30, 9, 9), ("conv2", 3, 6, 54, 7), ("fc1", 3, 1, 42, 5), ("fc2", 1, 3, 5, 4),
    ]  # fmt: skip
    assert all(job.direct is not None for job in found.jobs[:3])


def test_without_an_or_pool_the_vector_unit_takes_the_maximum() -> None:
    with_unit = replace(POOL, vector_unit=VectorUnit(4))
    found = program(small_cnn(maps=2), with_unit)
    # 2 x 9 places of four taps of nine channels; bits of the vector unit lie as the array takes them.
    pool = VectorStep(
        "pool1", "pooling", "pool1", VectorFunction.MAXIMUM, 2 * 9 * 4 * 9, 2 * 9 * 9, (("a1", 60),), (("p1", 18),)
    )
    assert [step for step in found.steps if not isinstance(step, JobStep)] == [pool]
    message = (
        r"^layer pool1: test has no vector unit, which maximum needs \(\[vector_unit\] or or_pool = true in an "
        r"accelerator file\)$"
    )
    with pytest.raises(InputError, match=message):
        program(small_cnn(), POOL)


def pooled(code: str, function: VectorFunction, accelerator: Accelerator) -> Program:
    """Return the program of a pooling of a network's input."""
    tensors = [Tensor("x", 16, 9, encoding(code)), Tensor("y", 4, 9, encoding(code))]
    pooling = Pooling("pool", function, "x", "y", Window.square(4, 2, 2), 9, encoding(code))
    return program(trace_of([pooling], tensors), replace(accelerator, vector_unit=VectorUnit(4), or_pool=True))


def test_only_a_maximum_of_bits_is_the_or_pool_s() -> None:
    maximum, mean = VectorFunction.MAXIMUM, VectorFunction.MEAN
    taken = [
        isinstance(pooled(code, function, POOL).steps[0], PoolStep)
        for code, function in (("bipolar", maximum), ("unipolar", maximum), ("ternary", maximum), ("fp32", maximum),
                               ("fp32", mean))
    ]  # fmt: skip
    assert taken == [True, True, False, False, False]


def test_the_host_writes_a_map_for_the_or_pool_in_the_form_of_the_first_array() -> None:
    for arrays, words_of_a_pixel in ((("xnor", "mac"), 1), (("mac", "xnor"), 2)):
        both = {"xnor": xnor_array(lanes=8), "mac": mac_array("int8")}
        found = pooled("bipolar", VectorFunction.MAXIMUM, accelerator_of(*(both[name] for name in arrays)))
        (step,) = found.steps
        assert isinstance(step, PoolStep)
        # Nine bits, or nine elements of eight bits, of which port words have 64.
        assert (step.job.array, found.buffers["x"].words) == (arrays[0], 16 * words_of_a_pixel)


def test_bits_that_lie_as_no_array_takes_them_are_pooled_by_the_vector_unit_that_wrote_them() -> None:
    # The vector unit writes bits one behind the other; k words of 3 lanes take 4 bits.
    tensors = [Tensor("x", 16, 9, FP32), Tensor("h", 16, 9, BIPOLAR), Tensor("y", 4, 9, BIPOLAR)]
    operations: list[Operation] = [
        Elementwise("sign", VectorFunction.SIGN, ("x",), "h", 16, 9, BIPOLAR),
        Pooling("pool", VectorFunction.MAXIMUM, "h", "y", Window.square(4, 2, 2), 9, BIPOLAR),
    ]
    for lanes, kind in ((3, VectorStep), (8, PoolStep)):
        accelerator = replace(hardware(2, 2, lanes), vector_unit=VectorUnit(4), or_pool=True)
        assert isinstance(program(trace_of(operations, tensors), accelerator).steps[1], kind)


def test_a_pooling_job_that_would_take_hours_is_refused() -> None:
    pixels = 1 << 10
    tensors = [Tensor(name, pixels * pixels, 100, BIPOLAR) for name in ("x", "y")]
    pooling = Pooling("pool", VectorFunction.MAXIMUM, "x", "y", Window.square(pixels, 1, 1), 100, BIPOLAR)
    accelerator = replace(hardware(2, 2, 8, port_bits=8), or_pool=True)
    message = (
        r"^layer pool: the job must be cut into at most 4194304 groups \(places x port words\) for the event engine"
    )
    with pytest.raises(InputError, match=message):
        simulate(trace_of([pooling], tensors), accelerator)


@pytest.mark.parametrize("worked", worked_pools(), ids=lambda worked: worked.job.name)
def test_worked_by_hand_at_once(worked: WorkedPool) -> None:
    assert pool_classes(worked.job, worked.accelerator) == worked.classes


@given(pool_cases())
def test_the_closed_form_equals_the_engine(case: tuple[PoolJob, Accelerator]) -> None:
    assert pool_classes(*case) == run_pool(*case)


@given(pool_cases(), st.integers(2, 60), st.integers(1, 200))
def test_long_jobs_equal_the_engine(case: tuple[PoolJob, Accelerator], side: int, latency: int) -> None:
    job, accelerator = case
    long = replace(job, window=replace(job.window, size=(side + 20, side + 20)))
    slow = replace(accelerator, port=replace(accelerator.port, latency_cycles=latency))
    assert pool_classes(long, slow) == run_pool(long, slow)


def test_the_job_pool_border_counted_by_hand() -> None:
    worked = next(worked for worked in worked_pools() if worked.job.name == "pool_border")
    moved = pool_traffic(worked.job, worked.accelerator)
    # Two places of two taps, the first one void.
    assert moved == Traffic(a=3, b=0, thresholds=0, results=2, void=1)
    assert pool_counts(worked.job, worked.accelerator, worked.cycles, moved) == {
        ("or_pool", "clock"): 9,
        ("or_pool", "or"): 2,
        ("or_pool", "write"): 4,
        ("global_buffer", "read"): 3,
        ("global_buffer", "write"): 2,
    }


@given(pool_cases())
def test_every_request_is_a_word_that_moves_or_a_void_one(case: tuple[PoolJob, Accelerator]) -> None:
    job, accelerator = case
    moved, classes = pool_traffic(job, accelerator), run_pool(job, accelerator)
    # Each edge takes a word of one request, and each store is one more.
    assert moved.loads + moved.void == classes.issue
    assert moved.results * job.window.taps == classes.issue
    assert classes.cycles >= classes.issue + moved.results


def test_a_run_reports_the_pool_as_a_unit_of_its_own() -> None:
    run = simulate(small_cnn(maps=2), replace(POOL, or_pool=True))
    pool = run.layer_runs[1]
    assert pool.job is None
    assert (pool.unit, pool.count, pool.macs, pool.operation) == ("or_pool", 2, 0, "pooling")
    assert pool.one is not None
    assert isinstance(pool.step, PoolStep)
    assert pool.total_classes == pool.one.classes.times(2) == run_pool(pool.step.job, POOL).times(2)
    row = run.layers().iloc[1]
    assert (row["array"], row["function"], row["elements"]) == ("or_pool", "maximum", 2 * 9 * 4 * 9)
    assert row[["m", "k", "n", "planes"]].isna().all()
    assert run.layer_utilization(pool) is None
    # The first three of the nine places of each map have two taps above it: a port word a tap.
    assert pool.accesses == Accesses((Access("a1", 2 * (9 * 4 - 3 * 2)),), (Access("p1", 2 * 9),))


def test_every_register_of_the_pool_and_of_the_array_is_clocked_in_every_cycle() -> None:
    run = simulate(small_cnn(maps=2), replace(POOL, or_pool=True, global_buffer_bits=64, dram=Dram(8)))
    assert run.classes.dram > 0
    for layer in run.layer_runs:
        cycles = layer.total_classes.cycles
        assert layer.total_counts["or_pool", "clock"] == cycles
        assert layer.total_counts["xnor.skew", "clock"] == cycles


def test_both_engines_give_the_same_run_of_a_network_of_maps() -> None:
    accelerator = replace(POOL, or_pool=True)
    events, at_once = (simulate(small_cnn(maps=3), accelerator, engine=name) for name in ("events", "closed_form"))
    assert [layer.total_classes for layer in at_once.layer_runs] == [layer.total_classes for layer in events.layer_runs]
    assert at_once.counts == events.counts


@pytest.mark.parametrize("or_pool", [True, False])
def test_what_a_step_makes_is_written_whole_and_read_by_the_next_one(or_pool: bool) -> None:
    run = simulate(small_cnn(maps=3), replace(POOL, or_pool=or_pool, vector_unit=VectorUnit(4)))
    buffers, layers = run.program.buffers, run.layer_runs
    for layer, following in pairwise(layers):
        (written,) = layer.accesses.writes
        # Nine columns of an array of two write the pixels of nine channels several times, each time a part.
        assert written.words >= buffers[written.buffer].words
        assert written.buffer in {access.buffer for access in following.accesses.reads}
    assert {layer.unit for layer in layers} == {"xnor", "or_pool" if or_pool else "vector_unit"}


def test_the_maps_of_a_batch_stay_together_by_hand() -> None:
    run = simulate(small_cnn(maps=2), replace(POOL, or_pool=True))
    constants = sum(buffer.words for buffer in run.program.buffers.values() if buffer.origin is Origin.CONSTANT)
    steps = [layer.accesses for layer in run.layer_runs]
    # The most is there while the first convolution makes 2 x 30 pixels of as many.
    assert footprint_bits(run.program, steps, run.accelerator) == 16 * (constants + 60 + 60)
