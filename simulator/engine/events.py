"""What the processes of the engine wait for: units that one hands to the other, and the port's readiness."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from simpy import Environment, Event

T = TypeVar("T")
Steps = Generator[Event, int, None]
Stalls = NDArray[np.bool_]
NO_STALLS: Stalls = np.zeros(0, dtype=np.bool_)

# Edges between a cause and the first edge at which its effect is seen, one for each register on the way.
FIRST_REQUEST = 2
"""Job accepted -> first request accepted: the job's registers, the request register."""
DATA_TO_ISSUE = 2
"""Load data written -> issue: the scratchpad's read, the issue."""
STORED_TO_ISSUE = 2
"""Last store accepted -> issue into the freed place: the read is decided one edge, the issue two edges later."""
DRAINED_TO_REQUEST = 2
"""Last result written -> a request that depends on it: the request register."""


class Credits:
    """Units that one process hands to the other, each good from some edge on, in the order of these edges.

    A unit that is announced before it is asked for costs no event.
    """

    def __init__(self, env: Environment, available: int = 0) -> None:
        self._env = env
        self._edges = deque([0] * available)
        self._waiting: Event | None = None

    def give(self, edge: int) -> None:
        """Hand over one unit that is good from an edge on, now or later."""
        if self._waiting is None:
            self._edges.append(edge)
        else:
            waiting, self._waiting = self._waiting, None
            waiting.succeed(edge)

    def take(self) -> int | None:
        """Take one unit and return its edge; None if nobody knows it yet: then wait for the announcement."""
        return self._edges.popleft() if self._edges else None

    def announcement(self) -> Event:
        """Return the event that brings the edge of the next unit, and takes it."""
        self._waiting = Event(self._env)
        return self._waiting


class Acceptance:
    """When the port accepts requests: a stall pattern blocks single edges, and past its end the port is ready."""

    def __init__(self, stalls: Stalls) -> None:
        self._ready = np.flatnonzero(~stalls)
        self._end = len(stalls)

    def end(self, edge: int, requests: int) -> int:
        """Return the edge behind the last of that many requests, the first of which may be accepted at an edge."""
        if edge >= self._end:
            return edge + requests
        last = int(np.searchsorted(self._ready, edge)) + requests - 1
        if last < len(self._ready):
            return int(self._ready[last]) + 1
        return self._end + last + 1 - len(self._ready)


def with_next(items: Iterable[T]) -> Iterator[tuple[T, T | None]]:
    """Yield each item with the one behind it; the last one with None."""
    remaining = iter(items)
    item = next(remaining)
    for following in remaining:
        yield item, following
        item = following
    yield item, None
