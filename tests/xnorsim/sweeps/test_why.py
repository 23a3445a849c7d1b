"""How a design moves along each axis: to its neighbours in the grid, which were evaluated by the sweep itself."""

from collections import Counter

import pytest

from tests.xnorsim.sweeps.made import SPEC
from workloads.errors import InputError
from xnorsim.sweeps.directory import SweepDirectory
from xnorsim.sweeps.explaining import Explaining
from xnorsim.sweeps.spread import spread
from xnorsim.sweeps.sweep_file import parse_sweep
from xnorsim.sweeps.why import MOST_VALUES, Move, moves


def test_designs_move_to_their_neighbours_in_the_grid(sweep: SweepDirectory) -> None:
    rows = sweep.table().to_pylist()
    own = [axis.field for axis in sweep.spec.own_axes]
    grid = {(row["workload"], *(row[field] for field in own)): row for row in rows}
    chosen = [row for row in rows if row["status"] == "ok"][::17]
    refused: Counter[bool] = Counter()
    for row, reasons in zip(chosen, Explaining(sweep).reasons(chosen), strict=True):
        assert reasons.row == row
        assert [move.axis for move in reasons.moves] == own
        for move in reasons.moves:
            assert move.values[move.place] == row[move.axis]
            assert move.values == next(axis.values for axis in sweep.spec.own_axes if axis.field == move.axis)
            for place, value in enumerate(move.values):
                there = grid[row["workload"], *(value if field == move.axis else row[field] for field in own)]
                assert move.rules[place] == there["rule"]
                refused[bool(there["rule"])] += 1
                for name, numbers in move.objectives.items():
                    assert numbers[place] == there[name]
    assert min(refused.values()) > 0


def test_the_layers_are_those_of_the_row(sweep: SweepDirectory) -> None:
    rows = [row for row in sweep.table().to_pylist() if row["status"] == "ok"][::29]
    for row, reasons in zip(rows, Explaining(sweep).reasons(rows), strict=True):
        assert sum(layer.cycles for layer in reasons.layers) == row["cycles"]
        assert {roof.kind for roof in reasons.roofs} == {"array", "port", "dram"}


def test_change_is_against_the_design() -> None:
    move = Move("axis", (1, 2, 3), 1, {"latency_s": [2.0, 4.0, 0.0]}, ["", "", "refused"])
    assert [move.change("latency_s", place) for place in range(3)] == [-0.5, 0.0, None]
    assert move.take([1, 2]) == Move("axis", (2, 3), 0, {"latency_s": [4.0, 0.0]}, ["", "refused"])


def test_a_row_that_was_refused_has_its_rule_and_no_reasons(sweep: SweepDirectory) -> None:
    refused = next(row for row in sweep.table().to_pylist() if row["status"] == "infeasible")
    with pytest.raises(InputError) as caught:
        Explaining(sweep).reasons([refused])
    assert str(caught.value) == f"row {refused['row']} is infeasible: {refused['rule']}"


def test_an_axis_of_many_values_is_tried_at_some(sweep: SweepDirectory) -> None:
    many = {"port.latency_cycles": {"range": [1, 500]}}
    spec = parse_sweep({**SPEC, "axes": many, "workloads": ["mnist-tfc"]}, sweep.path)
    inputs = Explaining(sweep).inputs
    design = {"port.latency_cycles": 77}
    ((move,),) = moves(spec, inputs.traces["mnist-tfc"], inputs.base, inputs.technologies["45nm"], [design])
    assert len(move.values) <= MOST_VALUES
    assert {1, 77, 500} <= set(move.values)
    assert list(move.values) == sorted(move.values)
    latencies = move.objectives["latency_s"]
    assert latencies == sorted(latencies)


def test_places_that_lie_evenly() -> None:
    assert spread(3, 5) == [0, 1, 2]
    assert spread(101, 5) == [0, 25, 50, 75, 100]
    assert spread(101, 5, keep=50) == [0, 33, 50, 67, 100]
