"""Where points come from: those of Optuna's samplers, the same for the same seed, and optimizers that learn."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import optuna
import pandas as pd
import pytest

from tests.xnorsim.sweeps.small import grid, sampled
from xnorsim.sweeps import manifest
from xnorsim.sweeps.directory import SweepDirectory
from xnorsim.sweeps.samplers import Drawn, Optimizer
from xnorsim.sweeps.session import sweep
from xnorsim.sweeps.spec import Sampler, Strategy
from xnorsim.sweeps.sweep_file import parse_sweep

SHAPE = (5, 1000, 3, 7)


@pytest.fixture(autouse=True)
def parts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LEAST_PART_ROWS", "MOST_PART_ROWS", "LEARNT_PART_ROWS"):
        monkeypatch.setattr(manifest, name, 20)


def of_optuna(sampler: Any, count: int) -> np.ndarray[Any, Any]:
    """Return the points that Optuna asks for, the first left out. Shapes: [axes, points]."""
    space = {str(axis): optuna.distributions.IntDistribution(0, size - 1) for axis, size in enumerate(SHAPE)}
    study = optuna.create_study(sampler=sampler)
    points = []
    for _ in range(count + 1):
        trial = study.ask(space)  # type: ignore[arg-type]
        study.tell(trial, 0.0)
        points.append(list(trial.params.values()))
    return np.array(points).T


@pytest.mark.parametrize("sampler", [Sampler.RANDOM, Sampler.QMC])
def test_points_are_those_of_optuna(sampler: Sampler) -> None:
    drawn = Drawn(SHAPE, Strategy(sampler, seed=3, points=100))(0, 101)
    if sampler is Sampler.RANDOM:
        assert (drawn == of_optuna(optuna.samplers.RandomSampler(seed=3), 100)).all()
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = of_optuna(optuna.samplers.QMCSampler(seed=3, scramble=True), 100)
    # Optuna's first point is not of the sequence yet.
    assert (drawn[:, :100] == theirs[:, 1:]).all()


@pytest.mark.parametrize("sampler", [Sampler.RANDOM, Sampler.QMC])
def test_points_do_not_depend_on_how_they_are_cut(sampler: Sampler) -> None:
    strategy = Strategy(sampler, seed=3, points=100)
    together, drawn = Drawn(SHAPE, strategy)(0, 100), Drawn(SHAPE, strategy)
    pieces = [drawn(first, end) for first, end in ((0, 7), (7, 50), (60, 100), (50, 60))]
    assert (np.concatenate(pieces, axis=1) == together[:, [*range(50), *range(60, 100), *range(50, 60)]]).all()


@pytest.mark.parametrize("sampler", ["random", "qmc", "tpe", "nsga2"])
def test_the_same_seed_gives_the_same_rows(sampler: str) -> None:
    first, again, other = (sweep(sampled(sampler, 60, seed), processes=1) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again, check_exact=True)
    assert not first.equals(other)


@pytest.mark.parametrize("sampler", ["random", "qmc", "tpe", "nsga2"])
def test_a_space_of_more_points_than_can_be_numbered(sampler: str) -> None:
    sizes = ("arrays.xnor.rows", "arrays.xnor.cols", "arrays.xnor.accumulator_rows", "scratchpads.a.capacity_kib",
             "scratchpads.b.capacity_kib", "port.latency_cycles", "global_buffer.capacity_kib",
             "frequency_mhz")  # fmt: skip
    axes = {field: {"range": [8, 256]} for field in sizes} | {"arrays.xnor.dataflow": ["weight_stationary"]}
    rows = sweep(sampled(sampler, 10, axes=axes), processes=1)
    assert 249 ** len(sizes) > 1 << 63
    assert len(rows) == 10


@pytest.mark.parametrize("sampler", ["random", "qmc"])
def test_every_workload_has_the_same_points(sampler: str) -> None:
    workloads = ["mnist-tfc", {"name": "mnist-tfc", "parameters": {"images": 3}}]
    both = sweep(sampled(sampler, 50, workloads=workloads), processes=1)
    fields = list(grid()["axes"])
    first, second = both[:50].reset_index(), both[50:].reset_index()
    assert set(first["workload"]) == {"mnist-tfc"}
    assert set(second["workload"]) == {"mnist-tfc images=3"}
    pd.testing.assert_frame_equal(first[fields], second[fields])


@pytest.mark.parametrize("sampler", ["tpe", "nsga2"])
def test_an_optimizer_does_not_depend_on_workers_and_goes_on(sampler: str, tmp_path: Path) -> None:
    data = sampled(sampler, 90)
    whole = sweep(data, directory=tmp_path / "sweep", processes=1)
    for path in sorted((tmp_path / "sweep" / "parts").iterdir())[2:]:
        path.unlink()
    resumed = sweep(data, directory=tmp_path / "sweep", resume=True, processes=2)
    pd.testing.assert_frame_equal(whole, resumed, check_exact=True)
    assert len(SweepDirectory.open(tmp_path / "sweep").there()) == 5


@pytest.mark.parametrize("sampler", ["tpe", "nsga2"])
def test_an_optimizer_comes_nearer_than_chance(sampler: str) -> None:
    objective = {"energy_pj.on_chip": "minimize"}
    wide = {**grid()["axes"], "port.width_bits": {"powers_of_two": [32, 4096]}, "frequency_mhz": {"range": [50, 1000]}}

    def late(name: str) -> float:
        found = sweep(sampled(name, 200, objectives=objective, axes=wide, constraints={}), processes=1)[100:]
        return float(found["energy_pj.on_chip"][found["status"] == "ok"].median())

    assert late(sampler) < late("random")


def test_what_an_optimizer_is_told_of_rows_that_are_not_ok() -> None:
    spec = parse_sweep(sampled("nsga2", 100), Path())
    optimizer = Optimizer(spec)
    optimizer.ask(3)
    rows = {
        "status": ["ok", "infeasible", "ok"],
        "latency_s": [1.0, 0.0, 2.0],
        "energy_pj.on_chip": [5.0, 0.0, 4.0],
        "area_mm2.total": [4.0, 0.0, 7.5],
    }
    import pyarrow as pa

    optimizer.tell(pa.table(rows))
    built, broken, outside = optimizer._study.trials
    assert built.values == [1.0, 5.0]
    assert all(value <= 0 for value in built.constraints.values())
    # What cannot be built is no optimum, however small its zeros are, and worse than what is too large by half.
    assert outside.constraints == {"built": 0.0, "area_mm2.total": 0.5}
    assert broken.constraints["built"] > 1e6
    assert min(broken.values) > 1e6
    assert optimizer._study.best_trials == [built]
