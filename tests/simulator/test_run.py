"""A run: what bounds a step, equal jobs simulated once, tables."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from simulator import layer_run as layer_run_module
from simulator.accelerator_file import load_accelerator
from simulator.cycles import CycleClasses
from simulator.engine import run_job
from simulator.engines import Engine
from simulator.job import Job
from simulator.layer_run import LayerRun
from simulator.program import JobStep, VectorStep
from simulator.residency import Access, Accesses
from simulator.results import predicted_classes
from simulator.run import simulate
from simulator.utilization import Utilization, work
from tests.strategies import accelerator_of, hardware, mac_array, xnor_array
from tests.traces import one_product, two_layers
from tests.worked_jobs import worked_jobs
from workloads.encodings import encoding
from workloads.errors import InputError
from workloads.networks import load_trace
from workloads.operations import VectorFunction
from workloads.trace import Tensor, Trace, first_rows

JOB = JobStep("layer", "matrix product", Job("layer", "xnor", 1, 1, 1, 1), "a", "b", None, "y")
FUNCTION = VectorStep("layer", "add", "layer", VectorFunction.ADD, 1, 0, (("a", 9),), (("y", 8),))


def moved(loads: int, stores: int) -> Accesses:
    """Return accesses of that many words."""
    return Accesses((Access("a", loads - 1), Access("b", 1)), (Access("y", stores),))


MOSTLY_LOADS, MOSTLY_STORES = moved(9, 8), moved(7, 8)


@pytest.mark.parametrize(
    ("classes", "accesses", "bound_by"),
    [
        (CycleClasses(issue=5, schedule=4, load_stall=2, store_stall=2, flush=4, dram=4), MOSTLY_LOADS, "issue"),
        (CycleClasses(issue=4, schedule=5, load_stall=2, store_stall=2, flush=4, dram=4), MOSTLY_LOADS, "drain"),
        (CycleClasses(issue=4, schedule=4, load_stall=3, store_stall=2, flush=4, dram=4), MOSTLY_LOADS, "load"),
        (CycleClasses(issue=4, schedule=4, load_stall=3, store_stall=2, flush=4, dram=4), MOSTLY_STORES, "store"),
        (CycleClasses(issue=4, schedule=4, load_stall=2, store_stall=2, flush=5, dram=4), MOSTLY_LOADS, "flush"),
        (CycleClasses(issue=4, schedule=4, load_stall=2, store_stall=2, flush=4, dram=5), MOSTLY_LOADS, "dram"),
    ],
)
def test_a_job_is_bound_by_what_most_cycles_went_to(classes: CycleClasses, accesses: Accesses, bound_by: str) -> None:
    assert LayerRun(JOB, classes, Counter(), accesses).bound_by == bound_by


@pytest.mark.parametrize(
    ("lane_cycles", "dram", "accesses", "bound_by"),
    [
        (17, 4, MOSTLY_LOADS, "vector"), (16, 4, MOSTLY_LOADS, "load"), (14, 4, MOSTLY_STORES, "store"),
        (17, 22, MOSTLY_LOADS, "dram"),
    ],
)  # fmt: skip
def test_a_function_is_bound_by_its_lanes_or_by_what_the_port_moves_more_of(
    lane_cycles: int, dram: int, accesses: Accesses, bound_by: str
) -> None:
    classes = CycleClasses(vector=21, dram=dram)
    assert LayerRun(FUNCTION, classes, Counter(), accesses, lane_cycles=lane_cycles).bound_by == bound_by


def test_equal_jobs_are_simulated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    simulated = []

    def count(job: Job, _accelerator: object, _engine: object) -> CycleClasses:
        simulated.append((job.m, job.k, job.n))
        return CycleClasses(issue=1)

    monkeypatch.setattr(layer_run_module, "classes_of", count)
    trace = one_product(3, 20, 5)
    twin = replace(trace.matrix_products[0], name="twin", count=4)
    found = simulate(replace(trace, operations=(trace.operations[0], twin)), hardware(2, 2, 8))
    assert simulated == [(3, 20, 5)]
    assert [layer.name for layer in found.layer_runs] == ["product", "twin"]
    assert found.cycles == 1 + 4


def test_a_job_that_differs_in_anything_but_name_and_count_is_simulated_by_itself() -> None:
    accelerator = accelerator_of(xnor_array(), mac_array("int8"))
    pairs = [("bipolar", "bipolar"), ("uint2", "bipolar"), ("bipolar", "uint2"), ("uint2", "uint2"), ("uint8", "uint2")]
    alone = [one_product(3, 20, 5, *pair) for pair in pairs]
    tensors: dict[str, Tensor] = {}
    operations = []
    for number, trace in enumerate(alone):
        (product,) = trace.matrix_products
        tensors |= {f"{name}{number}": tensor for name, tensor in trace.tensors.items()}
        operations.append(replace(product, name=f"{number}", a=f"a{number}", b=f"b{number}", result=f"y{number}"))
    together = simulate(Trace("all", "", tensors, tuple(operations)), accelerator)
    for layer, trace in zip(together.layer_runs, alone, strict=True):
        assert layer.job is not None
        assert layer.total_classes == run_job(layer.job, accelerator)
        assert simulate(trace, accelerator).counts == layer.total_counts
    assert len({layer.total_classes for layer in together.layer_runs}) == 3


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
    # docs/worked-jobs.md, the job `edges` on 3 x 2 PEs of 3 lanes: 12 issues in 59 cycles, 38 of them stalls.
    worked = next(worked for worked in worked_jobs(weight_stationary=False, direct=False) if worked.name == "edges")
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


def test_thresholds_of_one_array_are_held_to_that_array_s_accumulators() -> None:
    narrow = accelerator_of(xnor_array(accumulator_bits=8), mac_array("int8"))
    trace = two_layers(k=70)
    limits = trace.thresholds["t1"].sums.copy()
    limits[3] = 128
    wrong = replace(trace, thresholds={"t1": replace(trace.thresholds["t1"], sums=limits)})
    with pytest.raises(InputError, match=r"^thresholds t1 must fit accumulator_bits = 8 of test, not 128$"):
        simulate(wrong, narrow)
    first, second = trace.matrix_products
    ternary = tuple(replace(product, encoding_b=encoding("ternary")) for product in (first, second))
    found = simulate(replace(wrong, operations=ternary), narrow)
    assert [job.array for job in found.program.jobs] == ["mac", "mac"]


def test_layers_is_one_row_a_layer_with_plain_columns() -> None:
    table = simulate(two_layers(), hardware(2, 2, 8)).layers()
    assert table["name"].tolist() == ["fc1", "fc2"]
    classes = table[["issue", "schedule", "load_stall", "store_stall", "flush"]]
    assert table["cycles"].tolist() == classes.sum(axis="columns").tolist()
    assert (table["utilization.mapping"] >= table["utilization.overall"]).all()
    assert table["array"].tolist() == ["xnor", "xnor"]
    assert table["planes"].tolist() == [[1, 1], [1, 1]]


def test_a_network_s_layers_name_their_array_and_its_classes_sum_to_its_cycles() -> None:
    trace = load_trace("ecoformer-pvtv2-b0", {"image_size": 32})
    found = simulate(trace, load_accelerator("xnor-fp32"))
    table = found.layers()
    assert set(table["array"]) == {"xnor", "mac", "vector_unit"}
    assert table["name"].is_unique
    names = ["issue", "schedule", "load_stall", "store_stall", "flush", "vector", "dram"]
    assert table["cycles"].tolist() == table[names].sum(axis="columns").tolist()
    assert found.cycles == sum(layer.total_classes.cycles for layer in found.layer_runs) == table["cycles"].sum()
    on_arrays = table["array"] != "vector_unit"
    assert (table["vector"] > 0).tolist() == (~on_arrays).tolist()
    assert table.loc[~on_arrays, ["m", "k", "n", "planes"]].isna().all(axis=None)
    assert table.loc[~on_arrays, "function"].notna().all()
    assert set(table["layer"]) == {operation.name for operation in trace.operations}


@pytest.mark.parametrize("name", ["mnist-tfc", "ecoformer-pvtv2-b0"])
def test_both_engines_give_the_same_run(name: str) -> None:
    trace, accelerator = load_trace(name, {}), load_accelerator("xnor-fp32")
    events, at_once = (simulate(trace, accelerator, engine=engine) for engine in ("events", "closed_form"))
    assert [layer.total_classes for layer in at_once.layer_runs] == [layer.total_classes for layer in events.layer_runs]
    assert at_once.counts == events.counts
    assert (events.engine, at_once.engine) == (Engine.EVENTS, Engine.CLOSED_FORM)
