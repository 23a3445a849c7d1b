"""A tile of several chunks, in output stationary, as a max-plus map with a few coefficients.

x is the last edge that the port has used, once the half for the tile's first loads is free; end is the last issue of
the tile before. Each time that leaves the tile is the later of x + a constant and end + a constant.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.closed_form.geometry import LAST, Geometry
from simulator.closed_form.points import Integers
from simulator.closed_form.repeat import Map, Part, State, early, repeat
from simulator.closed_form.spans import chunk_period

MANY_PERIODS = 8
"""Periods from which on jumping costs less than taking one chunk after the other."""
LONG = 64
"""Chunks from which on it does."""

Times = list[Integers]
"""The port's last edge, the last issue, and the last issue but one.

Shapes: [2, sizes, points] each: counted from x, and counted from the last issue of the tile before.
"""


@dataclass(frozen=True)
class Lines:
    """The rows of A and B that a tile loads, for tiles of several sizes.

    Shapes: [sizes, points] each.
    """

    a: Integers
    b: Integers

    def loads(self, geometry: Geometry, chunk: int) -> Integers:
        """Return the port words of a chunk."""
        return self.a * geometry.words_a(chunk) + self.b * geometry.words_b(chunk)

    def part(self, index: Part) -> "Lines":
        """Return the lines of some points."""
        return Lines(self.a[:, index], self.b[:, index])


def several_chunks(geometry: Geometry, lines: Lines) -> tuple[Integers, ...]:
    """Return the coefficients that lead from x and from end to the port's last edge, the end, and the end before.

    Shapes: [sizes, points] each.
    """
    loads, issue = lines.loads(geometry, 0), geometry.chunk_issue(0)
    never = np.full_like(loads, early(loads))
    x, before = np.stack((loads, never)), np.stack((never, np.zeros_like(loads)))
    last = np.stack((loads + geometry.answer, np.broadcast_to(geometry.gap, loads.shape))) + issue
    x, last, before = _middle(geometry, lines, [x, last, before])
    x = np.maximum(x, before) + lines.loads(geometry, LAST)
    end = np.maximum(x + geometry.answer, last) + geometry.chunk_issue(LAST)
    return x[0], x[1], end[0], end[1], last[0], last[1]


def _middle(geometry: Geometry, lines: Lines, times: Times) -> Times:
    """Take all chunks but the first and the last."""
    more, alike = geometry.chunks > 2, chunk_period(geometry) == 1
    for chosen, take in ((more & alike, _alike), (more & ~alike, _uneven)):
        part = np.flatnonzero(chosen)
        if len(part) == len(geometry):
            return take(geometry, lines, times)
        if len(part):
            now = [time[..., part] for time in times]
            for old, new in zip(times, take(geometry.part(part), lines.part(part), now), strict=True):
                old[..., part] = new
    return times


def _alike(geometry: Geometry, lines: Lines, times: Times) -> Times:
    """Take chunks that touch the same number of port words, all at once.

    The longest way to the last of them goes from load to load, from issue to issue, or changes between them. A load
    that waits for the issue two chunks before closes a loop of load, answer and issue, in place of two steps of load
    or issue, the longer one: either as many loops as fit gain something, or none does.
    """
    x, last, before = times
    count, loads = geometry.chunks - 2, lines.loads(geometry, 0)
    answer, issue = geometry.answer, geometry.chunk_issue(0)
    step, never = np.maximum(loads, issue), early(loads)
    loop = answer + loads + issue - 2 * step
    gain = np.maximum(loop, 0)

    def load_to_load(steps: Integers) -> Integers:
        looped = steps * step + loop + ((steps >> 1) - 1) * gain
        way: Integers = np.maximum(steps * loads, np.where(steps < 2, never, looped))
        return way

    def load_to_issue(steps: Integers) -> Integers:
        looped: Integers = steps * step + answer + issue + (steps >> 1) * gain
        return np.where(steps < 0, never, looped)

    first = np.maximum(x, before) + loads
    waiting = np.where(count < 2, never, loads + np.maximum(load_to_load(count - 2), (count - 2) * issue))
    x = np.maximum(first + load_to_load(count - 1), last + waiting)
    issuing = np.maximum((count - 1) * issue, loads + load_to_issue(count - 3))
    before = np.maximum(first + load_to_issue(count - 2), last + issuing)
    return [x, np.maximum(x + answer, before) + issue, before]


def _uneven(geometry: Geometry, lines: Lines, times: Times) -> Times:
    """Take chunks whose port words repeat after some chunks only."""
    counts, periods = geometry.chunks - 2, chunk_period(geometry)
    done = np.zeros_like(counts)
    many = counts > np.maximum(MANY_PERIODS * periods, LONG)
    for period in np.unique(periods[many]).tolist():
        part = np.flatnonzero(many & (periods == period))
        done[part] = counts[part] // period * period
        _periods(geometry.part(part), lines.part(part), times, part, period)
    order = np.argsort(done - counts)
    geometry, lines, rest = geometry.part(order), lines.part(order), (counts - done)[order]
    issue, ordered = geometry.chunk_issue(0), [time[..., order] for time in times]
    for number in range(1, int(rest[0]) + 1):
        # As many chunks as there were before this one make whole periods.
        live = int(np.count_nonzero(rest >= number))
        if live < len(geometry):
            geometry, lines, issue = geometry.part(slice(0, live)), lines.part(slice(0, live)), issue[:live]
        now = [time[..., :live].copy() for time in ordered]
        step = _step([geometry.answer, issue, lines.loads(geometry, number)], now)
        for time, new in zip(ordered, step, strict=True):
            time[..., :live] = new
    for time, new in zip(times, ordered, strict=True):
        time[..., order] = new
    return times


def _periods(geometry: Geometry, lines: Lines, times: Times, part: Part, period: int) -> None:
    """Take as many whole periods of chunks as there are."""
    shape = times[0][..., part].shape
    values = [
        geometry.answer,
        geometry.chunk_issue(0),
        *(lines.loads(geometry, 1 + number) for number in range(period)),
    ]
    once = Map(_step, tuple(np.broadcast_to(array, shape).ravel() for array in values), 3)
    counts = np.broadcast_to((geometry.chunks - 2) // period, shape).ravel()
    state = repeat(once, [time[..., part].ravel() for time in times], counts)
    for time, new in zip(times, state, strict=True):
        time[..., part] = new.reshape(shape)


def _step(values: Sequence[Integers], state: State) -> State:
    """Take one chunk for each of the loads."""
    answer, issue, *loads = values
    x, last, before = state
    for words in loads:
        x = np.maximum(x, before) + words
        before, last = last, np.maximum(x + answer, last) + issue
    return [x, last, before]
