"""Output stationary: sums stay in the PEs, and drain while the next tile issues."""

from simulator.accelerator import Accelerator
from simulator.engine.events import Credits, Stalls, Steps, with_next
from simulator.engine.job_run import JobRun, Load
from simulator.tiling import Slot, Tiling


class OutputStationary(JobRun):
    """Sums stay in the PEs, and drain while the next tile issues."""

    def __init__(self, tiling: Tiling, accelerator: Accelerator, stalls: Stalls) -> None:
        super().__init__(tiling, accelerator, stalls)
        self._slots_loaded = Credits(self._env)

    @property
    def _drain_cycles(self) -> int:
        array = self._tiling.array
        return 2 * array.rows + array.cols - 1 + array.pipeline_cycles - 1

    def _loads(self, slot: Slot) -> tuple[Load, ...]:
        return (self._halves_b, slot.b_words, None), (self._halves_a, slot.a_words, self._slots_loaded)

    def _array(self) -> Steps:
        rows = self._tiling.array.rows
        edge = gap_end = 0
        for moves, following in with_next(self._tiles):
            first_of_tile = True
            for slot, next_slot in with_next(moves.slots):
                if first_of_tile and gap_end > edge:
                    self._schedule += gap_end - edge
                    edge = gap_end
                there = self._slots_loaded.take()
                if there is None:
                    there = yield self._slots_loaded.announcement()
                if there > edge:
                    self._load_stall += there - edge
                    edge = there
                if first_of_tile:
                    edge = yield from self._placed(edge)
                edge += slot.issue_cycles
                yield self._until(edge)
                self._issue += slot.issue_cycles
                first_of_tile = False
                self._release(edge, next_slot or (following.slots[0] if following else None))
            self._end_tile(edge, following)
            if following:
                gap_end = edge + max(0, rows - following.issue_cycles)

    def _release(self, edge: int, after: Slot | None) -> None:
        """Free the halves that the following slot does not use any more."""
        if after and after.a_words:
            self._halves_a.give(edge)
        if after and after.b_words:
            self._halves_b.give(edge)
