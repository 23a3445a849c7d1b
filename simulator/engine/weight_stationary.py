"""Weight stationary: weights stay in the PEs; those of the next set are preloaded under the issue of this one."""

from collections.abc import Iterator
from itertools import islice

from simpy import Timeout

from simulator.accelerator import Accelerator
from simulator.engine.events import Credits, Stalls, Steps, with_next
from simulator.engine.job_run import JobRun
from simulator.tiling import Slot, Tiling


class WeightStationary(JobRun):
    """Weights stay in the PEs; those of the next set are preloaded under the issue of this one."""

    def __init__(self, tiling: Tiling, accelerator: Accelerator, stalls: Stalls) -> None:
        super().__init__(tiling, accelerator, stalls)
        self._a_loaded = Credits(self._env)
        self._b_loaded = Credits(self._env)
        self._shadows = Credits(self._env, 1)
        self._preloaded = Credits(self._env)
        self._preload_start = 0

    def _start(self) -> None:
        self._env.process(self._preload())
        self._env.process(self._array())

    @property
    def _drain_cycles(self) -> int:
        array = self._tiling.array
        return array.rows + array.cols + array.pipeline_cycles - 1

    def _load(self, thresholds: int, slot: Slot) -> Steps:
        yield from self._request((self._halves_thresholds, thresholds), (self._halves_b, slot.b_words))
        if slot.b_words:
            self._arrived(self._b_loaded)
        if slot.a_words:
            yield from self._request((self._halves_a, slot.a_words))
            self._arrived(self._a_loaded)

    def _slots(self) -> Iterator[tuple[Slot, Slot | None]]:
        return with_next(slot for moves in self._tiles for slot in moves.slots)

    def _preload(self) -> Steps:
        """Fill the shadows, one array row a cycle, as soon as the set before has been switched to."""
        for slot, after in self._slots():
            for number in range(slot.sets):
                yield from self._waited(self._shadows)
                if slot.b_words and number == 0:
                    yield from self._waited(self._b_loaded)
                self._preload_start = self._now
                yield Timeout(self._env, self._tiling.array.rows)
                self._preloaded.give()
            if after and after.b_words:
                self._halves_b.give()

    def _array(self) -> Steps:
        slots = self._slots()
        for moves, following in with_next(self._tiles):
            for number, (slot, after) in enumerate(islice(slots, len(moves.slots))):
                for weights in range(slot.sets):
                    yield from self._wait_for_weights()
                    if weights == 0 and slot.a_words:
                        self._load_stall += yield from self._waited(self._a_loaded)
                    if weights == 0 and number == 0:
                        self._store_stall += yield from self._waited(self._places)
                    self._shadows.give()
                    yield Timeout(self._env, slot.issue_cycles // slot.sets)
                self._issue += slot.issue_cycles
                if after and after.a_words:
                    self._halves_a.give()
            self._end_tile(following)

    def _wait_for_weights(self) -> Steps:
        """Wait for the preload: while it runs that is the schedule's, before it B is missing."""
        waited = yield from self._waited(self._preloaded)
        running = min(waited, self._now - self._preload_start)
        self._schedule += running
        self._load_stall += waited - running
