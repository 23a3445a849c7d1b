"""The smallest job that fails is found in few tries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.job import DirectFeed, Job
from simulator.pool import PoolJob
from tests.strategies import hardware
from workloads.operations import Window
from xnorsim.cosimulation.leading import steps
from xnorsim.cosimulation.operands import random_pool, random_product
from xnorsim.cosimulation.outcome import Reproduced
from xnorsim.cosimulation.reproducing import smallest_failing
from xnorsim.cosimulation.tasks import Work

HARDWARE = hardware(2, 3, 8)


@given(st.integers(1, 70), st.integers(1, 40), st.data())
def test_the_least_leading_tiles_that_fail(m_tiles: int, n_tiles: int, data: st.DataObject) -> None:
    failing_m = data.draw(st.integers(1, m_tiles))
    failing_n = data.draw(st.integers(1, n_tiles))
    job = Job("job", "xnor", 1, 2 * m_tiles, 8, 3 * n_tiles)
    whole = random_product(job, HARDWARE, np.random.default_rng(1))
    tries: list[Work] = []

    def fails(work: Work) -> bool:
        tries.append(work)
        m, n = steps(work.job, HARDWARE)
        return m >= failing_m and n >= failing_n

    found = smallest_failing(whole, fails)
    assert found is not None
    assert (found.m_steps, found.n_tiles) == steps(found.work.job, HARDWARE) == (failing_m, failing_n)
    assert fails(found.work)
    assert len(tries) <= 2 + 2 * (m_tiles.bit_length() + n_tiles.bit_length())


@pytest.mark.parametrize("pools", [False, True])
def test_the_least_rows_of_a_map_that_fail(*, pools: bool) -> None:
    window, rng = Window((20, 5), (3, 3), (2, 1), (1, 1)), np.random.default_rng(1)
    whole: Work
    if pools:
        whole = random_pool(PoolJob("job", "xnor", 1, window, 9), HARDWARE, rng)
    else:
        job = Job("job", "xnor", 1, window.positions, 9 * 9, 2, direct=DirectFeed(window, 9))
        whole = random_product(job, HARDWARE, rng)
    found = smallest_failing(whole, lambda work: work.rows >= 4 * 5)
    assert found is not None
    # Four rows of places, two pixel rows apart, under a kernel of three: pixel rows -1 to 7, the last of them border.
    assert (found.m_steps, found.n_tiles) == (4, 1)
    assert found.work.a.shape[0] == 7 * 5
    assert np.array_equal(found.work.a, whole.a[: 7 * 5])


def test_the_tiles_are_named_by_the_last_of_them() -> None:
    job = Job("job", "xnor", 1, 6, 8, 6)
    assert str(Reproduced("fc", job, (3, 2))) == (
        "layer fc, cut to its leading tiles up to m tile 2, n tile 1: 6 x 8 x 6 differs too, and nothing smaller"
    )


def test_what_does_not_fail_alone_has_no_smallest_job() -> None:
    whole = random_product(Job("job", "xnor", 1, 9, 8, 9), HARDWARE, np.random.default_rng(1))
    assert smallest_failing(whole, lambda _: False) is None
