"""The SimPy engine: the cycles of a job from the schedule of docs/microarchitecture.md.

Two processes run a job: the port, which walks the fixed order of requests, and the array, which issues slots.
Simulation time counts clock edges: at time x the port may have a request accepted, and the array may issue, at edge x.
The work grows with tiles and slots, never with operand values or multiply-accumulates.
"""

from collections.abc import Generator, Iterable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from simpy import Environment, Event, Timeout

from simulator.accelerator import Accelerator
from simulator.cycles import CycleClasses
from simulator.errors import SimulationError
from simulator.job import Job
from simulator.tiling import Moves, Slot, Tiling

_T = TypeVar("_T")
Steps = Generator[Event, None, None]
Stalls = NDArray[np.bool_]
NO_STALLS: Stalls = np.zeros(0, dtype=np.bool_)

# Edges between a cause and the first edge at which its effect is seen, one for each register on the way.
_FIRST_REQUEST = 2
"""Job accepted -> first request accepted: the job's registers, the request register."""
_DATA_TO_ISSUE = 2
"""Load data written -> issue: the scratchpad's read, the issue."""
_STORED_TO_ISSUE = 2
"""Last store accepted -> issue into the freed place: the read is decided one edge, the issue two edges later."""
_DRAINED_TO_REQUEST = 2
"""Last result written -> a request that depends on it: the request register."""


class _Credits:
    """Units that one process hands to the other; a taker waits until there is one."""

    def __init__(self, env: Environment, available: int = 0) -> None:
        self._env = env
        self._available = available
        self._waiting: Event | None = None

    def give(self, _: Event | None = None) -> None:
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


class _Acceptance:
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


class _JobRun:
    """One job on one array."""

    def __init__(self, job: Job, accelerator: Accelerator, stalls: Stalls) -> None:
        self._acceptance = _Acceptance(stalls)
        self._tiling = Tiling.of(job, accelerator)
        self._tiles = [tile.moves for tile in self._tiling.tiles()]
        self._latency = accelerator.port.latency_cycles
        self._env = Environment()
        self._halves_a = _Credits(self._env, 2)
        self._halves_b = _Credits(self._env, 2)
        self._halves_thresholds = _Credits(self._env, 2)
        self._places = _Credits(self._env, self._tiling.array.result_tiles)
        self._slots_loaded = _Credits(self._env)
        self._tiles_drained = _Credits(self._env)
        self._issue = self._schedule = self._load_stall = self._store_stall = 0
        self._last_issue: int | None = None

    def classes(self) -> CycleClasses:
        self._env.process(self._array())
        end = self._env.run(self._env.process(self._port()))
        if self._last_issue is None or self._issue == 0:
            job = self._tiling.job
            raise SimulationError(f"layer {job.name}: the port ended at cycle {end} before the array")
        cycles = int(self._env.now)
        flush = cycles - self._last_issue - 1
        return CycleClasses(self._issue, self._schedule, self._load_stall, self._store_stall, flush)

    # The port

    def _port(self) -> Steps:
        yield Timeout(self._env, _FIRST_REQUEST)
        behind = self._tiling.array.result_tiles - 1
        for number, moves in enumerate(self._tiles):
            for slot_number, slot in enumerate(moves.slots):
                thresholds = 0 if slot_number else moves.threshold_words
                yield from self._load(thresholds, slot)
            if number >= behind:
                yield from self._store(self._tiles[number - behind])
        for moves in self._tiles[max(0, len(self._tiles) - behind) :]:
            yield from self._store(moves)

    def _load(self, thresholds: int, slot: Slot) -> Steps:
        """Load a slot. Requests that need not wait for a half are one event together."""
        requests = 0
        for halves, words in (
            (self._halves_thresholds, thresholds),
            (self._halves_b, slot.b_words),
            (self._halves_a, slot.a_words),
        ):
            if not words:
                continue
            if requests and halves.empty:
                yield self._accepted(requests)
                requests = 0
            waiting = halves.take()
            if waiting is not None:
                yield waiting
            requests += words
        if requests:
            yield self._accepted(requests)
        # The last request was accepted one edge ago.
        self._slots_loaded.give_after(self._latency - 1 + _DATA_TO_ISSUE)

    def _accepted(self, requests: int) -> Timeout:
        """Return the event of the edge behind the acceptance of that many requests."""
        return Timeout(self._env, self._acceptance.edges(self._now, requests))

    def _store(self, moves: Moves) -> Steps:
        waiting = self._tiles_drained.take()
        if waiting is not None:
            yield waiting
        yield self._accepted(moves.store_words)
        self._places.give_after(_STORED_TO_ISSUE - 1)

    # The array

    def _array(self) -> Steps:
        gap_end = 0
        for moves, following in _with_next(self._tiles):
            first_of_tile = True
            for slot, next_slot in _with_next(moves.slots):
                yield from self._wait(gap_end if first_of_tile else 0, first_of_tile=first_of_tile)
                yield Timeout(self._env, slot.issue_cycles)
                self._issue += slot.issue_cycles
                first_of_tile = False
                after = next_slot or (following.slots[0] if following else None)
                self._release(after)
            self._last_issue = self._now - 1
            self._drain(following)
            if following:
                gap_end = self._now + max(0, self._tiling.array.rows - following.issue_cycles)

    @property
    def _now(self) -> int:
        return int(self._env.now)

    def _wait(self, gap_end: int, *, first_of_tile: bool) -> Steps:
        """Wait for gap, operands and place, in the order in which the classes count them."""
        start = self._now
        if gap_end > start:
            yield Timeout(self._env, gap_end - start)
            self._schedule += gap_end - start
        waiting = self._slots_loaded.take()
        if waiting is not None:
            start = self._now
            yield waiting
            self._load_stall += self._now - start
        waiting = self._places.take() if first_of_tile else None
        if waiting is not None:
            start = self._now
            yield waiting
            self._store_stall += self._now - start

    def _release(self, after: Slot | None) -> None:
        """Free the halves that the following slot does not use any more."""
        if after and after.a_words:
            self._halves_a.give()
        if after and after.b_words:
            self._halves_b.give()

    def _drain(self, following: Moves | None) -> None:
        """Announce the tile's results.

        The last one is written 2 rows + cols - 1 edges after the last issue, and later by the pipeline of a PE.
        """
        array = self._tiling.array
        written = 2 * array.rows + array.cols - 2 + array.pipeline_cycles - 1
        self._tiles_drained.give_after(written + _DRAINED_TO_REQUEST)
        if following and following.threshold_words:
            self._halves_thresholds.give_after(written + _DRAINED_TO_REQUEST)


def _with_next(items: Iterable[_T]) -> Iterator[tuple[_T, _T | None]]:
    remaining = iter(items)
    item = next(remaining)
    for following in remaining:
        yield item, following
        item = following
    yield item, None


def run_job(job: Job, accelerator: Accelerator, stalls: Stalls = NO_STALLS) -> CycleClasses:
    """Return the cycles of one job, by class.

    ``stalls`` marks the cycles since the job's start in which the port accepts no request.
    Shapes: stalls [cycles].
    Errors: SimulationError if port and array wait for each other.
    """
    return _JobRun(job, accelerator, stalls).classes()
