"""The smallest leading job that still differs: what a hardware engineer looks at first."""

from collections.abc import Callable
from dataclasses import dataclass

from xnorsim.cosimulation.leading import steps
from xnorsim.cosimulation.tasks import Work


@dataclass(frozen=True)
class Smallest:
    """Work that differs when it is played alone, and its steps: m tiles, or rows of places, and n tiles."""

    work: Work
    m_steps: int
    n_tiles: int


def smallest_failing(work: Work, fails: Callable[[Work], bool]) -> Smallest | None:
    """Return the leading m steps of a job, and of these the leading n tiles, that still fail.

    None if even the whole job does not fail alone: then the fault depends on what was played before.
    """
    if not fails(work):
        return None

    m_steps, n_tiles = steps(work.job, work.accelerator)
    m_steps = _least(m_steps, lambda first: fails(work.leading(first, n_tiles)))
    n_tiles = _least(n_tiles, lambda first: fails(work.leading(m_steps, first)))
    return Smallest(work.leading(m_steps, n_tiles), m_steps, n_tiles)


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
