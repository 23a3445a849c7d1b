"""The smallest job of leading tiles that still differs: what a hardware engineer looks at first."""

from collections.abc import Callable
from dataclasses import dataclass

from xnorsim.cosimulation.leading import leading
from xnorsim.cosimulation.products import Product


@dataclass(frozen=True)
class Smallest:
    """A product that differs when it is played alone, and the m tiles and n tiles that it has."""

    product: Product
    m_tiles: int
    n_tiles: int


def smallest_failing(product: Product, fails: Callable[[Product], bool]) -> Smallest | None:
    """Return the product's leading m tiles, and of a single one the leading n tiles, that still fail.

    None if even the whole product does not fail alone: then the fault depends on what was played before.
    """
    if not fails(product):
        return None

    def cut(m_tiles: int, n_tiles: int) -> Product:
        return product.cut(leading(product.job, product.accelerator, m_tiles, n_tiles))

    m_tiles, n_tiles = product.tiles
    m_tiles = _least(m_tiles, lambda tiles: fails(cut(tiles, n_tiles)))
    if m_tiles == 1:
        n_tiles = _least(n_tiles, lambda tiles: fails(cut(1, tiles)))
    return Smallest(cut(m_tiles, n_tiles), m_tiles, n_tiles)


def _least(most: int, fails: Callable[[int], bool]) -> int:
    """Return the least number that fails, as ``most`` does, if all above it do."""
    passing, failing = 0, 1
    while failing < most and not fails(failing):
        passing, failing = failing, min(2 * failing, most)
    while failing - passing > 1:
        middle = (passing + failing) // 2
        if fails(middle):
            failing = middle
        else:
            passing = middle
    return failing
