"""The port words of a job: the closed formulas are the engine's tiles, added up; columns are their points."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.accelerator import Accelerator, Dataflow
from simulator.borders import inside
from simulator.counts import data_counts
from simulator.job import Job
from simulator.multiples import Multiples, Rounds
from simulator.tiling import Tiling
from simulator.traffic import Traffic, traffic
from tests.strategies import any_cases

CASE = tuple[Job, Accelerator]


def by_tiles(job: Job, accelerator: Accelerator) -> Traffic:
    """Add up the port words of the tiles, one by one."""
    tiling = Tiling.of(job, accelerator)
    tiles = list(tiling.tiles())
    a, b = (sum(getattr(slot, side) for tile in tiles for slot in tile.moves.slots) for side in ("a_words", "b_words"))
    thresholds, results = (
        sum(getattr(tile.moves, f"{what}_words") for tile in tiles) for what in ("threshold", "store")
    )
    void = 0
    if tiling.job.direct is not None:
        taps = inside(tiling.job.direct.window)
        for tile in tiles:
            outside = (~taps[tile.rows.start : tile.rows.stop]).sum(axis=0)
            for slot in tile.moves.slots:
                words = np.array(tiling.tap_words(slot.k_words)) if slot.a_words else np.zeros(len(outside), dtype=int)
                void += tiling.job.planes[0] * int(outside @ words)
    a -= void
    return Traffic(*((b, a) if tiling.exchanged else (a, b)), thresholds, results, void)


@given(any_cases())
def test_the_formulas_are_the_tiles_added_up(case: CASE) -> None:
    assert traffic(*case) == by_tiles(*case)


def stacked(accelerators: Sequence[Accelerator]) -> Accelerator:
    """Return accelerators that differ in sizes only as one, with columns."""
    (arrays,) = zip(*(accelerator.arrays.values() for accelerator in accelerators), strict=True)

    def column(items: Sequence[Any], name: str) -> Any:
        return np.array([getattr(item, name) for item in items])

    array = replace(arrays[0], **{name: column(arrays, name) for name in ("rows", "cols", "accumulator_rows")})
    halves = {name: column(accelerators, name) for name in ("scratchpad_a_bits", "scratchpad_b_bits")}
    return replace(accelerators[0], arrays={array.name: array}, **halves)


@st.composite
def siblings(draw: st.DrawFn) -> tuple[Job, list[Accelerator]]:
    """Draw a job, and accelerators for it that differ in sizes only."""
    job, first = draw(any_cases())
    return job, [first, *(draw(resized(job, first)) for _ in range(draw(st.integers(0, 3))))]


@st.composite
def resized(draw: st.DrawFn, job: Job, accelerator: Accelerator) -> Accelerator:
    (array,) = accelerator.arrays.values()
    stationary = array.dataflow is not Dataflow.OUTPUT_STATIONARY
    array = replace(
        array,
        rows=draw(st.integers(1, 9)),
        cols=draw(st.integers(1, 9)),
        accumulator_rows=draw(st.integers(1, 9)) if stationary else 0,
    )
    planes = job.exchanged.planes if array.dataflow is Dataflow.INPUT_STATIONARY else job.planes
    words_a, words_b = (planes[side] * draw(st.integers(1, 12)) for side in (0, 1))
    return replace(
        accelerator,
        arrays={array.name: array},
        scratchpad_a_bits=2 * words_a * array.rows * array.word_bits,
        scratchpad_b_bits=2 * words_b * array.cols * array.word_bits * (array.rows if stationary else 1),
    )


@given(siblings())
def test_columns_are_their_points(case: tuple[Job, list[Accelerator]]) -> None:
    job, accelerators = case
    together = stacked(accelerators)
    moved = traffic(job, together)
    counts = data_counts(Tiling.of(job, together), moved)
    for number, accelerator in enumerate(accelerators):
        alone = traffic(job, accelerator)
        for name in ("a", "b", "thresholds", "results", "void", "loads"):
            assert np.broadcast_to(getattr(moved, name), len(accelerators))[number] == getattr(alone, name), name
        found = {event: np.broadcast_to(count, len(accelerators))[number] for event, count in counts.items()}
        assert found == data_counts(Tiling.of(job, accelerator), alone)


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=40), st.integers(1, 60))
def test_sums_of_multiples_are_what_they_say(values: list[int], step: int) -> None:
    sums, rounds = Multiples(np.array(values)), Rounds(np.array(values))
    expected = sum(value for place, value in enumerate(values) if place and place % step == 0)
    dealt = sum(place % step * value for place, value in enumerate(values))
    column: Any = np.array([step, 1, step])
    assert (sums.at(step), rounds.over(step)) == (expected, dealt)
    assert (sums.at(column)[::2].tolist(), rounds.over(column)[::2].tolist()) == ([expected] * 2, [dealt] * 2)  # type: ignore[index]


def test_a_table_of_many_sums_is_made_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.arange(100)
    column: Any = np.arange(1, 120)
    whole: Any = Multiples(values).at(column)
    monkeypatch.setattr("simulator.multiples._AT_ONCE", 7)
    parts: Any = Multiples(values).at(column)
    assert parts.tolist() == whole.tolist() == [int(values[step::step].sum()) for step in range(1, 120)]
