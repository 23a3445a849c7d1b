"""A block of points that take the same steps, and their way through the job."""

import numpy as np

from simulator.closed_form.coefficients import Coefficients
from simulator.closed_form.geometry import LAST, Geometry
from simulator.closed_form.kinds import Kind
from simulator.closed_form.points import Integers
from simulator.closed_form.repeat import Map, State, repeat, where
from simulator.closed_form.steps import rows_map, start


class Block:
    """Points of one kind, in the order of their result tiles."""

    def __init__(self, kind: Kind, geometry: Geometry) -> None:
        self._kind = kind
        self._geometry = geometry
        self._coefficients = Coefficients(kind, geometry)

    def run(self) -> tuple[Integers, Integers, Integers]:
        """Return every point's last issue, last store's edge, and tally of the class schedule."""
        kind, coefficients = self._kind, self._coefficients
        state = start(kind, max(coefficients.behind, 2), len(self._geometry), coefficients.dtype)
        state = self._map(LAST)(self._full_rows(state))
        tally = state[-1] if kind.tallies else np.zeros_like(state[0])
        last, end, tally = (array.astype(np.int64) for array in (state[1], self._rest(state), tally))
        return last - self._geometry.drain, end, tally

    def _full_rows(self, state: State) -> State:
        """Take all rows of tiles but the last."""
        period, full = self._kind.job_period, self._geometry.outer_tiles - 1
        # Rows in which some tile comes before the first store, and those that are each taken for itself.
        early = -(-self._coefficients.behind // self._coefficients.tiles)
        early = min(early, int(full.max())) if period else int(full.max())
        for number in range(early):
            state = where(full > number, self._map(number), state)
        later = np.maximum(full - early, 0)
        if not period or not later.any():
            return state
        once = self._map(*range(early, early + period))
        state = repeat(once, state, later // period, self._coefficients.arrays[1])
        for number in range(period - 1):
            state = where(later % period > number, self._map(early + number), state)
        return state

    def _map(self, *rows: int) -> Map:
        """Return the map of some rows."""
        return rows_map(self._kind, [self._coefficients.row(row) for row in rows], self._coefficients.arrays)

    def _rest(self, state: State) -> Integers:
        """Return the edge of the last store, after the stores that no load follows."""
        x, behind = state[0].copy(), self._coefficients.arrays[0]
        for back in range(self._coefficients.behind, 0, -1):
            store = self._coefficients.rest(back)
            if store is not None:
                part = slice(int(np.searchsorted(behind, back)), None)
                np.maximum(x[part], state[back][part], out=x[part])
                x[part] += self._coefficients.arrays[store][part]
        return x
