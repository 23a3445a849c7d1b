"""One job on one array: the port, and what all dataflows share."""

from simpy import Environment, Timeout

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
    Wait,
)
from simulator.errors import SimulationError
from simulator.tiling import Moves, Slot, Tiling


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
        self._start()
        end = self._env.run(self._env.process(self._port()))
        if self._last_issue is None or self._issue == 0:
            job = self._tiling.job
            raise SimulationError(f"layer {job.name}: the port ended at cycle {end} before the array")
        cycles = int(self._env.now)
        flush = cycles - self._last_issue - 1
        return CycleClasses(self._issue, self._schedule, self._load_stall, self._store_stall, flush)

    def _start(self) -> None:
        """Start the processes of the array."""
        raise NotImplementedError

    @property
    def _drain_cycles(self) -> int:
        """Return the edges from a tile's last issue to its last result."""
        raise NotImplementedError

    @property
    def _now(self) -> int:
        return int(self._env.now)

    # The port

    def _port(self) -> Steps:
        yield Timeout(self._env, FIRST_REQUEST)
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
        raise NotImplementedError

    def _request(self, *loads: tuple[Credits, int]) -> Steps:
        """Request some loads, each into a half. Those that need not wait for it are one event together."""
        requests = 0
        for halves, words in loads:
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

    def _arrived(self, operands: Credits) -> None:
        """Announce the operands of the last request, which was accepted one edge ago."""
        operands.give_after(self._latency - 1 + DATA_TO_ISSUE)

    def _accepted(self, requests: int) -> Timeout:
        """Return the event of the edge behind the acceptance of that many requests."""
        return Timeout(self._env, self._acceptance.edges(self._now, requests))

    def _store(self, moves: Moves) -> Steps:
        waiting = self._tiles_drained.take()
        if waiting is not None:
            yield waiting
        yield self._accepted(moves.store_words)
        self._places.give_after(STORED_TO_ISSUE - 1)

    # The array

    def _waited(self, units: Credits) -> Wait:
        """Wait for a unit; return the cycles that it took."""
        start, waiting = self._now, units.take()
        if waiting is not None:
            yield waiting
        return self._now - start

    def _end_tile(self, following: Moves | None) -> None:
        """Announce the tile's results, one edge after its last issue."""
        self._last_issue = self._now - 1
        edges = self._drain_cycles - 1 + DRAINED_TO_REQUEST
        self._tiles_drained.give_after(edges)
        if following and following.threshold_words:
            self._halves_thresholds.give_after(edges)
