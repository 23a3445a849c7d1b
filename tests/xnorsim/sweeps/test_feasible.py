"""Points that cannot be built or do not hold the network: each with the rule that a run of it says, and no other."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulator.accelerator import Dataflow
from simulator.accelerator_file import PRESET_DIR, load_accelerator, parse_accelerator
from simulator.closed_form import Points, solve
from simulator.program import program
from tests.traces import one_product, two_layers
from tests.xnorsim.sweeps.alone import Columns, base, compared, technology
from workloads.errors import InputError
from workloads.networks import load_trace
from xnorsim.cosimulation.network import rtl_job
from xnorsim.sweeps import Evaluator
from xnorsim.sweeps.design_points import DesignPoints


def found(data: dict[str, Any], columns: Columns, workload: str = "mnist-tfc") -> dict[str, Any]:
    return compared(load_trace(workload), data, columns)


XNOR = "xnor-8x8x64"
RULES: list[tuple[str, Columns, dict[int, str]]] = [
    (XNOR, {"arrays.xnor.rows": [0, 8, 300]}, {
        0: "arrays.xnor.rows must be >= 1, not 0", 2: "arrays.xnor.rows must be <= 256, not 300",
    }),
    (XNOR, {"port.width_bits": [512, 48]}, {1: "port.width_bits must be a power of two, not 48"}),
    (XNOR, {"arrays.xnor.lanes": [64, 2000]}, {1: "arrays.xnor.lanes must be <= 1024, not 2000"}),
    (XNOR, {"arrays.xnor.row": [1]}, {0: "arrays.xnor.row is not a known key"}),
    (XNOR, {"arrays.xnor.rows": [8, 8.5]}, {
        0: "arrays.xnor.rows must be an integer, not 8.0", 1: "arrays.xnor.rows must be an integer, not 8.5",
    }),
    (XNOR, {"vector_unit.lanes": [0, 8]}, {0: "vector_unit.lanes must be >= 1, not 0"}),
    (XNOR, {"arrays.xnor.dataflow": ["output_stationary", "weight_stationary"]}, {
        1: "arrays.xnor must have accumulator_rows for weight_stationary",
    }),
    ("mac-int8", {"arrays.mac.element": ["int8", "fp16"], "arrays.mac.accumulator_bits": [32, 20]}, {
        1: "arrays.mac must have accumulator_bits 16 or 32 for fp16, not 20",
    }),
    (XNOR, {"scratchpads.a.capacity_bits": [1023, 1024]}, {
        0: "scratchpads.a.capacity_bits must be >= 1024 for arrays.xnor, not 1023",
    }),
    (XNOR, {"global_buffer.capacity_bits": [1 << 22, 8]}, {
        1: "global_buffer.capacity_bits must be >= 128, the width of the port, not 8",
    }),
    (XNOR, {"arrays.xnor.accumulator_bits": [8, 32]}, {
        0: "layer fc1: accumulator_bits must hold sums up to +-784, not 8",
    }),
]  # fmt: skip
"""Preset, columns, and the rules by row."""


@pytest.mark.parametrize(("preset", "columns", "rules"), RULES)
def test_a_point_that_breaks_a_rule_says_which(preset: str, columns: Columns, rules: dict[int, str]) -> None:
    results = found(base(preset), columns)
    assert {row: rule for row, rule in enumerate(results["rule"]) if rule} == rules
    assert [row for row, status in enumerate(results["status"]) if status == "infeasible"] == list(rules)
    assert all(results["cycles"][row] == 0 for row in rules)


def test_what_a_run_says_is_without_its_file(tmp_path: Path) -> None:
    (results,) = found(base(XNOR), {"arrays.xnor.rows": [300]})["rule"]
    path = tmp_path / "wide.toml"
    path.write_text((PRESET_DIR / "xnor-8x8x64.toml").read_text().replace("rows = 8", "rows = 300"))
    with pytest.raises(InputError) as error:
        load_accelerator(path)
    assert str(error.value) == f"{results} ({path})"


def test_a_network_that_does_not_fit_names_what_it_needs() -> None:
    kib = [4, 8, 16, 32, 64, 128, 256, 512]
    results = found(base(XNOR), {"global_buffer.capacity_kib": kib})
    assert list(results["status"]) == sorted(results["status"])
    assert results["rule"][0].startswith("xnor-8x8x64: global_buffer must be >= ")
    assert results["rule"][0].endswith("for mnist-tfc, as there is no DRAM behind it, not 32768")


def test_planes_that_do_not_fit_a_scratchpad_are_named_with_their_layer() -> None:
    data = base("xnor-16x16x64") | {"vector_unit": {"lanes": 16}, "dram": {"bits_per_cycle": 128}}
    results = found(data, {"scratchpads.b.capacity_bits": [2 * 16 * 64 * planes for planes in (1, 7, 8)]}, "resnet18")
    assert results["rule"].tolist() == [
        *["xnor-16x16x64: scratchpads.b must have >= 16384 bits for the 8 planes of conv1"] * 2, "",
    ]  # fmt: skip


@pytest.mark.parametrize("dataflow", Dataflow)
def test_what_no_half_holds_is_refused_by_the_same_line_in_sweep_run_and_rtl(dataflow: Dataflow) -> None:
    # Eight rows and columns of 64 bits. Where weights stay, B holds a fold of eight k words of each column.
    fold = 1 if dataflow is Dataflow.OUTPUT_STATIONARY else 8
    planes_a, planes_b = (4, 8) if dataflow is Dataflow.INPUT_STATIONARY else (8, 4)
    least_a, least_b = 2 * 8 * 64 * planes_a, 2 * 8 * 64 * planes_b * fold
    data, trace = base(XNOR), one_product(2, 3, 4, "int8", "int4")
    data["arrays"]["xnor"] |= {"dataflow": dataflow.value} | ({"accumulator_rows": 4} if fold > 1 else {})
    columns = {"scratchpads.a.capacity_bits": [least_a, least_a - 1, least_a]}
    columns["scratchpads.b.capacity_bits"] = [least_b, least_b, least_b - 1]
    results = compared(trace, data, columns)
    rules = [
        "",
        f"xnor-8x8x64: scratchpads.a must have >= {least_a} bits for the {planes_a} planes of product",
        f"xnor-8x8x64: scratchpads.b must have >= {least_b} bits for the {planes_b} planes of product",
    ]
    assert results["rule"].tolist() == rules
    for row, rule in enumerate(rules):
        accelerator = parse_accelerator(DesignPoints.of(data, columns).file_of(row))
        (job,) = program(trace, accelerator).jobs
        with pytest.raises(InputError, match=f"^{rule}$") if rule else nullcontext():
            rtl_job(job, accelerator, a=0, b=0, thresholds=0, result=0)


def test_thresholds_are_refused_where_results_are_transposed() -> None:
    dataflow, rows = ["output_stationary", "weight_stationary", "input_stationary"], np.array([None, 8, 8])
    columns = {"arrays.xnor.dataflow": dataflow, "arrays.xnor.accumulator_rows": rows}
    rule = "must not be on xnor, which is input stationary: its results are transposed accumulators"
    results = compared(two_layers(), base(XNOR), columns)
    assert results["rule"].tolist() == ["", "", f"layer fc1: thresholds {rule}"]


def test_the_first_rule_is_that_of_a_run_where_several_are_broken() -> None:
    random, points = np.random.default_rng(1), 80

    def some(*values: Any) -> Any:
        return np.array(random.choice(np.array(values, dtype=object), points), dtype=object)

    columns = {
        "arrays.xnor.rows": some(0, 4, 8, 256, 257),
        "arrays.xnor.lanes": some(8, 64, 1024),
        "arrays.xnor.accumulator_bits": some(8, 12, 32),
        "arrays.xnor.dataflow": some("output_stationary", "weight_stationary", "sideways"),
        "arrays.xnor.accumulator_rows": some(None, 16),
        "scratchpads.a.capacity_bits": some(1, 1 << 10, 1 << 14, 1 << 41),
        "scratchpads.b.capacity_bits": some(1 << 10, 1 << 16, 1 << 20),
        "port.width_bits": some(8, 24, 512),
        "global_buffer.capacity_kib": some(None, 1, 512),
        "vector_unit.lanes": some(None, 16),
    }
    for workload in ("mnist-tfc", "resnet18"):
        results = found(base(XNOR), columns, workload)
        assert len(set(results["rule"])) > 10


def test_a_capacity_replaces_the_base_s_in_either_unit() -> None:
    data = base(XNOR)
    bits = found(data, {"scratchpads.a.capacity_bits": [1 << 14, 1 << 15]})
    kib = found(data, {"scratchpads.a.capacity_kib": [2, 4]})
    assert bits["cycles"].tolist() == kib["cycles"].tolist()
    both = found(data, {"scratchpads.a.capacity_kib": [2, 2], "scratchpads.a.capacity_bits": np.array([None, 5])})
    assert both["rule"].tolist() == ["", "scratchpads.a must have either capacity_bits or capacity_kib"]


def test_nothing_may_be_refused_and_everything() -> None:
    evaluator = Evaluator(load_trace("mnist-tfc"), base(XNOR), technology())
    assert evaluator({"arrays.xnor.rows": [8, 8]})["status"].tolist() == ["ok", "ok"]
    assert evaluator({"arrays.xnor.rows": [0, 0]})["status"].tolist() == ["infeasible"] * 2
    nothing = evaluator({"arrays.xnor.rows": np.array([], dtype=np.int64)})
    assert {len(column) for column in nothing.values()} == {0}


@pytest.mark.parametrize("module", ["evaluate", "cycles"])
def test_a_network_that_takes_too_long_to_count_fails_with_its_reason(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluator = Evaluator(load_trace("mnist-tfc"), base(XNOR), technology())
    columns = {"arrays.xnor.rows": [1, 8]}
    cycles = evaluator(columns)["cycles"]
    monkeypatch.setattr(f"xnorsim.sweeps.{module}.MOST_CYCLES", int(cycles[0]))
    results = evaluator(columns)
    assert results["status"].tolist() == ["failed", "ok"]
    assert results["rule"][0].endswith(" cycles or more, which a sweep does not count")
    assert results["cycles"].tolist() == [0, cycles[1]]


def test_a_job_that_the_closed_form_refuses_refuses_its_point_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(points: Points) -> Any:
        return solve(points)[0], dict.fromkeys(
            np.flatnonzero(points.column("rows") == 3).tolist(), "jobs must be of other rows"
        )

    columns = {"arrays.xnor.rows": [3, 8, 4, 3, 16]}
    evaluator = Evaluator(load_trace("mnist-tfc"), base(XNOR), technology())
    together = evaluator(columns)
    monkeypatch.setattr("xnorsim.sweeps.cycles.solve", refusing)
    results = evaluator(columns)
    assert results["rule"].tolist() == ["jobs must be of other rows", "", "", "jobs must be of other rows", ""]
    assert results["cycles"].tolist() == [0, together["cycles"][1], together["cycles"][2], 0, together["cycles"][4]]


@pytest.mark.parametrize(
    "columns", [{}, {"arrays.xnor.rows": 8}, {"arrays.xnor.rows": [8, 8], "arrays.xnor.cols": [8]}]
)
def test_columns_must_be_of_one_length(columns: Columns) -> None:
    evaluator = Evaluator(load_trace("mnist-tfc"), base(XNOR), technology())
    with pytest.raises(InputError, match=r"^columns must have one element each for every design point$"):
        evaluator(columns)
