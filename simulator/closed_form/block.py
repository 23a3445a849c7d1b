"""A block of points that take the same steps, and their way through the job."""

import numpy as np

from simulator.closed_form.coefficients import Coefficients
from simulator.closed_form.geometry import LAST, Geometry
from simulator.closed_form.kinds import Kind
from simulator.closed_form.points import Integers
from simulator.closed_form.repeat import Map, State, each, repeat
from simulator.closed_form.steps import rows_map, start, stored


class Block:
    """Points of one kind, in the order in which their stores are behind the loads."""

    def __init__(self, kind: Kind, geometry: Geometry) -> None:
        self._kind = kind
        self._geometry = geometry
        self._depth = max(int(geometry.behind[-1]), 2)
        self._coefficients = Coefficients(kind, geometry, self._depth)

    def run(self) -> tuple[Integers, Integers, Integers]:
        """Return every point's last issue, last store's edge, and tally of the class schedule."""
        kind, geometry = self._kind, self._geometry
        state = self._full_rows(start(kind, self._depth, geometry.m))
        state = self._map(LAST)(state)
        tally = state[-1] if kind.tallies else np.zeros_like(state[0])
        end = stored(state, 1 + self._depth + kind.edges, geometry.behind)
        return state[1] - geometry.drain, end, tally

    def _full_rows(self, state: State) -> State:
        """Take all rows of tiles but the last."""
        kind, full = self._kind, self._geometry.outer_tiles - 1
        # Rows that are each taken for itself.
        alone = int(kind.once) if kind.job_period else int(full.max())
        state = each([self._map(row) for row in range(alone)], state, np.minimum(full, alone))
        more = np.maximum(full - alone, 0)
        if not more.any():
            return state
        once, period = self._map(*range(alone, alone + kind.job_period)), kind.job_period
        state = repeat(once, state, more // period, np.lcm(self._geometry.behind + 1, 2))
        return each([self._map(alone + row) for row in range(period - 1)], state, more % period)

    def _map(self, *rows: int) -> Map:
        """Return the map of some rows."""
        return rows_map(self._kind, [self._coefficients.row(row) for row in rows], self._depth, self._geometry.behind)
