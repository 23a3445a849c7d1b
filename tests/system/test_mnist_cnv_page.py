"""docs/mnist-cnv.md says what the program finds: its tables and its accuracy are computed anew."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from costmodel.estimate import estimate
from costmodel.technology_file import load_technology
from simulator.accelerator import Accelerator
from simulator.accelerator_file import load_accelerator
from simulator.program import JobStep, PoolStep
from simulator.run import Run, simulate
from workloads.networks import load_trace

PAGE = (Path(__file__).parents[2] / "docs" / "mnist-cnv.md").read_text(encoding="utf-8")
PRESET = "xnor-pool-2x64x64"
SHAPES = [(1, 64), (2, 64), (4, 64), (8, 64), (8, 8), (16, 16)]


def table(header: str) -> list[str]:
    """Return the lines of the page's table with that header."""
    lines = PAGE.splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(header)) + 2
    end = next(number for number, line in enumerate(lines) if number > start and not line.startswith("|"))
    return lines[start:end]


def layer_lines(run: Run) -> list[str]:
    """Return one line a layer: its shape and its cycles by class."""
    lines = []
    for layer in run.layer_runs:
        classes, step = layer.total_classes, layer.step
        if isinstance(step, PoolStep):
            shape = f"{step.job.window.positions} places of {step.job.window.taps} taps"
        else:
            assert isinstance(step, JobStep)
            shape = f"{step.job.m} x {step.job.k} x {step.job.n}"
        numbers = (classes.cycles, classes.issue, classes.schedule, classes.load_stall, classes.flush)
        cells = (layer.name, str(layer.count), shape, *(f"{number:,}" for number in numbers))
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def shaped(accelerator: Accelerator, rows: int, cols: int) -> Accelerator:
    """Return the accelerator with an array of another shape, and scratchpads of as many k words a row."""
    (array,) = accelerator.arrays.values()
    return replace(
        accelerator,
        arrays={array.name: replace(array, rows=rows, cols=cols)},
        scratchpad_a_bits=accelerator.scratchpad_a_bits * rows // array.rows,
        scratchpad_b_bits=accelerator.scratchpad_b_bits * cols // array.cols,
    )


def shape_line(rows: int, cols: int) -> str:
    """Return the line of a shape: cycles and energy of one image, and the skew's share."""
    run = simulate(load_trace("mnist-cnv"), shaped(load_accelerator(PRESET), rows, cols), engine="closed_form")
    costs = estimate(run, load_technology("45nm"))
    share = costs.energy_by_component_pj["xnor.skew"] / costs.energy_on_chip_pj
    return f"| {rows} x {cols} | {run.cycles // 100:,} | {costs.energy_on_chip_pj / 1e8:.1f} | {share:.0%} |"


def test_the_cycles_of_each_layer() -> None:
    run = simulate(load_trace("mnist-cnv"), load_accelerator(PRESET))
    assert table("| layer | jobs |") == layer_lines(run)


def test_the_shapes_of_the_array() -> None:
    assert table("| rows x cols |") == [shape_line(*shape) for shape in SHAPES]


@pytest.mark.parametrize("name", ["mnist-tfc", "mnist-cnv"])
def test_the_accuracy_is_that_of_the_trace(name: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / f"{name}.md").read_text(encoding="utf-8")
    stated = re.search(r"\*\*(\d+) of its 1,000 held-out images are classified correctly \((\d+\.\d) %\)", page)
    assert stated is not None
    assert (
        f"{stated[1]} of 1000 held-out images are classified correctly ({stated[2]} %)" in load_trace(name).description
    )
