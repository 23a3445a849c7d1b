"""The OR-pool: docs/microarchitecture.md, section 10."""

from collections import deque

from simpy import Environment, Timeout

from simulator.accelerator import Accelerator
from simulator.cycles import CycleClasses
from simulator.engine.events import DRAINED_TO_REQUEST, FIRST_REQUEST, Acceptance, Stalls, Steps
from simulator.layout import result_row_words
from simulator.pool import PoolJob


class PoolRun:
    """One pooling job: its requests in order, and the edges that take their words."""

    def __init__(self, job: PoolJob, accelerator: Accelerator, stalls: Stalls) -> None:
        array, port = accelerator.arrays[job.array], accelerator.port
        words = result_row_words(job.channels, array, port.width_bits, thresholds=True)
        self._groups, self._taps = job.window.positions * words, job.window.taps
        self._places, self._latency = array.result_tiles, port.latency_cycles
        self._acceptance = Acceptance(stalls)
        self._env = Environment()
        self._last_load = 0

    def classes(self) -> CycleClasses:
        """Return the cycles of the job by class."""
        self._env.run(self._env.process(self._port()))
        cycles, issue = int(self._env.now), self._groups * self._taps
        last_issue = self._last_load + self._latency
        return CycleClasses(issue=issue, load_stall=last_issue + 1 - issue, flush=cycles - last_issue - 1)

    def _port(self) -> Steps:
        env, end, edge = self._env, self._acceptance.end, FIRST_REQUEST
        taken: deque[int] = deque()
        for group in range(self._groups + self._places - 1):
            if group < self._groups:
                edge = end(edge, self._taps)
                self._last_load = edge - 1
                taken.append(self._last_load + self._latency + DRAINED_TO_REQUEST)
            if group >= self._places - 1:
                edge = end(max(edge, taken.popleft()), 1)
            yield Timeout(env, edge - env.now)
