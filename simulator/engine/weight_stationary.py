"""Weight stationary: weights stay in the PEs; those of the next set are preloaded under the issue of this one."""

from collections.abc import Generator, Iterator
from itertools import islice

from simpy import Event

from simulator.accelerator import Accelerator
from simulator.engine.events import Credits, Stalls, Steps, with_next
from simulator.engine.job_run import JobRun, Load
from simulator.tiling import Slot, Tiling


class WeightStationary(JobRun):
    """Weights stay in the PEs; those of the next set are preloaded under the issue of this one."""

    def __init__(self, tiling: Tiling, accelerator: Accelerator, stalls: Stalls) -> None:
        super().__init__(tiling, accelerator, stalls)
        self._a_loaded = Credits(self._env)
        self._b_loaded = Credits(self._env)

    @property
    def _drain_cycles(self) -> int:
        array = self._tiling.array
        return array.rows + array.cols + array.pipeline_cycles - 1

    def _loads(self, slot: Slot) -> tuple[Load, ...]:
        b, a = (self._b_loaded if slot.b_words else None), (self._a_loaded if slot.a_words else None)
        return (self._halves_b, slot.b_words, b), (self._halves_a, slot.a_words, a)

    def _slots(self) -> Iterator[tuple[Slot, Slot | None]]:
        return with_next(slot for moves in self._tiles for slot in moves.slots)

    def _array(self) -> Steps:
        """Issue slot by slot: within a slot each weight set follows from the one before, without an event."""
        rows, slots = self._tiling.array.rows, self._slots()
        edge = switched = 0
        for moves, following in with_next(self._tiles):
            for number, (slot, after) in enumerate(islice(slots, len(moves.slots))):
                there = 0
                if slot.b_words:
                    loaded = self._b_loaded.take()
                    there = (yield self._b_loaded.announcement()) if loaded is None else loaded
                for weights in range(slot.sets):
                    preloaded = max(switched, there) + rows
                    if weights == slot.sets - 1 and after and after.b_words:
                        self._halves_b.give(preloaded)
                    edge = self._wait_for_weights(edge, preloaded)
                    if weights == 0 and slot.a_words:
                        edge = yield from self._wait_for_operands(edge)
                    if weights == 0 and number == 0:
                        edge = yield from self._placed(edge)
                    switched = edge
                    edge += slot.issue_cycles // slot.sets
                yield self._until(edge)
                self._issue += slot.issue_cycles
                if after and after.a_words:
                    self._halves_a.give(edge)
            self._end_tile(edge, following)

    def _wait_for_weights(self, edge: int, preloaded: int) -> int:
        """Return the edge behind the preload: while it runs that is the schedule's, before it B is missing."""
        if preloaded <= edge:
            return edge
        running = min(self._tiling.array.rows, preloaded - edge)
        self._schedule += running
        self._load_stall += preloaded - edge - running
        return preloaded

    def _wait_for_operands(self, edge: int) -> Generator[Event, int, int]:
        """Wait for A; return the edge at which it is there."""
        there = self._a_loaded.take()
        if there is None:
            there = yield self._a_loaded.announcement()
        self._load_stall += max(0, there - edge)
        return max(edge, there)
