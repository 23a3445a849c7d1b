"""Real held-out images through all layers of the RTL, memory to memory: same bits, same labels, same cycles."""

from pathlib import Path

import numpy as np
import pytest

from simulator.accelerator_file import load_accelerator
from simulator.results import predicted_classes
from simulator.run import simulate
from tests.rtl.played import played_classes
from workloads.evaluation import evaluate
from workloads.networks import load_trace
from xnorsim.cosimulation.session import cosimulate

pytestmark = pytest.mark.rtl


@pytest.mark.parametrize(
    ("network", "images", "accelerator_name"),
    [
        ("mnist-tfc", 1000, "xnor-8x8x64"),
        ("mnist-tfc", 1000, "xnor-16x16x64"),
        # Convolutions and poolings, a job a map.
        ("mnist-cnv", 100, "xnor-pool-2x64x64"),
    ],
)
def test_every_layer_has_the_same_bits_and_cycles(
    network: str, images: int, accelerator_name: str, tmp_path: Path
) -> None:
    trace, accelerator = load_trace(network, {"images": images}), load_accelerator(accelerator_name)
    engine = simulate(trace, accelerator, results=True)
    rtl = cosimulate(trace, accelerator, work_dir=tmp_path)
    assert rtl.passed, rtl.differences
    assert [layer.total_classes for layer in engine.layer_runs] == played_classes(rtl)
    # From memory to memory: nothing but the first layer's A was laid out by the host.
    tasks = [layer.layer.task for layer in rtl.layer_outcomes]
    assert [task and dict(task.made_by) for task in tasks] == [{}, *({"a": before} for before in range(len(tasks) - 1))]
    expected = evaluate(trace)
    assert engine.results is not None
    assert expected.keys() == rtl.results.keys() == engine.results.keys()
    for name, values in expected.items():
        assert np.array_equal(rtl.results[name], values), name
        assert np.array_equal(engine.results[name], values), name
    # Labels: what the host reads off the last layer's sums.
    labels = predicted_classes(trace, rtl.results)
    assert np.array_equal(labels, predicted_classes(trace, expected))
    assert trace.labels is not None
    assert (labels == trace.labels.classes).mean() >= 0.8
