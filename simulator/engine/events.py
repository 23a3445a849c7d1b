"""What the processes of the engine wait for: units that one hands to the other, and the port's readiness."""

from collections.abc import Generator, Iterable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from simpy import Environment, Event, Timeout

T = TypeVar("T")
Steps = Generator[Event, None, None]
Wait = Generator[Event, None, int]
"""Steps that return how many cycles they took."""
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
    """Units that one process hands to the other; a taker waits until there is one."""

    def __init__(self, env: Environment, available: int = 0) -> None:
        self._env = env
        self._available = available
        self._waiting: Event | None = None

    def give(self, _: Event | None = None) -> None:
        """Hand over one unit now."""
        if self._waiting is None:
            self._available += 1
        else:
            waiting, self._waiting = self._waiting, None
            waiting.succeed()

    def give_after(self, edges: int) -> None:
        """Hand over one unit that many edges from now."""
        timeout = Timeout(self._env, edges)
        assert timeout.callbacks is not None
        timeout.callbacks.append(self.give)

    def take(self) -> Event | None:
        """Take one unit; return what has to be waited for if there is none yet."""
        if self._available:
            self._available -= 1
            return None
        self._waiting = Event(self._env)
        return self._waiting

    @property
    def empty(self) -> bool:
        """Tell whether a taker would have to wait."""
        return not self._available


class Acceptance:
    """When the port accepts requests: a stall pattern blocks single edges, and past its end the port is ready."""

    def __init__(self, stalls: Stalls) -> None:
        self._ready = np.flatnonzero(~stalls)
        self._end = len(stalls)

    def edges(self, now: int, requests: int) -> int:
        """Return how many edges pass from now to the one behind the last of that many requests."""
        if now >= self._end:
            return requests
        first = int(np.searchsorted(self._ready, now))
        last = first + requests - 1
        if last < len(self._ready):
            return int(self._ready[last]) + 1 - now
        return self._end + last + 1 - len(self._ready) - now


def with_next(items: Iterable[T]) -> Iterator[tuple[T, T | None]]:
    """Yield each item with the one behind it; the last one with None."""
    remaining = iter(items)
    item = next(remaining)
    for following in remaining:
        yield item, following
        item = following
    yield item, None
