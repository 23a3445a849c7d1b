"""Output stationary: sums stay in the PEs, and drain while the next tile issues."""

from simpy import Timeout

from simulator.accelerator import Accelerator
from simulator.engine.events import Credits, Stalls, Steps, with_next
from simulator.engine.job_run import JobRun
from simulator.tiling import Slot, Tiling


class OutputStationary(JobRun):
    """Sums stay in the PEs, and drain while the next tile issues."""

    def __init__(self, tiling: Tiling, accelerator: Accelerator, stalls: Stalls) -> None:
        super().__init__(tiling, accelerator, stalls)
        self._slots_loaded = Credits(self._env)

    def _start(self) -> None:
        self._env.process(self._array())

    @property
    def _drain_cycles(self) -> int:
        array = self._tiling.array
        return 2 * array.rows + array.cols - 1 + array.pipeline_cycles - 1

    def _load(self, thresholds: int, slot: Slot) -> Steps:
        loads = ((self._halves_thresholds, thresholds), (self._halves_b, slot.b_words), (self._halves_a, slot.a_words))
        yield from self._request(*loads)
        self._arrived(self._slots_loaded)

    def _array(self) -> Steps:
        gap_end = 0
        for moves, following in with_next(self._tiles):
            first_of_tile = True
            for slot, next_slot in with_next(moves.slots):
                if first_of_tile and gap_end > self._now:
                    self._schedule += gap_end - self._now
                    yield Timeout(self._env, gap_end - self._now)
                self._load_stall += yield from self._waited(self._slots_loaded)
                if first_of_tile:
                    self._store_stall += yield from self._waited(self._places)
                yield Timeout(self._env, slot.issue_cycles)
                self._issue += slot.issue_cycles
                first_of_tile = False
                self._release(next_slot or (following.slots[0] if following else None))
            self._end_tile(following)
            if following:
                gap_end = self._now + max(0, self._tiling.array.rows - following.issue_cycles)

    def _release(self, after: Slot | None) -> None:
        """Free the halves that the following slot does not use any more."""
        if after and after.a_words:
            self._halves_a.give()
        if after and after.b_words:
            self._halves_b.give()
