"""Repeat a max-plus map as often as each point asks, by jumps that are exact."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from simulator.closed_form.points import Integers

State = list[Integers]
"""Edges, one array a variable. Adding a constant to all of them adds it to all of the next state."""

Part = slice | npt.NDArray[np.intp]


@dataclass(frozen=True)
class Map:
    """A max-plus map with its own coefficients at every point."""

    step: Callable[[Sequence[Integers], State], State]
    coefficients: Sequence[Integers]

    def __call__(self, state: State) -> State:
        """Return the state after one application."""
        return self.step(self.coefficients, state)

    def part(self, part: Part) -> "Map":
        """Return the map of some points."""
        return Map(self.step, [array[part] for array in self.coefficients])

    def power(self, exponent: int) -> "Map":
        """Return the map that applies this one several times."""

        def step(coefficients: Sequence[Integers], state: State) -> State:
            for _ in range(exponent):
                state = self.step(coefficients, state)
            return state

        return Map(step, self.coefficients)


def repeat(once: Map, state: State, counts: Integers, *, settle: int, lags: Sequence[int]) -> State:
    """Return the state after ``counts`` applications; the first ``settle`` are not looked at for a repetition.

    A state that moves by one constant in all its variables over some applications (one of the ``lags``) does so for
    ever: the map commutes with a constant. One that moves twice by the same constants, one for each variable, goes on
    to do so as far as a trial further on shows it: the map is convex, and what is linear here and there is linear in
    between.
    """
    state, counts = list(state), counts.astype(state[0].dtype)
    for done in range(settle):
        live = _still(counts, done)
        if not _size(live, len(counts)):
            return state
        _put(state, live, once.part(live)([time[live] for time in state]))
    live = _still(counts, settle)
    if _size(live, len(counts)):
        now = [time[live] for time in state]
        _put(state, live, _search(once.part(live), now, counts[live] - settle, lags))
    return state


def plainly(once: Map, state: State, counts: Integers) -> State:
    """Return the state after ``counts`` applications, one after the other."""
    return repeat(once, state, counts, settle=int(counts.max(initial=0)), lags=())


def _search(once: Map, state: State, left: Integers, lags: Sequence[int]) -> State:
    """Apply the map until every point has come to its end, jumping wherever a state repeats."""
    result = list(state)
    place = np.arange(len(left))
    past: list[State] = []
    known = np.zeros_like(left)
    for _ in range(3 * max(lags)):
        past = [state, *past[: max(*lags, 2) - 1]]
        state = once(state)
        left, known = left - 1, known + 1
        for lag in lags:
            if lag <= len(past):
                _cycle(state, past, left, known, lag)
        if len(past) > 1:
            _line(once, state, past, left, known)
        going = np.flatnonzero(left)
        if len(going) < len(left):
            ended = np.flatnonzero(left == 0)
            _put(result, place[ended], [time[ended] for time in state])
            place, left, known, once = place[going], left[going], known[going], once.part(going)
            state, *past = ([time[going] for time in old] for old in (state, *past))
        if not len(place):
            return result
    _put(result, place, _by_periods(once, state, left, lags))
    return result


def _by_periods(once: Map, state: State, left: Integers, lags: Sequence[int]) -> State:
    """Go on with as many applications at a time as all the lags divide; or, where that has been tried, with one."""
    period = int(np.lcm.reduce(lags))
    if period == 1:
        return plainly(once, state, left)
    state, whole = list(state), np.flatnonzero(left >= period)
    if len(whole):
        now, counts = [time[whole] for time in state], left[whole] // period
        _put(state, whole, _search(once.part(whole).power(period), now, counts, (1,)))
    return plainly(once, state, left % period)


def _cycle(state: State, past: list[State], left: Integers, known: Integers, lag: int) -> None:
    """Move the points whose variables have all moved by one constant."""
    move = state[0] - past[lag - 1][0]
    same = (known >= lag) & (left >= lag)
    for now, before in zip(state[1:], past[lag - 1][1:], strict=True):
        same &= now - before == move
    part = np.flatnonzero(same)
    if not len(part):
        return
    jumps = left[part] // lag
    # The states before move along: the map commutes with a constant.
    for times in (state, *past):
        _put(times, part, [time[part] + jumps * move[part] for time in times])
    left[part] -= jumps * lag


def _line(once: Map, state: State, past: list[State], left: Integers, known: Integers) -> None:
    """Move the points whose variables have each moved alike twice, as far as they go on to do so."""
    alike = (left > 1) & (known >= 2)
    for now, before, first in zip(state, past[0], past[1], strict=True):
        alike &= now - before == before - first
    part = np.flatnonzero(alike)
    if not len(part):
        return
    at = [time[part] for time in state]
    moves = [now - before[part] for now, before in zip(at, past[0], strict=True)]
    jumps = _reach(once.part(part), at, moves, left[part])
    for times in (state, *past[:2]):
        _put(times, part, [time[part] + jumps * move for time, move in zip(times, moves, strict=True)])
    left[part] -= jumps
    # What is older is not on the line.
    known[part] = 2


def _reach(once: Map, at: State, moves: list[Integers], left: Integers) -> Integers:
    """Return how many applications, of those left, go on to move the state alike."""
    good, bad = np.zeros_like(left), left + 1
    probe = left
    while True:
        far = [time + (probe - 1) * move for time, move in zip(at, moves, strict=True)]
        alike = np.ones(len(left), dtype=bool)
        for after, before, move in zip(once(far), far, moves, strict=True):
            alike &= after - before == move
        good, bad = np.where(alike, probe, good), np.where(alike, bad, probe)
        if (bad - good <= 1).all():
            return good
        probe = np.maximum((good + bad) // 2, 1)


def _still(counts: Integers, done: int) -> Part:
    """Return the points that ask for more."""
    live = np.flatnonzero(counts > done)
    first = len(counts) - len(live)
    return slice(first, len(counts)) if len(live) == 0 or live[0] == first else live


def _size(part: Part, points: int) -> int:
    return len(range(points)[part]) if isinstance(part, slice) else len(part)


def _put(state: State, part: Part, new: State) -> None:
    """Replace the state of some points, never in place: states share arrays."""
    for number, (old, time) in enumerate(zip(state, new, strict=True)):
        if _size(part, len(old)) == len(old):
            state[number] = time
        else:
            state[number] = old.copy()
            state[number][part] = time
