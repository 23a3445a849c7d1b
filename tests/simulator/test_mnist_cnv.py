"""The network mnist-cnv on the simulated hardware, memory to labels."""

from dataclasses import replace

import numpy as np
import pytest

from simulator.accelerator import Dataflow
from simulator.accelerator_file import load_accelerator
from simulator.program import JobStep, PoolStep, VectorStep
from simulator.run import simulate
from workloads.errors import InputError
from workloads.evaluation import evaluate
from workloads.networks import load_trace

PRESET = "xnor-pool-2x64x64"


def test_jobs_and_poolings_alone_lead_from_pixels_to_labels() -> None:
    run = simulate(load_trace("mnist-cnv"), load_accelerator(PRESET))
    steps = run.program.steps
    assert [step.name for step in steps] == ["conv1", "pool1", "conv2", "pool2", "fc1", "fc2"]
    assert all(isinstance(step, JobStep | PoolStep) for step in steps)
    # Each step reads what the one before wrote, as it lies.
    assert [step.a for step in steps if not isinstance(step, VectorStep)] == [
        "images", "conv1.bits", "pool1.bits", "conv2.bits", "pool2.bits", "fc1.bits",
    ]  # fmt: skip
    assert run.classes.vector == run.classes.dram == 0
    assert run.counts["or_pool", "clock"] == run.cycles


def test_every_bit_is_the_reference_s() -> None:
    trace = load_trace("mnist-cnv", {"images": 20})
    expected = evaluate(trace)
    preset = load_accelerator(PRESET)
    (array,) = preset.arrays.values()
    stationary = replace(array, rows=9, cols=16, dataflow=Dataflow.WEIGHT_STATIONARY, accumulator_rows=32)
    for accelerator in (preset, replace(preset, arrays={array.name: stationary})):
        found = simulate(trace, accelerator, results=True).results
        assert found is not None
        assert found.keys() == expected.keys()
        for name, values in expected.items():
            assert np.array_equal(found[name], values), name


def test_a_batch_takes_its_images_one_after_the_other_but_for_the_last_layer() -> None:
    preset = load_accelerator(PRESET)
    one, ten = (simulate(load_trace("mnist-cnv", {"images": images}), preset) for images in (1, 10))
    for single, batch in zip(one.layer_runs[:-1], ten.layer_runs[:-1], strict=True):
        assert batch.total_classes == single.total_classes.times(10)
        assert batch.total_counts == {event: 10 * number for event, number in single.total_counts.items()}
    assert ten.layer_runs[-1].total_classes.cycles < 10 * one.layer_runs[-1].total_classes.cycles


def test_both_engines_give_the_same_run() -> None:
    trace, preset = load_trace("mnist-cnv"), load_accelerator(PRESET)
    events, at_once = (simulate(trace, preset, engine=engine) for engine in ("events", "closed_form"))
    assert [layer.total_classes for layer in at_once.layer_runs] == [layer.total_classes for layer in events.layer_runs]
    assert at_once.counts == events.counts


def test_a_thousand_images_need_more_than_the_global_buffer() -> None:
    # Every pixel of the images and of what conv1 makes of them is a port word of 64 bits.
    preset = load_accelerator(PRESET)
    message = (
        r"^xnor-pool-2x64x64: global_buffer must be >= \d+ for mnist-cnv, as there is no DRAM behind it, not 16777216$"
    )
    with pytest.raises(InputError, match=message) as caught:
        simulate(load_trace("mnist-cnv", {"images": 1000}), preset)
    needed = int(str(caught.value).split(">= ")[1].split(" ")[0])
    maps = 1000 * 2 * 784 * 64
    assert maps < needed < maps + (1 << 20)


def test_an_accelerator_without_a_unit_that_pools_says_what_is_missing() -> None:
    message = (
        r"^layer pool1: xnor-16x16x64 has no vector unit, which maximum needs \(\[vector_unit\] or or_pool = true in "
    )
    with pytest.raises(InputError, match=message):
        simulate(load_trace("mnist-cnv"), load_accelerator("xnor-16x16x64"))
