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
from simulator.utilization import Utilization, work
from tests.strategies import hardware
from tests.traces import one_product, two_layers
from tests.worked_jobs import worked_jobs
from workloads.errors import InputError
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

    def count(job: Job, _: object) -> CycleClasses:
        simulated.append(job.name)
        return CycleClasses(issue=1)

    monkeypatch.setattr(run_module, "run_job", count)
    trace = one_product(3, 20, 5)
    twin = replace(trace.matrix_products[0], name="twin", count=4)
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


def test_what_is_used_again_later_stays_behind_the_port() -> None:
    trace, accelerator = two_layers(m=5, k=70, hidden=9, n=3), hardware(2, 2, 8, port_bits=64)
    again = replace(trace.matrix_products[0], name="fc3", result="h2")
    tensors = {**trace.tensors, "h2": replace(trace.tensors["h"], name="h2")}
    trace = replace(trace, tensors=tensors, operations=(*trace.operations, again))
    jobs = [place(operation, accelerator) for operation in trace.operations]
    # x stays over fc2, for fc3: 5 x 2 beside the 5 in and 5 x 2 out of fc2.
    assert footprint_bits(trace, jobs, accelerator) == 64 * (18 + 3 + 9 + 25)


@pytest.mark.parametrize("value", [1 << 31, -(1 << 31) - 1])
def test_a_threshold_beyond_the_accumulator_is_refused(value: int) -> None:
    trace = two_layers()
    limits = trace.thresholds["t1"].sums.copy()
    limits[3] = value
    wrong = replace(trace, thresholds={"t1": replace(trace.thresholds["t1"], sums=limits)})
    with pytest.raises(InputError, match=f"thresholds t1 must fit accumulator_bits = 32 of test, not {value}"):
        simulate(wrong, hardware(2, 2, 8))


def test_utilization_does_not_depend_on_count() -> None:
    trace, accelerator = one_product(3, 20, 5), hardware(2, 2, 8)
    thrice = replace(trace, operations=(replace(trace.matrix_products[0], count=3),))
    assert simulate(thrice, accelerator).utilization() == simulate(trace, accelerator).utilization()


def test_utilizations_by_hand() -> None:
    # docs/microarchitecture.md, the job `edges` on 3 x 2 PEs of 3 lanes: 12 issues in 59 cycles, 38 of them stalls.
    worked = next(worked for worked in worked_jobs() if worked.name == "edges")
    found = Utilization.of([work(worked.job, worked.accelerator.arrays["xnor"], worked.classes)])
    useful = 4 * 3 * 3
    assert found.mapping == useful / (6 * 12)
    assert found.compute == useful / (6 * (59 - 38))
    assert found.overall == useful / (6 * 59)
    assert found.lanes == (4 * 7 * 3) / (3 * useful)


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
