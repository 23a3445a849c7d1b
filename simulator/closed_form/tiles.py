"""One tile as a max-plus map with a few coefficients, however many chunks it has.

x is the last edge that the port has used, once the half for the tile's first loads is free; end is the last issue of
the tile before, and its drain. Each time that leaves the tile is the later of x + a constant and end + a constant.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from simulator.closed_form.geometry import Geometry, repetition, touched
from simulator.closed_form.points import Integers
from simulator.closed_form.repeat import Map, State, repeat

NEVER = -(1 << 60)
"""An edge before every other."""
MANY_PERIODS = 8
"""Periods from which on jumping costs less than taking one chunk after the other."""

Times = list[Integers]
"""The port's last edge, the last issue, and the last issue but one.

Shapes: [2, points] each: counted from x, and counted from the last issue of the tile before.
"""


def one_chunk(geometry: Geometry, lines: Integers) -> tuple[Integers, ...]:
    """Return the coefficients of a tile of one chunk: x to the port, x to the end, end to end; and the drain."""
    loads, issue = lines * geometry.last_words, geometry.last_issue
    return loads, loads + geometry.answer + issue + geometry.drain, geometry.gap + issue, geometry.drain


def several_chunks(geometry: Geometry, lines: Integers) -> tuple[Integers, ...]:
    """Return the coefficients of a tile of several chunks.

    They lead from x and from end to the port's last edge, to the end, and to the last issue but one.
    """
    loads, never = lines * geometry.chunk_words, np.full_like(lines, NEVER)
    x, before = np.stack((loads, never)), np.stack((never, np.zeros_like(lines)))
    last = np.stack((loads + geometry.answer, geometry.gap)) + geometry.chunk_issue
    x, last, before = _middle(geometry, lines, [x, last, before])
    x = np.maximum(x, before) + lines * geometry.last_words
    end = np.maximum(x + geometry.answer, last) + geometry.last_issue
    drain = geometry.drain
    return x[0], x[1] - drain, end[0] + drain, end[1], last[0], last[1] - drain


def _middle(geometry: Geometry, lines: Integers, times: Times) -> Times:
    """Take all chunks but the first and the last."""
    counts, port = geometry.chunks - 2, np.int64(1) << geometry.port_shift
    period = np.where(counts > 0, repetition(geometry.chunk_bits, port), 0)
    for alike in (True, False):
        part = np.flatnonzero(period == 1 if alike else period > 1)
        if not len(part):
            continue
        now = [time[:, part] for time in times]
        chunks = Chunks(
            counts[part],
            lines[part],
            geometry.chunk_bits[part],
            geometry.chunk_words[part],
            geometry.chunk_issue[part],
            geometry.answer[part],
            geometry.port_shift[part],
        )
        after = _alike(chunks, now) if alike else _uneven(chunks, now, period[part])
        for old, new in zip(times, after, strict=True):
            old[:, part] = new
    return times


@dataclass(frozen=True)
class Chunks:
    """The chunks between the first and the last.

    Shapes: [points] each.
    """

    counts: Integers
    lines: Integers
    bits: Integers
    words: Integers
    issue: Integers
    answer: Integers
    port_shift: Integers

    def part(self, index: npt.NDArray[np.intp]) -> "Chunks":
        """Return the chunks of some points."""
        return Chunks(*(getattr(self, field.name)[index] for field in fields(self)))

    def loads(self, number: int) -> Integers:
        """Return the port words of one of the chunks, counted from 1."""
        return self.lines * touched(number * self.bits, (number + 1) * self.bits, self.port_shift)


def _alike(chunks: Chunks, times: Times) -> Times:
    """Take chunks that touch the same number of port words, all at once.

    The longest way to the last of them goes from load to load, from issue to issue, or changes between them. A load
    that waits for the issue two chunks before closes a loop of load, answer and issue, in place of two steps of load
    or issue, the longer one: either as many loops as fit gain something, or none does.
    """
    x, last, before = times
    count, loads, issue, answer = chunks.counts, chunks.lines * chunks.words, chunks.issue, chunks.answer
    step = np.maximum(loads, issue)
    loop = answer + loads + issue - 2 * step
    gain = np.maximum(loop, 0)

    def load_to_load(steps: Integers) -> Integers:
        looped = steps * step + loop + ((steps >> 1) - 1) * gain
        return np.maximum(steps * loads, np.where(steps < 2, NEVER, looped))

    def load_to_issue(steps: Integers) -> Integers:
        return np.where(steps < 0, NEVER, steps * step + answer + issue + (steps >> 1) * gain)

    first = np.maximum(x, before) + loads
    waiting = np.where(count < 2, NEVER, loads + np.maximum(load_to_load(count - 2), (count - 2) * issue))
    x = np.maximum(first + load_to_load(count - 1), last + waiting)
    issuing = np.maximum((count - 1) * issue, loads + load_to_issue(count - 3))
    before = np.maximum(first + load_to_issue(count - 2), last + issuing)
    return [x, np.maximum(x + answer, before) + issue, before]


def _uneven(chunks: Chunks, times: Times, periods: Integers) -> Times:
    """Take chunks whose port words repeat after ``periods`` chunks only."""
    done = np.zeros_like(periods)
    many = chunks.counts > MANY_PERIODS * periods
    for period in np.unique(periods[many]).tolist():
        part = np.flatnonzero(many & (periods == period))
        done[part] = chunks.counts[part] // period * period
        _periods(chunks.part(part), times, part, period)
    rest = chunks.counts - done
    order = np.argsort(-rest)
    chunks, rest = chunks.part(order), rest[order]
    ordered = [time[:, order] for time in times]
    for number in range(1, int(rest[0]) + 1):
        # As many chunks as there were before this one make whole periods.
        live = int(np.count_nonzero(rest >= number))
        loads = chunks.loads(number)[:live]
        now = [time[:, :live].copy() for time in ordered]
        for time, new in zip(ordered, _step([chunks.answer[:live], chunks.issue[:live], loads], now), strict=True):
            time[:, :live] = new
    for time, new in zip(times, ordered, strict=True):
        time[:, order] = new
    return times


def _periods(chunks: Chunks, times: Times, part: npt.NDArray[np.intp], period: int) -> None:
    """Take as many whole periods of chunks as there are."""
    loads = [chunks.loads(number) for number in range(1, period + 1)]
    values = [np.tile(array, 2) for array in (chunks.answer, chunks.issue, *loads)]
    state = [time[:, part].ravel() for time in times]
    counts = np.tile(chunks.counts // period, 2)
    for time, new in zip(times, repeat(Map(_step, values), state, counts, settle=1, lags=(1, 2)), strict=True):
        time[:, part] = new.reshape(2, -1)


def _step(values: Sequence[Integers], state: State) -> State:
    """Take one chunk for each of the loads."""
    answer, issue, *loads = values
    x, last, before = state
    for words in loads:
        x = np.maximum(x, before) + words
        before, last = last, np.maximum(x + answer, last) + issue
    return [x, last, before]
