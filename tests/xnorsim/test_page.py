"""The page for a person: the same numbers as the run and the estimate."""

import re

import pytest
from rich.console import Console

from costmodel.cost import Estimate
from costmodel.estimate import estimate
from costmodel.technology_file import load_technology
from simulator.accelerator_file import load_accelerator
from simulator.run import Run, simulate
from tests.traces import small_cnn, two_layers
from xnorsim.accuracy import accuracy
from xnorsim.page import print_page
from xnorsim.texts import energy_text, time_text


@pytest.fixture(scope="module")
def found() -> tuple[Run, Estimate]:
    """Return a small run and what it costs."""
    run = simulate(two_layers(m=40, k=300, hidden=70, n=10), load_accelerator("xnor-16x16x64"), results=True)
    return run, estimate(run, load_technology("45nm"))


@pytest.fixture(scope="module")
def page(found: tuple[Run, Estimate]) -> list[str]:
    """Return the page's lines."""
    console = Console(width=110, highlight=False, record=True, quiet=True)
    with console.capture() as capture:
        console.quiet = False
        print_page(*found, console)
    return capture.get().splitlines()


def row(page: list[str], name: str) -> list[str]:
    """Return the cells of the table row that starts with that name."""
    line = next(line for line in page if line.startswith(f"{name} "))
    return re.split(r"\s{2,}", line.strip())


def test_layers_show_their_classes_and_what_bounds_them(page: list[str], found: tuple[Run, Estimate]) -> None:
    run, costs = found
    for layer, parts in zip(run.layer_runs, costs.energy_by_layer_pj, strict=True):
        classes = layer.total_classes
        assert layer.job is not None
        numbers = (classes.cycles, classes.issue, classes.schedule, classes.load_stall, 0, classes.flush)
        shape = f"{layer.job.m} x {layer.job.k} x {layer.job.n}"
        expected = [layer.job.name, shape, *(f"{number:,}" for number in numbers), layer.bound_by]
        assert " ".join(row(page, layer.job.name)) == " ".join([*expected, energy_text(sum(parts.values()))])


def test_shares_of_the_components_are_whole(page: list[str], found: tuple[Run, Estimate]) -> None:
    _, costs = found
    cells = {name: " ".join(row(page, name)) for name in costs.area_by_component_mm2}
    shares = [[float(text) for text in re.findall(r"([\d.]+)%", line)] for line in cells.values()]
    assert sum(energy for energy, _ in shares) == pytest.approx(100, abs=0.5)
    assert sum(area for _, area in shares) == pytest.approx(100, abs=0.5)
    for name, energy in costs.energy_by_component_pj.items():
        assert f"{energy_text(energy)} {energy / costs.energy_on_chip_pj:.1%}" in cells[name]


def test_totals_and_accuracy(page: list[str], found: tuple[Run, Estimate]) -> None:
    run, costs = found
    text = "\n".join(page)
    right = accuracy(run)
    assert right is not None
    assert f"Accuracy: {right.right} of 40 labels right" in text
    assert " ".join(row(page, "latency")) == f"latency {time_text(costs.latency_s)} {run.cycles:,} cycles at 250 MHz"
    assert f"{costs.area_mm2:.3f} mm2" in text
    for line in (*costs.not_priced, *costs.warnings):
        assert "".join(line.split()) in "".join(text.split())


def test_equal_jobs_and_the_or_pool(capsys: pytest.CaptureFixture[str]) -> None:
    run = simulate(small_cnn(maps=3), load_accelerator("xnor-pool-2x64x64"), results=True)
    print_page(run, estimate(run, load_technology("45nm")))
    lines = capsys.readouterr().out.splitlines()
    assert any(
        line.startswith("Hardware: 2 x 64 XNOR-popcount PEs of 64 lanes, an OR-pool, at 250 MHz") for line in lines
    )
    assert " ".join(row(lines, "conv1 x 3")).startswith(
        f"conv1 x 3 30 x 9 x 9 {run.layer_runs[0].total_classes.cycles:,} "
    )
    assert " ".join(row(lines, "pool1 x 3")).startswith("pool1 x 3 972 x maximum ")
    assert "pools maps of bits" in " ".join(row(lines, "or_pool"))


@pytest.mark.parametrize(
    ("energy_pj", "text"),
    [(0.25, "0.25 pJ"), (1, "1 pJ"), (1500, "1.5 nJ"), (2.5e6, "2.5 uJ"), (3e9, "3 mJ"), (4e12, "4 J")],
)
def test_energies_have_a_unit_of_their_size(energy_pj: float, text: str) -> None:
    assert energy_text(energy_pj) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(4e-9, "4 ns"), (1.5e-6, "1.5 us"), (2e-3, "2 ms"), (3.0, "3 s"), (0.5, "500 ms")]
)
def test_times_have_a_unit_of_their_size(seconds: float, text: str) -> None:
    assert time_text(seconds) == text
