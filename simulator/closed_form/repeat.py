"""Repeat a max-plus map as often as each point asks, by jumps that are exact."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from simulator.closed_form.points import Integers

State = list[Integers]
"""One array a variable. First edges, the port's and then the newest issue's foremost; then constants, then tallies.

Adding a constant to all edges adds it to all edges of the next state, and changes neither its constants nor what its
tallies gain.
"""

Part = slice | npt.NDArray[np.intp]

LINES = (5, 9, 13, 21, 29, 37)
"""Applications after which a state is looked at for a line: most repeat before the first."""
PATIENCE = 40
"""Applications after which those that still do not repeat are taken several at a time."""
FURTHEST = 1 << 29
"""Cycles up to which a trial goes: 32 bits hold twice as many."""


def early(like: Integers) -> int:
    """Return an edge before every other, with room to add to it."""
    return int(np.iinfo(like.dtype).min) // 4


@dataclass(frozen=True)
class Map:
    """A max-plus map with its own values at every point.

    ``values`` are arrays, in tuples within tuples. ``edges`` and ``tallies`` are how many variables are the ones and
    the others.
    """

    step: Callable[[Any, State], State]
    values: Any
    edges: int
    tallies: int = 0

    def __call__(self, state: State) -> State:
        """Return the state after one application."""
        return self.step(self.values, state)

    def part(self, part: Part) -> "Map":
        """Return the map of some points."""
        return Map(self.step, _taken(self.values, part, {}), self.edges, self.tallies)

    def power(self, exponent: int) -> "Map":
        """Return the map that applies this one several times."""

        def step(values: Any, state: State) -> State:
            for _ in range(exponent):
                state = self.step(values, state)
            return state

        return Map(step, self.values, self.edges, self.tallies)


def _taken(tree: Any, part: Part, known: dict[int, Integers]) -> Any:
    """Return some points of all arrays of a tree, of each array once."""
    if isinstance(tree, np.ndarray):
        if id(tree) not in known:
            # Every index is in range: clipping spares the look.
            known[id(tree)] = tree[part] if isinstance(part, slice) else tree.take(part, mode="clip")
        return known[id(tree)]
    if not isinstance(tree, tuple):
        return tree
    branches = [_taken(branch, part, known) for branch in tree]
    return type(tree)(*branches) if hasattr(tree, "_fields") else tuple(branches)


def _of(state: State, part: Part) -> State:
    return list(_taken(tuple(state), part, {}))


def repeat(once: Map, state: State, counts: Integers, periods: Integers | int = 1) -> State:
    """Return the state after ``counts`` applications.

    A state that moves by one constant in all its edges over some applications does so for ever: the map commutes with
    a constant. One that moves twice by the same constants, one for each variable, goes on to do so as far as a trial
    further on shows it: the map is convex, and what is linear here and there is linear in between. Those of which
    neither is true for long are taken as many at a time as ``periods`` says.
    """
    going = np.flatnonzero(counts > 0)
    counts, periods = counts.astype(state[0].dtype, copy=False), np.broadcast_to(periods, counts.shape)
    if len(going) == len(counts):
        return _search(once, state, counts, periods)
    if not len(going):
        return state
    return _put(state, going, _search(once.part(going), _of(state, going), counts[going], periods[going]))


def each(maps: Sequence[Map], state: State, counts: Integers) -> State:
    """Return the state after the first ``counts`` of some maps, one after the other."""
    points, left, part = _Points(len(counts)), counts, None
    for number in range(len(maps) + 1):
        going = points.going(state, left)
        if going is not None:
            state, left, part = _of(state, going), left[going], going if part is None else part[going]
        if not len(left):
            break
        once = maps[number] if part is None else maps[number].part(part)
        state = once(state)
        left = left - 1
    return points.ended(state)


class _Points:
    """Points on their way. Those that have ended go along, until so many have that it pays to leave them out."""

    def __init__(self, points: int) -> None:
        self._place = np.arange(points)
        self._ended: State | None = None

    def going(self, state: State, left: Integers, *, alone: bool = False) -> npt.NDArray[np.intp] | None:
        """Keep the state where nothing is left; return those that go on ``alone``, which they do if it pays."""
        ended = np.flatnonzero(left == 0)
        if len(ended):
            if self._ended is None:
                self._ended = [time.copy() for time in state]
            else:
                self._end(self._place[ended], _of(state, ended))
        going = np.flatnonzero(left > 0)
        if 2 * len(going) >= len(left) and not alone:
            return None
        self._place = self._place[going]
        return going

    def ended(self, state: State) -> State:
        """Return the state of all points, where it has not been kept that of those that are left."""
        if self._ended is None:
            return state
        self._end(self._place, state)
        return self._ended

    def _end(self, places: npt.NDArray[np.intp], state: State) -> None:
        """Keep the state of some points."""
        for kept, time in zip(self._ended or (), state, strict=True):
            kept[places] = time


def _search(once: Map, state: State, left: Integers, periods: Integers) -> State:
    """Apply the map until every point has come to its end, jumping wherever a state repeats."""
    points = _Points(len(left))
    before = anchor = state = list(state)
    anchored = 0
    for number in range(1, PATIENCE + 1):
        older, before, state = before, state, list(once(state))
        left = _cycle(once, state, before, before, left - 1, 1)
        if number - anchored > 1:
            left = _cycle(once, state, anchor, before, left, number - anchored)
        if number in LINES and not once.tallies:
            state, left = _line(once, state, before, older, left)
            anchor, anchored = state, number
        if number & (number + 1) == 0:
            anchor, anchored = state, number
        going = points.going(state, left, alone=number == PATIENCE)
        if going is not None:
            left, periods, once = left[going], periods[going], once.part(going)
            state, before, anchor = (_of(old, going) for old in (state, before, anchor))
        if not len(left):
            return points.ended(state)
    return points.ended(_by_periods(once, state, left, periods))


def _by_periods(once: Map, state: State, left: Integers, periods: Integers) -> State:
    """Go on with a period at a time; or, where that has been tried, with one application."""
    for period in np.unique(periods).tolist():
        part = np.flatnonzero((periods == period) & (left >= period))
        if period == 1 or not len(part):
            continue
        several = once.part(part).power(period)
        state = _put(state, part, _search(several, _of(state, part), left[part] // period, np.ones_like(periods[part])))
        left = left.copy()
        left[part] %= period
    while len(going := np.flatnonzero(left > 0)):
        state = _put(state, going, once.part(going)(_of(state, going)))
        left = left - 1
    return state


def _cycle(once: Map, state: State, past: State, before: State, left: Integers, lag: int) -> Integers:
    """Move the points whose edges have all moved by one constant since ``lag`` applications; return what is left.

    The state before moves along.
    """
    edges, tallies = once.edges, len(state) - once.tallies
    move = state[0] - past[0]
    same = state[1] - past[1] == move
    if not np.count_nonzero(same):
        return left
    for now, then in zip(state[2:edges], past[2:edges], strict=True):
        same &= now - then == move
    for now, then in zip(state[edges:tallies], past[edges:tallies], strict=True):
        if now is not then:
            same &= now == then
    same &= left >= lag
    if not np.count_nonzero(same):
        return left
    jumps = left // lag * same if lag > 1 else left * same
    gains = [jumps * (now - then) for now, then in zip(state[tallies:], past[tallies:], strict=True)]
    moved = jumps * move
    for times in (state, before) if lag > 1 else (state,):
        times[:edges] = [time + moved for time in times[:edges]]
        times[tallies:] = [tally + gain for tally, gain in zip(times[tallies:], gains, strict=True)]
    rest: Integers = left - jumps * lag
    return rest


def _line(once: Map, state: State, before: State, older: State, left: Integers) -> tuple[State, Integers]:
    """Move the points whose variables have each moved alike twice, as far as they go on to do so."""
    alike = left > 1
    for now, then, first in zip(state, before, older, strict=True):
        if now is not then or then is not first:
            alike &= now - then == then - first
    part = np.flatnonzero(alike)
    if not len(part):
        return state, left
    at = _of(state, part)
    moves = [now - then for now, then in zip(at, _of(before, part), strict=True)]
    jumps = _reach(once.part(part), at, moves, left[part])
    left = left.copy()
    left[part] -= jumps
    return _put(state, part, [time + jumps * move for time, move in zip(at, moves, strict=True)]), left


def _reach(once: Map, at: State, moves: list[Integers], left: Integers) -> Integers:
    """Return how many applications, of those left, go on to move the state alike."""
    good, bad = np.zeros_like(left), left + 1
    if left.dtype == np.int32:
        bad = np.minimum(bad, FURTHEST // np.maximum(np.max(moves, axis=0), 1))
    probe = np.maximum(bad - 1, 1)
    while True:
        steps: Integers = probe - 1
        far = [time + steps * move for time, move in zip(at, moves, strict=True)]
        alike = np.ones(len(left), dtype=bool)
        for after, then, move in zip(once(far), far, moves, strict=True):
            alike &= after - then == move
        good, bad = np.where(alike, probe, good), np.where(alike, bad, probe)
        if (bad - good <= 1).all():
            return good
        probe = np.maximum((good + bad) // 2, 1)


def _put(state: State, part: npt.NDArray[np.intp], new: State) -> State:
    """Return the state with that of some points replaced."""
    state = [time.copy() for time in state]
    for time, values in zip(state, new, strict=True):
        time[part] = values
    return state
