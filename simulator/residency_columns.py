"""Residency in the global buffers of many accelerators at once: the rule of simulator/residency.py, point by point.

Who stays is found without a sort: of buffers that are ever needed together, one stays if it fits beside those of them
that are more asked for and stay. Asked again and again, that settles from the most asked for down.
"""

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from simulator.columns import Integers
from simulator.program import Origin, Program
from simulator.residency import Accesses, DramTraffic, lives_of, peak_words

Flags = NDArray[np.bool_]
Kept = Mapping[str, Flags | bool]
"""Whether a buffer stays: at each point, or at all of them alike."""


class Residency:
    """The buffers of a program, and which of them are needed together; the words that steps move are left open.

    ``needed`` are the words below which not everything stays.
    """

    def __init__(self, program: Program, steps: Sequence[Accesses]) -> None:
        self._lives = lives_of(steps)
        self._words = {name: program.buffers[name].words for name in self._lives}
        self._made = {name for name in self._lives if program.buffers[name].origin is Origin.STEP}
        self._crowds = _crowds([self._alive(number) for number in range(len(steps))])
        self.needed = peak_words(program, self._lives, len(steps))

    def _alive(self, number: int) -> frozenset[str]:
        return frozenset(name for name, (first, last) in self._lives.items() if first <= number <= last)

    def dram_traffic(self, steps: Sequence[Accesses], capacity: Integers) -> list[DramTraffic]:
        """Return the DRAM traffic of every step, in global buffers of less than ``needed`` words.

        Shapes: the words of accesses and of the result are numbers or columns, capacity is [points].
        """
        kept = self.kept(steps, capacity)
        return [self._traffic(step, kept, number) for number, step in enumerate(steps)]

    def _traffic(self, step: Accesses, kept: Kept, number: int) -> DramTraffic:
        read = written = 0
        for access in step.reads:
            arrives = access.buffer not in self._made and self._lives[access.buffer][0] == number
            read = read + _either(kept[access.buffer], self._words[access.buffer] if arrives else 0, access.words)
        for access in step.writes:
            written = written + _either(kept[access.buffer], 0, access.words)
        return DramTraffic(read, written)

    def kept(self, steps: Sequence[Accesses], capacity: Integers) -> Kept:
        """Tell which buffers stay for their whole life."""
        least, most = int(capacity.min()), int(capacity.max())
        kept: dict[str, Flags | bool] = {name: words <= most for name, words in self._words.items()}
        crowds = [[name for name in crowd if kept[name]] for crowd in self._crowds]
        crowds = [crowd for crowd in crowds if sum(self._words[name] for name in crowd) > least]
        kept.update(self._settled(crowds, _asked(steps), capacity))
        return kept

    def _settled(
        self, crowds: Sequence[Sequence[str]], asked: Mapping[str, int], capacity: Integers
    ) -> dict[str, Flags]:  # fmt: skip
        contested = [name for name in self._words if any(name in crowd for crowd in crowds)]
        ranks = {name: np.asarray(asked[name] / self._words[name]) for name in contested}
        place = {name: number for number, name in enumerate(contested)}
        room = {name: capacity - self._words[name] for name in contested}
        kept: dict[str, Flags] = {name: room[name] >= 0 for name in contested}
        ahead = {
            (one, other): ranks[one] >= ranks[other] if place[one] < place[other] else ranks[one] > ranks[other]
            for crowd in crowds
            for one in crowd
            for other in crowd
            if one != other
        }
        moving = True
        while moving:
            moving = False
            for name in contested:
                fits = room[name] >= 0
                for crowd in crowds:
                    if name in crowd:
                        taken = sum((kept[o] & ahead[o, name]) * self._words[o] for o in crowd if o != name)
                        fits &= taken <= room[name]
                moving |= bool((fits != kept[name]).any())
                kept[name] = fits
        return kept


def _crowds(alive: Sequence[frozenset[str]]) -> list[frozenset[str]]:
    """Return the sets of buffers that are alive together, without those that are part of another."""
    sets = set(alive)
    return [crowd for crowd in sets if not any(crowd < other for other in sets)]


def _asked(steps: Sequence[Accesses]) -> dict[str, int]:
    """Return the words that all steps move of each buffer."""
    asked: dict[str, int] = {}
    for step in steps:
        for access in (*step.reads, *step.writes):
            asked[access.buffer] = asked.get(access.buffer, 0) + access.words
    return asked


def _either(flags: Flags | bool, yes: int, no: int) -> int:
    if isinstance(flags, bool):
        return yes if flags else no
    return cast(int, np.where(flags, yes, no))
