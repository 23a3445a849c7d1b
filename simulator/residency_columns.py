"""Residency in the global buffers of many accelerators at once: the rule of simulator/residency.py, point by point."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from simulator.columns import Integers, is_column
from simulator.contest import Crowd, passing
from simulator.program import Origin, Program
from simulator.residency import Accesses, DramTraffic, lives_of, peak_words


class Residency:
    """The buffers of a program, and which of them are needed together; the words that steps move are left open.

    ``needed`` are the port words from which on everything stays.
    """

    def __init__(self, program: Program, steps: Sequence[Accesses]) -> None:
        self._lives = lives_of(steps)
        self._words = {name: program.buffers[name].words for name in self._lives}
        self._made = {name for name in self._lives if program.buffers[name].origin is Origin.STEP}
        self._crowds = _crowds([self._alive(number) for number in range(len(steps))])
        self.needed = peak_words(program, self._lives, len(steps))

    def _alive(self, number: int) -> Crowd:
        return frozenset(name for name, (first, last) in self._lives.items() if first <= number <= last)

    def dram_traffic(self, steps: Sequence[Accesses], capacity: Integers) -> list[DramTraffic]:
        """Return the DRAM traffic of every step, in global buffers of less than ``needed`` words.

        Shapes: the words of accesses and of the result are numbers or columns, capacity is [points].
        """
        passes = passing(self._words, self._crowds, _asked(steps), capacity)
        return [self._traffic(step, passes, number) for number, step in enumerate(steps)]

    def _traffic(self, step: Accesses, passes: Mapping[str, int], number: int) -> DramTraffic:
        read = written = 0
        for access in step.reads:
            name = access.buffer
            arrives = name not in self._made and self._lives[name][0] == number
            read = read + _moved(passes[name], access.words, self._words[name] if arrives else 0)
        for access in step.writes:
            written = written + _moved(passes[access.buffer], access.words, 0)
        return DramTraffic(read, written)


def _crowds(alive: Sequence[Crowd]) -> list[Crowd]:
    """Return the sets of buffers that are alive together, without those that are part of another."""
    sets = dict.fromkeys(alive)
    return [crowd for crowd in sets if not any(crowd < other for other in sets)]


def _asked(steps: Sequence[Accesses]) -> Mapping[str, int]:
    """Return the words that all steps move of each buffer."""
    asked: defaultdict[str, int] = defaultdict(int)
    for step in steps:
        for access in (*step.reads, *step.writes):
            asked[access.buffer] = asked[access.buffer] + access.words
    return asked


def _moved(passes: int, words: int, arriving: int) -> int:
    """Return the words that move of a buffer that passes, or else arrives."""
    if is_column(passes):
        return words * passes + (arriving * (1 - passes) if arriving else 0)
    return words if passes else arriving
