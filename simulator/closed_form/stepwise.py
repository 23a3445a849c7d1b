"""Weight stationary, and direct feeds: slot by slot, jumping over tiles once their recurrence repeats.

docs/microarchitecture.md, sections 3 to 5. Each tile is a step of a max-plus recurrence; whole rows of tiles, and the
tiles within a row, are jumped over as soon as all edges of the state move by one constant.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import numpy.typing as npt

from simulator.closed_form.cuts import Cuts
from simulator.closed_form.points import Integers

EARLIEST = -(1 << 60)
"""An edge before every other."""
FEW = 24
"""Tiles of a row, or rows, up to which jumping is not worth looking for it."""


@dataclass
class State:
    """Edges, and the cycles of the class schedule so far.

    ``port`` is the last edge that the port has used, ``switch`` the first issue of the newest weight set, ``issue``
    the last issue. ``a_free``, ``b_free`` and ``thresholds_free`` are the edges from which the next load of each kind
    finds its half free; ``preloaded`` that at which the newest preload ended. ``written`` are the last results of the
    tiles before, the newest first.
    Shapes: [points] each, written [7, points].
    """

    port: Integers
    switch: Integers
    issue: Integers
    preloaded: Integers
    a_free: Integers
    b_free: Integers
    thresholds_free: Integers
    written: Integers
    schedule: Integers

    @classmethod
    def start(cls, points: int) -> Self:
        """Return the state before a job."""
        never = np.full(points, EARLIEST, dtype=np.int64)
        one = np.ones(points, dtype=np.int64)
        return cls(one, 0 * one, -one, never, never, never, never, np.tile(never, (7, 1)), 0 * one)

    def edges(self) -> Integers:
        """Return all edges as one array. Shapes: [variables, points]."""
        return np.vstack([self.port, self.switch, self.issue, self.preloaded, self.a_free, self.b_free,
                          self.thresholds_free, self.written])  # fmt: skip

    def merged(self, other: "State", chosen: npt.NDArray[np.bool_]) -> "State":
        """Return the other state at the chosen points, and this one elsewhere."""
        pairs = ((getattr(self, field.name), getattr(other, field.name)) for field in fields(self))
        return State(*(np.where(chosen, new, old) for old, new in pairs))

    def moved(self, cycles: Integers, schedule: Integers) -> "State":
        """Return the state with all edges and the tally moved; an edge before all others stays."""
        moved = [getattr(self, field.name) for field in fields(self)[:-1]]
        edges = [np.where(edge > EARLIEST // 2, edge + cycles, edge) for edge in moved]
        return State(*[*edges, self.schedule + schedule])


def stepwise_classes(cuts: Cuts) -> Integers:
    """Return the cycles of each point by class.

    Shapes: [points, 5].
    """
    end = _repeated(
        State.start(len(cuts)), cuts.outer_tiles, cuts.outer_lags, cuts.outer_settle, lambda now, o: _row(cuts, now, o)
    )
    classes = np.zeros((len(cuts), 5), dtype=np.int64)
    classes[:, 0], classes[:, 1] = cuts.all_issues(), end.schedule
    classes[:, 2] = end.issue + 1 - classes[:, 0] - classes[:, 1]
    classes[:, 4] = _rest(cuts, end) - end.issue
    return classes


def _row(cuts: Cuts, state: State, outer: Integers) -> State:
    """Take a row of tiles: all those of an n tile in weight stationary, of an m tile in output stationary."""
    return _repeated(
        state, cuts.inner_tiles, cuts.inner_lags, cuts.inner_settle, lambda now, i: _tile(cuts, now, outer, i)
    )


def _repeated(
    state: State, counts: Integers, lags: Integers, settle: Integers, step: Callable[[State, Integers], State]
) -> State:
    """Take as many steps as each point has, the last one always by itself.

    ``lags`` is after how many steps each point's coefficients repeat (0: never), ``settle`` the steps before that.
    """
    done = np.zeros_like(counts)
    past: list[tuple[State, Integers]] = []
    jumping = (lags > 0) & (counts > settle + FEW)
    while True:
        live = done < counts
        if not live.any():
            return state
        before = (state, done)
        state, done = state.merged(step(state, done), live), done + live
        if jumping.any():
            past = [before, *past[: int(lags.max()) * 8 - 1]]
            state, jumped = _jumped(state, done, past, counts, lags, jumping & (done > settle))
            if jumped.any():
                past, done = [], done + jumped


def _jumped(
    state: State, done: Integers, past: list[tuple[State, Integers]], counts: Integers, lags: Integers,
    ready: npt.NDArray[np.bool_],
) -> tuple[State, Integers]:  # fmt: skip
    """Move the points whose state repeats, up to their last step; return the state and the steps jumped over."""
    now = state.edges()
    for back, (before, done_before) in enumerate(past, start=1):
        fits = ready & (done - done_before == back) & (back % np.maximum(lags, 1) == 0)
        moves = now - before.edges()
        # An edge before all others is never moved.
        same = (moves == moves[0]) | ((moves == 0) & (now < EARLIEST // 2))
        times = np.where(fits & same.all(axis=0), np.maximum(counts - 1 - done, 0) // back, 0)
        if times.any():
            return state.moved(times * moves[0], times * (state.schedule - before.schedule)), times * back
    return state, np.zeros_like(done)


def _tile(cuts: Cuts, state: State, outer: Integers, inner: Integers) -> State:
    """Take one tile: its slots, and the store behind its loads."""
    rows, cols = cuts.tile_size(outer, inner)
    port, thresholds_free = state.port, state.thresholds_free
    loads = cuts.loads_thresholds(outer, inner)
    port = np.where(loads, np.maximum(port, thresholds_free - 1) + cuts.threshold_words(outer, inner), port)
    thresholds_free = np.where(loads, state.written[0] + 2, thresholds_free)
    state = State(port, state.switch, state.issue, state.preloaded, state.a_free, state.b_free, thresholds_free,
                  state.written, state.schedule)  # fmt: skip
    first_tile = (outer == 0) & (inner == 0)
    for chunk in range(int(cuts.chunks.max(initial=0))):
        live = chunk < cuts.chunks
        after = _slot(cuts, state, outer, inner, chunk, rows, cols, first_tile)
        state = state.merged(after, live)
    port = _store(cuts, state.port, cuts.tile_number(outer, inner) - (cuts.result_tiles - 1), state)
    written = np.vstack([state.issue + cuts.drain, state.written[:-1]])
    return State(port, state.switch, state.issue, state.preloaded, state.a_free, state.b_free, state.thresholds_free,
                 written, state.schedule)  # fmt: skip


def _slot(
    cuts: Cuts, state: State, outer: Integers, inner: Integers, chunk: int, rows: Integers, cols: Integers,
    first_tile: npt.NDArray[np.bool_],
) -> State:  # fmt: skip
    """Take one slot: the loads of B and A, then its issue."""
    loads_a, loads_b = cuts.loads_a(outer, inner), cuts.loads_b(outer, inner)
    port = np.where(loads_b, np.maximum(state.port, state.b_free - 1) + cols * cuts.words_b(chunk), state.port)
    there_b = np.where(loads_b, port + cuts.answer, 0)
    port = np.where(loads_a, np.maximum(port, state.a_free - 1) + rows * cuts.words_a(chunk), port)
    there_a = np.where(loads_a, port + cuts.answer, 0)
    a_free = np.where(loads_a, state.issue + 1, state.a_free)
    b_free = np.where(loads_b, state.preloaded, state.b_free)
    wait = state.issue + 1
    if cuts.weight_stationary:
        preload = np.maximum(state.switch, there_b)
        ready = preload + cuts.rows
        switch = np.maximum(np.maximum(ready, wait), there_a)
        schedule = np.maximum(0, ready - np.maximum(wait, preload))
        issues, further = rows * cuts.planes_a, cuts.planes_b - 1
        # All further sets of the slot find everything there: each is switched to as soon as it is preloaded.
        switch = switch + further * np.maximum(cuts.rows, issues)
        schedule = schedule + further * np.maximum(0, cuts.rows - issues)
        preloaded = np.where(further > 0, switch - np.maximum(cuts.rows, issues), preload) + cuts.rows
        issue = switch + issues - 1
    else:
        gap = np.where((chunk == 0) & ~first_tile, cuts.gap, 0)
        issue = np.maximum(wait + gap, np.maximum(there_a, there_b)) + cuts.issues(chunk) - 1
        switch, schedule, preloaded = issue, gap, issue + 1
    return State(port, switch, issue, preloaded, a_free, b_free, state.thresholds_free, state.written,
                 state.schedule + schedule)  # fmt: skip


def _store(cuts: Cuts, port: Integers, number: Integers, state: State) -> Integers:
    """Store a tile whose results are the (result_tiles - 1)th before; a number below 0 is none."""
    (written,) = np.take_along_axis(state.written, (cuts.result_tiles - 2)[None], axis=0)
    return np.where(number >= 0, np.maximum(port, written + 1) + cuts.store_words(number), port)


def _rest(cuts: Cuts, state: State) -> Integers:
    """Return the edge of the last store, after the stores that no load follows."""
    port, tiles = state.port, cuts.outer_tiles * cuts.inner_tiles
    for back in range(6, -1, -1):
        number = tiles - 1 - back
        stored = (number >= 0) & (back < cuts.result_tiles - 1)
        port = np.where(stored, np.maximum(port, state.written[back] + 1) + cuts.store_words(number), port)
    return port
