"""The sweep file: what its axes mean, and one clear line for each mistake."""

from itertools import product
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.traces import two_layers
from tests.xnorsim.sweeps.small import grid, sampled, written
from workloads.errors import InputError
from workloads.trace_file import write_trace
from xnorsim.cli.app import run
from xnorsim.sweeps.inputs import Inputs
from xnorsim.sweeps.manifest import Manifest
from xnorsim.sweeps.samplers import points_of
from xnorsim.sweeps.space import Space
from xnorsim.sweeps.spec import Axis, Derived, Spec
from xnorsim.sweeps.sweep_file import parse_sweep, read_sweep


def parsed(data: dict[str, Any]) -> Spec:
    return parse_sweep(data, Path())


def values(axis: Any) -> list[Any]:
    """Return the values of an axis, as the columns of the space have them."""
    spec = parsed(grid(axes={"arrays.xnor.rows": axis}))
    space = Space.of(spec)
    column: list[Any] = space.columns(space.grid(0, spec.points))["arrays.xnor.rows"].tolist()
    return column


@pytest.mark.parametrize(
    ("axis", "expected"),
    [
        ([3, 1, 2], [3, 1, 2]),
        ({"range": [1, 4]}, [1, 2, 3, 4]),
        ({"range": [1, 101], "step": 50}, [1, 51, 101]),
        ({"range": [1, 100], "step": 50}, [1, 51]),
        ({"range": [7, 7]}, [7]),
        ({"powers_of_two": [8, 64]}, [8, 16, 32, 64]),
        ({"powers_of_two": [1, 1]}, [1]),
        (["none", "array"], ["none", "array"]),
        ([True, False], [True, False]),
    ],
)
def test_an_axis_has_these_values(axis: Any, expected: list[Any]) -> None:
    assert values(axis) == expected


AXES = st.lists(st.lists(st.integers(1, 50), min_size=1, max_size=4, unique=True), min_size=1, max_size=4)
FIELDS = ["arrays.xnor.rows", "arrays.xnor.cols", "port.latency_cycles", "arrays.xnor.result_tiles"]


