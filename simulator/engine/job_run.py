"""One job on one array: the port, and what all dataflows share."""

from collections.abc import Generator

from simpy import Environment, Event, Timeout

from simulator.accelerator import Accelerator
from simulator.cycles import CycleClasses
from simulator.engine.events import (
    DATA_TO_ISSUE,
    DRAINED_TO_REQUEST,
    FIRST_REQUEST,
    STORED_TO_ISSUE,
    Acceptance,
    Credits,
    Stalls,
    Steps,
)
from simulator.errors import SimulationError
from simulator.tiling import Moves, Slot, Tiling

Load = tuple[Credits, int, Credits | None]
"""Halves, port words, and who hears of the arrival."""


class JobRun:
    """One job on one array: the port, and what all dataflows share."""

    def __init__(self, tiling: Tiling, accelerator: Accelerator, stalls: Stalls) -> None:
        self._acceptance = Acceptance(stalls)
        self._tiling = tiling
        self._tiles = [tile.moves for tile in tiling.tiles()]
        self._latency = accelerator.port.latency_cycles
        self._env = Environment()
        self._halves_a = Credits(self._env, 2)
        self._halves_b = Credits(self._env, 2)
        self._halves_thresholds = Credits(self._env, 2)
        self._places = Credits(self._env, tiling.array.result_tiles)
        self._tiles_drained = Credits(self._env)
        self._issue = self._schedule = self._load_stall = self._store_stall = 0
        self._last_issue: int | None = None

    def classes(self) -> CycleClasses:
        """Return the cycles of the job by class.

        Errors: SimulationError if port and array wait for each other.
        """
        self._env.process(self._array())
        cycles = self._env.run(self._env.process(self._port()))
        if self._last_issue is None or self._issue == 0:
            job = self._tiling.job
            raise SimulationError(f"layer {job.name}: the port ended at cycle {cycles} before the array")
        assert isinstance(cycles, int), "the port returns its last edge"
        flush = cycles - self._last_issue - 1
        return CycleClasses(self._issue, self._schedule, self._load_stall, self._store_stall, flush)

    def _array(self) -> Steps:
        """Issue the slots of each tile in their order."""
        raise NotImplementedError

    @property
    def _drain_cycles(self) -> int:
        """Return the edges from a tile's last issue to its last result."""
        raise NotImplementedError

    def _loads(self, slot: Slot) -> tuple[Load, ...]:
        """Return the loads of a slot's operands in their order: halves, port words, and who hears of their arrival."""
        raise NotImplementedError

    def _until(self, edge: int) -> Timeout:
        """Return the event of an edge, or of now if that is later.

        A unit may be handed over when its edge is past: what counts are the edges, which the processes reckon with.
        """
        return Timeout(self._env, max(0, edge - self._env.now))

    def _port(self) -> Generator[Event, int, int]:
        """Walk the requests, one event for the loads of a slot, one for the store of a tile; return the last edge."""
        end, behind = self._acceptance.end, self._tiling.array.result_tiles - 1
        arrival = self._latency - 1 + DATA_TO_ISSUE
        edge = FIRST_REQUEST
        for number, moves in enumerate(self._tiles):
            thresholds: Load = (self._halves_thresholds, moves.threshold_words, None)
            for slot in moves.slots:
                for halves, words, arrived in (thresholds, *self._loads(slot)):
                    if words:
                        free = halves.take()
                        if free is None:
                            free = yield halves.announcement()
                        edge = end(max(edge, free), words)
                    if arrived is not None:
                        arrived.give(edge + arrival)
                thresholds = (self._halves_thresholds, 0, None)
                yield self._until(edge)
            if number >= behind:
                edge = yield from self._store(self._tiles[number - behind], edge)
        for moves in self._tiles[max(0, len(self._tiles) - behind) :]:
            edge = yield from self._store(moves, edge)
        return edge

    def _store(self, moves: Moves, edge: int) -> Generator[Event, int, int]:
        drained = self._tiles_drained.take()
        if drained is None:
            drained = yield self._tiles_drained.announcement()
        edge = self._acceptance.end(max(edge, drained), moves.store_words)
        yield self._until(edge)
        self._places.give(edge - 1 + STORED_TO_ISSUE)
        return edge

    def _placed(self, edge: int) -> Generator[Event, int, int]:
        """Wait for a place of the result buffer; return the edge at which there is one."""
        place = self._places.take()
        if place is None:
            place = yield self._places.announcement()
        self._store_stall += max(0, place - edge)
        return max(edge, place)

    def _end_tile(self, edge: int, following: Moves | None) -> None:
        """Announce the results of a tile whose last issue was one edge ago."""
        self._last_issue = edge - 1
        written = edge - 1 + self._drain_cycles
        self._tiles_drained.give(written + DRAINED_TO_REQUEST)
        if following and following.threshold_words:
            self._halves_thresholds.give(written + DRAINED_TO_REQUEST)
