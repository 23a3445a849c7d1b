"""Maps as the RTL plays them: direct feeds and poolings, a job a map."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulator.accelerator import Accelerator, VectorUnit
from simulator.engines import Engine
from simulator.job import DirectFeed, Job
from simulator.pool import PoolJob
from simulator.run import simulate
from tests.strategies import direct_cases, hardware, pool_cases, windows
from tests.traces import small_cnn
from workloads.evaluation import evaluate
from workloads.operations import Window
from workloads.packing import unpack_bits
from workloads.reference import convolution, pooled, threshold
from workloads.trace import Trace
from xnorsim.cosimulation.layers import Layer, network_layers, without_operands
from xnorsim.cosimulation.leading import JobT, leading, model_cycles, shortened, steps
from xnorsim.cosimulation.memory import result_size
from xnorsim.cosimulation.operands import random_pool, random_product
from xnorsim.cosimulation.pool import Pooled
from xnorsim.cosimulation.products import Product
from xnorsim.cosimulation.tasks import Work

TINY = replace(hardware(2, 2, 16, kc=8, latency=4, places=3, accumulator_bits=16), or_pool=True)


def binary(case: tuple[Job, Accelerator]) -> bool:
    return case[0].bit_serial


def convolved(job: Job, accelerator: Accelerator, maps: int = 1) -> Product:
    """Return a job on random maps, all under the same kernels."""
    rng = np.random.default_rng(1)
    one = random_product(job, accelerator, rng)
    others = [random_product(job, accelerator, rng, b=one.b, thresholds=one.thresholds).a for _ in range(maps - 1)]
    return replace(one, a=np.concatenate([one.a, *others]))


def pooling(job: PoolJob, accelerator: Accelerator, maps: int = 1) -> Pooled:
    """Return a job on random maps."""
    rng = np.random.default_rng(1)
    one = random_pool(job, accelerator, rng)
    return replace(one, a=np.concatenate([one.a, *(random_pool(job, accelerator, rng).a for _ in range(maps - 1))]))


@given(direct_cases().filter(binary))
def test_a_convolution_gives_the_reference_s_result_map_by_map(case: tuple[Job, Accelerator]) -> None:
    job, accelerator = case
    made = convolved(job, accelerator, maps=2)
    assert job.direct is not None
    assert made.jobs == 2
    codes = job.encoding_a, job.encoding_b
    sums = convolution(made.a, made.b, job.direct.window, job.direct.channels, *codes)
    found = made.expected()
    if made.thresholds is None:
        assert np.array_equal(found, sums)
    else:
        bits = threshold(sums, made.thresholds.sums, made.thresholds.at_most)[:, 0]
        assert np.array_equal(found, unpack_bits(bits, job.n))
    assert np.array_equal(made.decoded(made.encoded(found)), found)
    assert np.array_equal(made.alone(1).expected(), found[job.m :])


@given(pool_cases())
def test_a_pooling_gives_the_reference_s_result_map_by_map(case: tuple[PoolJob, Accelerator]) -> None:
    job, accelerator = case
    made = pooling(job, accelerator, maps=2)
    found = made.expected()
    assert np.array_equal(found, unpack_bits(pooled(made.a[:, 0], job.window), job.channels))
    assert made.encoded(found).shape == made.result_shape
    elements = list(np.ndindex(found.shape))
    assert sorted(elements, key=lambda at: made.running_order(*at)) == elements
    assert np.array_equal(made.decoded(made.encoded(found)), found)
    assert np.array_equal(made.alone(1).expected(), found[job.window.positions :])


def test_maps_lie_one_behind_the_other_by_hand() -> None:
    # Pixels of 20 channels: two k words of 16 bits, a port word of 32; kernels of 4 taps have eight k words, four port
    # words. 4 x 5 pixels make 3 x 4 places.
    hardware_ = replace(hardware(2, 2, 16, kc=8, port_bits=32), or_pool=True)
    window = Window((4, 5), (2, 2), (1, 1))
    job = Job("conv", "xnor", 2, 12, 80, 33, thresholds=True, direct=DirectFeed(window, 20))
    made = convolved(job, hardware_, maps=2)
    assert {role: area.nbytes // 4 for role, area in made.operands().items()} == {"a": 40, "b": 132, "thresholds": 66}
    jobs = made.rtl_jobs({"a": 10, "b": 50, "thresholds": 300, "result": 400})
    # A place of 33 channels has three k words in two port words.
    assert [(j.a.addr, j.b.addr, j.t_addr, j.r_addr) for j in jobs] == [(10, 50, 300, 400), (30, 50, 300, 424)]
    pools = pooling(PoolJob("pool", "xnor", 2, window, 20), hardware_, maps=2).rtl_jobs({"a": 10, "result": 400})
    assert [(j.a_addr, j.r_addr) for j in pools] == [(10, 400), (30, 412)]


@given(direct_cases().filter(binary), st.integers(1, 300))
def test_a_convolution_that_is_cut_is_the_longest_that_is_short_enough(
    case: tuple[Job, Accelerator], limit: int
) -> None:
    check_shortened(*case, limit)


@given(pool_cases(), st.integers(1, 300))
def test_a_pooling_that_is_cut_is_the_longest_that_is_short_enough(
    case: tuple[PoolJob, Accelerator], limit: int
) -> None:
    check_shortened(*case, limit)


def check_shortened(job: JobT, accelerator: Accelerator, limit: int) -> None:
    """Demand whole rows of places, as many as the limit allows."""
    m_steps, _ = steps(job, accelerator)
    cut = shortened(job, accelerator, limit)
    rows = steps(cut, accelerator)[0]
    assert rows <= m_steps
    assert result_size(cut)[0] % rows == 0
    if rows < m_steps:
        longer = leading(job, accelerator, rows + 1, steps(job, accelerator)[1])
        assert model_cycles(longer, accelerator) > limit


@given(windows(), st.integers(1, 40), st.integers(1, 9))
def test_leading_rows_of_a_map_without_borders_have_the_results_that_they_have_in_the_whole(
    window: Window, channels: int, rows: int
) -> None:
    # As many places, with pixels in the place of what was border above and below.
    (height, width), (above, beside) = window.size, window.padding
    window = replace(window, size=(height + 2 * above, width), padding=(0, beside))
    feed = DirectFeed(window, channels)
    job = Job("conv", "xnor", 1, window.positions, window.taps * channels, 3, direct=feed)
    works: list[Work] = [pooling(PoolJob("pool", "xnor", 1, window, channels), TINY), convolved(job, TINY)]
    for whole in works:
        cut = whole.leading(rows, 2)
        assert cut.rows == min(rows, window.result[0]) * window.result[1]
        assert np.array_equal(cut.expected(), whole.expected()[: cut.rows])


# A network of maps


def layers_of(trace: Trace, *patterns: str, max_cycles: int | None = None) -> list[Layer]:
    run = simulate(trace, TINY, results=trace.has_operands, engine=Engine.CLOSED_FORM)
    return network_layers(run, patterns, 1, max_cycles)


def tasks_of(layers: list[Layer]) -> list[tuple[Work, dict[str, int]]]:
    """Return what is played of each layer, and which of its operands a layer before makes."""
    return [(layer.task.work, dict(layer.task.made_by)) for layer in layers if layer.task is not None]


def test_a_network_of_maps_goes_from_memory_to_memory() -> None:
    trace = small_cnn()
    layers = layers_of(trace)
    played = tasks_of(layers)
    assert len(played) == len(trace.operations)
    assert [made_by for _, made_by in played] == [{}, *({"a": number} for number in range(len(played) - 1))]
    assert not any(layer.random for layer in layers)
    results = evaluate(trace)
    for operation, (work, _) in zip(trace.operations, played, strict=True):
        values = results[operation.result]
        expected = unpack_bits(values.astype(np.uint64), result_size(work.job)[1]) if work.writes_bits else values
        assert np.array_equal(work.expected(), expected), operation.name


def test_a_network_of_maps_without_operands_goes_from_memory_to_memory_too() -> None:
    played = tasks_of(layers_of(without_operands(small_cnn())))
    # One random map stands for all of the batch; the last layer takes all images as rows.
    assert [work.jobs for work, _ in played] == [1, 1, 1, 1, 1]
    assert [made_by for _, made_by in played] == [{}, {"a": 0}, {"a": 1}, {"a": 2}, {}]


def test_a_layer_by_itself_takes_the_maps_that_the_model_says() -> None:
    whole = {layer.name: layer for layer in layers_of(small_cnn())}
    for name, layer in whole.items():
        ((alone, made_by),) = tasks_of(layers_of(small_cnn(), name))
        assert made_by == {}
        assert layer.task is not None
        assert np.array_equal(alone.a, layer.task.work.a), name


def test_fewer_maps_are_played_before_one_is_cut() -> None:
    (whole, _), *_ = tasks_of(layers_of(small_cnn()))
    one = model_cycles(whole.job, TINY) if isinstance(whole.job, Job) else 0
    (first, _), (pool, made_by), *_ = tasks_of(layers_of(small_cnn(), max_cycles=one))
    assert (first.jobs, first.job) == (1, whole.job)
    # Both maps of the pooling are short enough, but the convolution has left only one.
    assert (pool.jobs, made_by) == (2, {})
    (cut, _), *_ = tasks_of(layers_of(small_cnn(), max_cycles=one - 1))
    assert 0 < cut.rows < whole.rows
    assert cut.a.shape[0] < whole.a.shape[0]


def test_without_an_or_pool_a_pooling_is_model_only() -> None:
    accelerator = replace(TINY, or_pool=False, vector_unit=VectorUnit(4))
    run = simulate(small_cnn(), accelerator, results=True, engine=Engine.CLOSED_FORM)
    layers = network_layers(run, (), 1, None)
    assert {layer.model_only for layer in layers if layer.task is None} == {"vector unit"}
    assert [layer.name for layer in layers if layer.task is not None][:2] == ["conv1", "conv2"]