@given(AXES, st.integers(1, 3), st.integers(1, 2), st.data())
def test_a_grid_is_the_product_in_order(
    axes: list[list[int]], workloads: int, technologies: int, data: st.DataObject
) -> None:
    spec = parsed(grid(
        axes=dict(zip(FIELDS, axes, strict=False)) | {"arrays.xnor.lanes": {"same_as": FIELDS[0], "times": 3}},
        workloads=[{"name": "mnist-tfc", "parameters": {"images": n + 1}} for n in range(workloads)],
        technologies=["45nm", "mine.toml"][:technologies],
    ))  # fmt: skip
    expected = list(product(range(workloads), range(technologies), *axes))
    assert spec.rows == len(expected)
    space, codes_of = Space.of(spec), points_of(spec, Space.of(spec))
    # Any part of it, without what is before.
    first = data.draw(st.integers(0, spec.rows - 1))
    end = data.draw(st.integers(first + 1, spec.rows))
    columns = space.columns(codes_of(first, end))
    found = list(zip(*(columns[field].tolist() for field in FIELDS[: len(axes)]), strict=True))
    assert found == [point[2:] for point in expected[first:end]]
    assert columns["arrays.xnor.lanes"].tolist() == [3 * point[0] for point in found]
    pairs = [(pair // technologies, pair % technologies) for pair in range(workloads * technologies)]
    assert [pairs[row // spec.points] for row in range(spec.rows)] == [point[:2] for point in expected]


def test_the_axes_are_in_the_order_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "sweep.toml"
    path.write_text(written(grid(axes={}), tmp_path).read_text().replace("[axes]\n", """
[axes]
"port.latency_cycles" = { range = [1, 4] }
"arrays.xnor.rows" = [8, 4]
"arrays.xnor.cols" = { same_as = "arrays.xnor.rows", divided_by = 2 }
"""))  # fmt: skip
    assert read_sweep(path).axes == (
        Axis("port.latency_cycles", (1, 2, 3, 4)),
        Axis("arrays.xnor.rows", (8, 4)),
        Derived("arrays.xnor.cols", "arrays.xnor.rows", 1, 2),
    )


def axis(field: str, value: Any) -> dict[str, Any]:
    return grid(axes={"arrays.xnor.rows": [8, 16], field: value})


MISTAKES: list[tuple[dict[str, Any], str]] = [
    (grid(colour="red"), "colour is not a known key"),
    (grid(schema_version=2), "schema_version 2 is newer than 1"),
    (grid(workloads=[]), "workloads must have at least 1 entries, not []"),
    (grid(workloads=["mnist-tfc", "mnist-tfc"]), "workloads must be named once each, not 'mnist-tfc'"),
    (grid(workloads=["nope"]), "workload must be a file or one of mnist-tfc, "),
    (grid(workloads=[{"name": "mnist-tfc", "parameters": {"images": 0}}]), "images must be an integer from 1 to 1000"),
    (grid(accelerator="nope"), "accelerator must be a file or one of "),
    (grid(technologies=["nope"]), "technology must be a file or one of 45nm, not 'nope'"),
    (axis("arrays.xnor.row", [8]), "axes.arrays.xnor.row is not a known key"),
    (axis("arrays.mac.rows", [8]), "axes.arrays.mac.rows is not a field of the base, which has no arrays.mac"),
    (axis("arrays.xnor", [8]), "axes.arrays.xnor.rows must not be within another axis, arrays.xnor"),
    (axis("name.first", [8]), "axes.name.first is not a known key: name is no table"),
    (axis("arrays.xnor.cols", [8, 300]), "axes.arrays.xnor.cols must be <= 256, not 300"),
    (axis("arrays.xnor.cols", {"range": [0, 9]}), "axes.arrays.xnor.cols must be >= 1, not 0"),
    (axis("arrays.xnor.cols", [8.0, 16.0]), "axes.arrays.xnor.cols must be an integer, not 8.0"),
    (axis("port.width_bits", {"range": [64, 66]}), "axes.port.width_bits must be a power of two, not 65"),
    (axis("arrays.xnor.dataflow", ["sideways"]), "axes.arrays.xnor.dataflow must be "),
    (axis("arrays.xnor.cols", []), "axes.arrays.xnor.cols must have 1 to 65536 values, not none"),
    (axis("arrays.xnor.cols", {"range": [9, 8]}), "axes.arrays.xnor.cols must have 1 to 65536 values, not none"),
    (axis("arrays.xnor.cols", {"range": [1, 1 << 40]}), "axes.arrays.xnor.cols must have 1 to 65536 values, not more"),
    (axis("arrays.xnor.cols", [8, 8]), "axes.arrays.xnor.cols must have each value once, not 8 twice"),
    (axis("arrays.xnor.cols", [8, "16"]), "axes.arrays.xnor.cols must have values of one type, not [8, '16']"),
    (axis("arrays.xnor.cols", {"powers_of_two": [8, 65]}), ": axes.arrays.xnor.cols.powers_of_two must be powers of"),
    (axis("arrays.xnor.cols", {"range": [1, 9], "step": 0}), "xnorsim: axes.arrays.xnor.cols.step must be >= 1, not 0"),
    (axis("arrays.xnor.cols", {"range": [1, 9], "steps": 2}), "xnorsim: axes.arrays.xnor.cols.steps is not a known"),
    (axis("arrays.xnor.cols", {"rang": [1, 9]}), "cols must be a list, or a table with one of range, powers_of_two,"),
    (axis("arrays.xnor.cols", 8), "must be a list, or a table with one of range, powers_of_two, same_as, not 8"),
    (axis("arrays.xnor.cols", [8, [16]]), "cols.1 must be a boolean, an integer, a number or a string, not [16]"),
    (axis("frequency_mhz", [100.0, nan]), "axes.frequency_mhz.1 must be finite, not nan"),
    (axis("", [8]), "axes must be dotted names of fields, not ''"),
    (axis("arrays..rows", [8]), "axes must be dotted names of fields, not 'arrays..rows'"),
    (axis("arrays.xnor.cols", {"same_as": "rows"}), "same_as must be an axis with values of its own, not 'rows'"),
    (axis("arrays.xnor.cols", {"same_as": "arrays.xnor.rows", "divided_by": 3}), "of 63 bits, not 8 * 1 / 3"),
    (axis("or_pool", {"same_as": "arrays.xnor.rows"}), "axes.or_pool is wrong"),
    (grid(axes={"arrays.xnor.rows": {"same_as": "arrays.xnor.rows"}}), "axes must have one that is not same_as"),
    (grid(constraints={"area": {"at_most": 1}}), "constraints.area must be a number of the results (cycles, "),
    (grid(constraints={"cycles": {}}), "constraints.cycles must have at_most or at_least, or both"),
    (grid(constraints={"cycles": {"at_most": 1, "at_least": 2}}), "must not have at_most 1.0 below at_least 2.0"),
    (grid(objectives={}), "objectives"),
    (grid(objectives={"layers.fc1.cycles": "minimize"}), "objectives.layers.fc1.cycles must be a number of"),
    (grid(objectives={"cycles": "least"}), "objectives.cycles must be 'minimize' or 'maximize', not 'least'"),
    (grid(strategy={"sampler": "grid", "seed": 1}), "strategy must not have seed for grid"),
    (grid(strategy={"sampler": "random", "seed": 1}), "strategy must have points for random"),
    (grid(strategy={"sampler": "qmc", "points": 1}), "strategy must have seed for qmc"),
    (grid(strategy={"sampler": "qmc", "points": 1, "seed": 1, "batch": 5}), "strategy must not have batch for qmc"),
    (sampled("tpe", 9, workloads=["mnist-tfc", "mnist-cnv"]), "tpe takes one workload and one technology, not 2"),
    (grid(axes={field: {"range": [1, 256]} for field in FIELDS[:3]} | {
        "frequency_mhz": {"range": [1, 90_000], "step": 2}, "arrays.xnor.result_tiles": [2, 3],
    }), "axes must give at most 1,000,000,000 rows, not 1,509,949,440,000"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "message"), MISTAKES, ids=[message[:40] for _, message in MISTAKES])
def test_each_mistake_is_one_line_before_anything_runs(
    data: dict[str, Any], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["sweep", str(written(data, tmp_path)), "-o", str(tmp_path / "sweep")]) == 2
    out, err = capsys.readouterr()
    (line,) = err.splitlines()
    assert (out, line[:9]) == ("", "xnorsim: ")
    assert message in line
    assert "sweep.toml" in line or "must be a file or" in line or "mnist-tfc: images" in line
    assert not (tmp_path / "sweep").exists()


def test_files_are_found_beside_the_sweep_file(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    write_trace(two_layers(), folder / "two.xtrace")
    spec = read_sweep(written(grid(workloads=["two.xtrace"]), folder))
    inputs = Inputs.of(spec)
    assert inputs.traces["two.xtrace"].name == "two-layers"
    # Where it lies is no part of what it is.
    moved = tmp_path / "moved"
    folder.rename(moved)
    again = read_sweep(moved / "sweep.toml")
    assert Manifest.of(spec, inputs).hash == Manifest.of(again, Inputs.of(again)).hash


def test_another_trace_of_the_same_name_is_another_sweep(tmp_path: Path) -> None:
    hashes = []
    for seed in (1, 2):
        write_trace(two_layers(seed), tmp_path / "two.xtrace")
        spec = read_sweep(written(grid(workloads=["two.xtrace"]), tmp_path))
        hashes.append(Manifest.of(spec, Inputs.of(spec)).hash)
    assert hashes[0] != hashes[1]


def test_a_manifest_that_was_edited_is_refused(tmp_path: Path) -> None:
    spec = parsed(grid())
    manifest = Manifest.of(spec, Inputs.of(spec))
    path = tmp_path / "manifest.json"
    path.write_bytes(manifest.text())
    assert Manifest.read(path).spec == spec
    path.write_bytes(manifest.text().replace(b'"rows": 150', b'"rows": 160'))
    with pytest.raises(InputError, match=r"the manifest is damaged: its hash is not that of what it says"):
        Manifest.read(path)


def test_codes_of_all_axes_are_small_numbers() -> None:
    spec = parsed(grid(axes={"frequency_mhz": {"range": [1, 65_536]}}))
    codes = Space.of(spec).grid(65_535, 65_536)
    assert codes.dtype == np.uint16
    assert codes.tolist() == [[65_535]]
