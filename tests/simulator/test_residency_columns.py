"""Residency of many global buffers at once: that of each by itself."""

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulator.contest import passing
from simulator.program import Buffer, Origin, Program
from simulator.residency import Access, Accesses, DramTraffic, dram_traffic
from simulator.residency_columns import Residency
from tests.simulator.test_residency import behind, programs

Case = tuple[Program, list[list[Accesses]], list[int]]


@st.composite
def families(draw: st.DrawFn) -> Case:
    """Draw a program whose steps move other words at every point, and the capacities of the points."""
    program, steps = draw(programs())
    points = draw(st.integers(1, 6))
    moved = [steps, *([_moving(draw, step) for step in steps] for _ in range(points - 1))]
    return program, moved, draw(st.lists(st.integers(1, 120), min_size=points, max_size=points))


def _moving(draw: st.DrawFn, step: Accesses) -> Accesses:
    def changed(accesses: tuple[Access, ...]) -> tuple[Access, ...]:
        return tuple(replace(access, words=access.words * draw(st.integers(1, 4))) for access in accesses)

    return Accesses(changed(step.reads), changed(step.writes))


def columns(moved: list[list[Accesses]]) -> list[Accesses]:
    """Return steps whose words are columns."""

    def column(sides: tuple[tuple[Access, ...], ...]) -> tuple[Access, ...]:
        return tuple(_column(accesses) for accesses in zip(*sides, strict=True))

    steps = zip(*moved, strict=True)
    return [
        Accesses(column(tuple(one.reads for one in step)), column(tuple(one.writes for one in step))) for step in steps
    ]


def _column(accesses: tuple[Access, ...]) -> Access:
    words: Any = np.array([access.words for access in accesses])
    return Access(accesses[0].buffer, words)


@given(families())
def test_traffic_of_columns_is_that_of_their_points(case: Case) -> None:
    program, moved, capacities = case
    residency = Residency(program, moved[0])
    found = residency.dram_traffic(columns(moved), np.array(capacities))
    for point, (steps, capacity) in enumerate(zip(moved, capacities, strict=True)):
        if capacity >= residency.needed:
            continue
        alone = dram_traffic(program, steps, behind(capacity), "test")
        taken = tuple(
            DramTraffic(*(int(np.broadcast_to(words, len(moved))[point]) for words in (step.reads, step.writes)))
            for step in found
        )
        assert taken == alone


@given(families())
def test_what_is_needed_is_where_nothing_moves(case: Case) -> None:
    program, moved, _ = case
    needed = Residency(program, moved[0]).needed
    assert not any(step.reads or step.writes for step in dram_traffic(program, moved[0], behind(needed), "test"))
    if needed > 1:
        steps = dram_traffic(program, moved[0], behind(needed - 1), "test")
        assert any(step.reads or step.writes for step in steps)


def test_a_chain_settles_from_the_most_asked_for_down_by_hand() -> None:
    # Each of four buffers of ten words is needed with the next; at most one of two neighbours stays in 15 words.
    words = dict.fromkeys("abcd", 10)
    crowds = [frozenset(pair) for pair in ("ab", "bc", "cd")]
    asked: Any = {
        "a": np.array([4, 1, 10]), "b": np.array([3, 2, 10]), "c": np.array([2, 3, 10]), "d": np.array([1, 4, 10]),
    }  # fmt: skip
    found = passing(words, crowds, asked, np.array([15, 15, 15]))
    # a first: b does not fit, c does, d does not. The other way round d, then b. Alike: the first in use, a, then c.
    assert {name: np.asarray(column).tolist() for name, column in found.items()} == {
        "a": [0, 1, 0], "b": [1, 0, 1], "c": [0, 1, 0], "d": [1, 0, 1],
    }  # fmt: skip


def test_words_beyond_32_bits_are_held_all_the_same() -> None:
    large = 1 << 33
    words, crowds = {"a": large, "b": large}, [frozenset("ab")]
    found = passing(words, crowds, {"a": large, "b": 2 * large}, np.array([large, 2 * large, large - 1]))
    assert {name: np.asarray(column).tolist() for name, column in found.items()} == {"a": [1, 0, 1], "b": [0, 0, 1]}


def test_a_program_of_one_step_may_have_no_contest() -> None:
    buffers = {name: Buffer(name, 4, Origin.STEP, 4) for name in "xy"}
    step = Accesses((Access("x", 4),), (Access("y", 4),))
    (moved,) = Residency(Program((), buffers), [step]).dram_traffic([step], np.array([3, 2]))
    assert moved == DramTraffic(4, 4)
