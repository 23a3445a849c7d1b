"""The smallest job that fails is found in few tries."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulator.job import Job
from tests.strategies import hardware
from xnorsim.cosimulation.operands import random_product
from xnorsim.cosimulation.products import Product
from xnorsim.cosimulation.reproducing import smallest_failing


@given(st.integers(1, 70), st.integers(1, 40), st.data())
def test_the_least_leading_tiles_that_fail(m_tiles: int, n_tiles: int, data: st.DataObject) -> None:
    failing_m = data.draw(st.integers(1, m_tiles))
    failing_n = data.draw(st.integers(1, n_tiles)) if failing_m == 1 else n_tiles
    job = Job("job", "xnor", 1, 2 * m_tiles, 8, 3 * n_tiles)
    whole = random_product(job, hardware(2, 3, 8), np.random.default_rng(1))
    tries: list[Product] = []

    def fails(product: Product) -> bool:
        tries.append(product)
        return product.tiles[0] >= failing_m and product.tiles[1] >= failing_n

    found = smallest_failing(whole, fails)
    assert found is not None
    assert (found.m_tiles, found.n_tiles) == found.product.tiles == (failing_m, failing_n)
    assert fails(found.product)
    assert len(tries) <= 2 + 2 * (m_tiles.bit_length() + n_tiles.bit_length())


def test_what_does_not_fail_alone_has_no_smallest_job() -> None:
    whole = random_product(Job("job", "xnor", 1, 9, 8, 9), hardware(2, 3, 8), np.random.default_rng(1))
    assert smallest_failing(whole, lambda _: False) is None
