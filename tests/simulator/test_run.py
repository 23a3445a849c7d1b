"""A run: what bounds a layer, equal jobs simulated once, tables."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from simulator import run as run_module
from simulator.capacity import footprint_bits
from simulator.counts import Traffic
from simulator.cycles import CycleClasses
from simulator.job import Job
from simulator.placement import place
from simulator.results import predicted_classes
from simulator.run import LayerRun, simulate
from tests.strategies import hardware
from tests.traces import one_product, two_layers
from workloads.trace import first_rows

JOB = Job("layer", "xnor", 1, 1, 1, 1)
MOSTLY_LOADS, MOSTLY_STORES = Traffic(a=5, b=3, thresholds=1, results=8), Traffic(a=3, b=3, thresholds=1, results=8)


@pytest.mark.parametrize(
    ("classes", "moved", "bound_by"),
    [
        (CycleClasses(issue=5, schedule=4, load_stall=2, store_stall=2, flush=4), MOSTLY_LOADS, "issue"),
        (CycleClasses(issue=4, schedule=5, load_stall=2, store_stall=2, flush=4), MOSTLY_LOADS, "drain"),
        (CycleClasses(issue=4, schedule=4, load_stall=3, store_stall=2, flush=4), MOSTLY_LOADS, "load"),
        (CycleClasses(issue=4, schedule=4, load_stall=3, store_stall=2, flush=4), MOSTLY_STORES, "store"),
        (CycleClasses(issue=4, schedule=4, load_stall=2, store_stall=2, flush=5), MOSTLY_LOADS, "flush"),
    ],
)
def test_bound_by_what_most_cycles_went_to(classes: CycleClasses, moved: Traffic, bound_by: str) -> None:
    assert LayerRun(JOB, classes, moved, Counter()).bound_by == bound_by


def test_equal_jobs_are_simulated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    simulated = []

    def count(job: Job, accelerator: object) -> CycleClasses:
        simulated.append(job.name)
        return CycleClasses(issue=1)

    monkeypatch.setattr(run_module, "run_job", count)
    trace = one_product(3, 20, 5)
    twin = replace(trace.operations[0], name="twin", count=4)
    found = simulate(replace(trace, operations=(trace.operations[0], twin)), hardware(2, 2, 8))
    assert simulated == ["product"]
    assert [layer.job.name for layer in found.layer_runs] == ["product", "twin"]
    assert found.cycles == 1 + 4


def test_the_footprint_by_hand() -> None:
    trace, accelerator = two_layers(m=5, k=70, hidden=9, n=3), hardware(2, 2, 8, port_bits=64)
    jobs = [place(operation, accelerator) for operation in trace.operations]
    # Port words. fc1: ceil(70 / 8) = 9 k words of 8 bits take two; fc2: two k words take one.
    # Weights 9 x 2 and 3 x 1; nine thresholds of 64 bits; fc1 holds 5 x 2 in and 5 x 1 out, fc2 5 in and 5 x 2 out.
    assert footprint_bits(trace, jobs, accelerator) == 64 * (18 + 3 + 9 + 15)


def test_the_first_of_equal_sums_is_the_answer() -> None:
    trace = two_layers(m=2, n=3)
    assert predicted_classes(trace, {"y": np.array([[1, 4, 4], [-2, -2, -3]])}).tolist() == [1, 0]


def test_first_rows_keeps_each_row_s_label() -> None:
    trace, small = two_layers(), first_rows(two_layers(), 2)
    assert trace.labels is not None
    assert small.labels is not None
    assert small.labels.classes.tolist() == trace.labels.classes[:2].tolist()


def test_layers_is_one_row_a_layer_with_plain_columns() -> None:
    table = simulate(two_layers(), hardware(2, 2, 8)).layers()
    assert table["name"].tolist() == ["fc1", "fc2"]
    classes = table[["issue", "schedule", "load_stall", "store_stall", "flush"]]
    assert table["cycles"].tolist() == classes.sum(axis="columns").tolist()
    assert (table["utilization.mapping"] >= table["utilization.overall"]).all()
