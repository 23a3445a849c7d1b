"""Real held-out images through all layers of the RTL, memory to memory: same bits, same labels, same cycles."""

from pathlib import Path

import numpy as np
import pytest

from simulator.accelerator_file import load_accelerator
from simulator.results import predicted_classes
from simulator.run import simulate
from tests.rtl.played import played_classes
from workloads.networks import load_trace
from workloads.reference import product, threshold
from workloads.trace import Trace
from xnorsim.cosimulation.session import cosimulate

pytestmark = pytest.mark.rtl

IMAGES = 1000


@pytest.mark.parametrize("accelerator_name", ["xnor-8x8x64", "xnor-16x16x64"])
def test_every_layer_has_the_same_bits_and_cycles(accelerator_name: str, tmp_path: Path) -> None:
    trace, accelerator = load_trace("mnist-tfc", {"images": IMAGES}), load_accelerator(accelerator_name)
    engine = simulate(trace, accelerator, results=True)
    rtl = cosimulate(trace, accelerator, work_dir=tmp_path)
    assert rtl.passed, rtl.differences
    assert [layer.total_classes for layer in engine.layer_runs] == played_classes(rtl)
    # From memory to memory: nothing but the first layer's A was laid out by the host.
    tasks = [layer.layer.task for layer in rtl.layer_outcomes]
    assert [task and dict(task.made_by) for task in tasks] == [{}, {"a": 0}, {"a": 1}, {"a": 2}]
    expected = reference_results(trace)
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


def reference_results(trace: Trace) -> dict[str, np.ndarray]:
    """Return every result by the reference arithmetic alone."""
    planes = {tensor.name: tensor.packed for tensor in trace.tensors.values()}
    results: dict[str, np.ndarray] = {}
    for o in trace.matrix_products:
        a, b = planes[o.a], planes[o.b]
        assert a is not None
        assert b is not None
        sums = product(a, b, o.k, o.encoding_a, o.encoding_b)
        if o.thresholds is None:
            results[o.result] = sums
        else:
            limits = trace.thresholds[o.thresholds]
            bits = threshold(sums, limits.sums, limits.at_most)
            planes[o.result], results[o.result] = bits, bits[:, 0]
    return results
