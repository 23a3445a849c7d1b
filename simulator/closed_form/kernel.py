"""The cycles of one job after the other, in plain numbers (docs/microarchitecture.md, sections 1 to 5).

A job is walked slot by slot, as the recurrences of sections 3 and 4 say. Where what lies before a slot, a tile or a row
of tiles is what lay before an earlier one, only later, everything in between repeats, and the walk jumps: that is
exact, and makes the cost grow with the tiles that differ.

Everything here is numbers, tuples and sequences, so that simulator/closed_form/compiled.py can compile it. All of it
stays in this file, since a compiled function is kept for as long as its file stays the same.
"""

from collections.abc import MutableSequence, Sequence
from typing import NamedTuple

NEVER = -(1 << 60)
"""An edge before every other, with room to add to it."""
LONGEST = float(1 << 56)
"""Cycles up to which 64 bits hold every sum."""
LONG = 8
"""Tiles of a row, or chunks of a tile, from which on it pays to look for repetition."""
REFUSED = -1
"""Stands for the cycles of a job that is refused."""

Memory = MutableSequence[int]
"""Rings, one behind the other: the ends of the tiles before, the port words of their results, then copies of both."""
RINGS = 6
ROWS, TILES = 2, 4
"""The copies that later rows and later tiles are compared with."""


class Sizes(NamedTuple):
    """How a job is cut, and what its parts cost.

    ``stays`` tells whether weights stay in the PEs. ``chunk`` are the k words of every chunk but the last,
    ``tile_rows`` the rows of every m tile but the last. ``answer`` is what an operand needs from its acceptance to the
    edge before its issue, ``drain`` what a result needs from its tile's last issue to the edge before its store.
    ``result_lanes`` results share a slot of ``result_slot`` bits; ``threshold_bits`` is 0 where there are none.
    """

    stays: bool
    behind: int
    rows: int
    cols: int
    m: int
    n: int
    planes_a: int
    planes_b: int
    taps: int
    tap_words: int
    k_words: int
    chunk: int
    chunks: int
    tile_rows: int
    m_tiles: int
    n_tiles: int
    answer: int
    drain: int
    slot: int
    port_shift: int
    threshold_bits: int
    result_lanes: int
    result_slot: int
    result_end: int


class State(NamedTuple):
    """What lies before a slot; edges all but ``schedule``, the cycles of that class so far.

    ``x`` is the port's last edge, ``last`` the last issue, ``before`` that of the slot before, ``first`` the edge
    before the first issue on the newest weight set. ``free`` and ``free_before`` are the edges before the last two
    halves of B are free.
    """

    x: int
    last: int
    before: int
    first: int
    free: int
    free_before: int
    schedule: int


def solve(table: Sequence[Sequence[int]], classes: Sequence[MutableSequence[int]], memory: Memory) -> None:
    """Write the classes of every row of a table, or REFUSED.

    Shapes: table [jobs, fields] as in Points, classes [jobs, 5].
    """
    for number in range(len(table)):
        sizes = sizes_of(table[number])
        found = classes[number]
        if sizes.chunk < 1 or sizes.tile_rows < 1 or bound(sizes) > LONGEST:
            found[0] = REFUSED
        else:
            last, end, found[1] = _job(sizes, memory)
            found[0] = _issues(sizes)
            found[2] = last + 1 - found[0] - found[1]
            found[3] = 0
            found[4] = end - last


def sizes_of(point: Sequence[int]) -> Sizes:
    """Return the sizes of a point; a chunk or an m tile of none where a scratchpad is too small.

    Shapes: [fields], as in Points.
    """
    rows, cols, lanes, word_bits, accumulator_bits = point[0], point[1], point[2], point[3], point[4]
    result_tiles, pipeline_cycles, port_bits, latency_cycles = point[5], point[6], point[7], point[8]
    scratchpad_a_bits, scratchpad_b_bits, m, n = point[9], point[10], point[11], point[13]
    planes_a, planes_b, thresholds, stays = point[14], point[15], point[16], point[17] == 1
    accumulator_rows, taps, elements = point[18], point[19], point[20]
    tap_words = -(-elements // lanes)
    k_words = taps * tap_words
    words_a = (scratchpad_a_bits >> 1) // (rows * word_bits * planes_a)
    words_b = (scratchpad_b_bits >> 1) // (cols * word_bits * planes_b)
    way = rows + cols + pipeline_cycles
    if stays:
        chunk, tile_rows, drain = (rows if words_b >= rows else 0), min(words_a, accumulator_rows), way
    else:
        chunk, tile_rows, drain = min(words_a, words_b), rows, way + rows - 1
    chunk = min(chunk, k_words)
    slot, port_shift = 1 << log2_up(word_bits), log2_up(port_bits)
    result_lanes, result_slot, threshold_bits = 1, 1 << log2_up(accumulator_bits), 0
    result_bits = n * result_slot
    if thresholds:
        # Where the results of a k word fill its slot, they lie one behind the other.
        result_lanes, result_slot = (1, 1) if slot == lanes else (lanes, slot)
        threshold_bits = 1 << log2_up(accumulator_bits + 1)
        result_bits = -(-n // lanes) * slot
    return Sizes(
        stays=stays,
        behind=result_tiles - 1,
        rows=rows,
        cols=min(cols, n),
        m=m,
        n=n,
        planes_a=planes_a,
        planes_b=planes_b,
        taps=taps,
        tap_words=tap_words,
        k_words=k_words,
        chunk=chunk,
        chunks=-(-k_words // max(chunk, 1)),
        tile_rows=min(tile_rows, m),
        m_tiles=-(-m // max(tile_rows, 1)),
        n_tiles=-(-n // cols),
        answer=latency_cycles + 1,
        drain=drain,
        slot=slot,
        port_shift=port_shift,
        threshold_bits=threshold_bits,
        result_lanes=result_lanes,
        result_slot=result_slot,
        # A row of results ends with a port word.
        result_end=(result_bits + (1 << port_shift) - 1) >> port_shift << port_shift,
    )


def log2_up(value: int) -> int:
    """Return the logarithm of the next power of two."""
    shift = 0
    while 1 << shift < value:
        shift += 1
    return shift


def bound(sizes: Sizes) -> float:
    """Return a bound of a job's cycles: everything in it one after the other."""
    lines = float(sizes.tile_rows * sizes.planes_a + sizes.cols * sizes.planes_b)
    # Each tap and each chunk may touch two port words more than its bits fill.
    words = 2 * sizes.taps + (sizes.k_words * sizes.slot >> sizes.port_shift) + 2 * sizes.chunks
    passes = sizes.tile_rows * sizes.chunks if sizes.stays else sizes.k_words
    slots = sizes.chunks * (sizes.answer + (sizes.planes_b + 1) * sizes.rows)
    row = (sizes.cols * sizes.result_slot + sizes.result_lanes >> sizes.port_shift) + 2
    stored = sizes.tile_rows * row + sizes.cols * sizes.threshold_bits + sizes.drain
    tile = lines * words + passes * sizes.planes_a * sizes.planes_b + slots + stored
    return tile * sizes.m_tiles * sizes.n_tiles


def _issues(sizes: Sizes) -> int:
    """Return the issue cycles of a job."""
    words = sizes.chunks * sizes.m if sizes.stays else sizes.m_tiles * sizes.k_words
    return sizes.planes_a * sizes.planes_b * words * sizes.n_tiles


def _job(sizes: Sizes, memory: Memory) -> tuple[int, int, int]:
    """Return a job's last issue, its last store's edge, and the cycles of the class schedule."""
    places = len(memory) // RINGS
    for place in range(places):
        memory[place] = NEVER
    state = State(1, NEVER, NEVER, NEVER, NEVER, NEVER, 0)
    saved, phase, steps, saved_at, head, row = state, -1, 0, 0, 0, 0
    rows = sizes.n_tiles if sizes.stays else sizes.m_tiles
    while row < rows:
        state, head = _row(sizes, state, head, row, memory)
        row += 1
        steps += 1
        if row >= rows - 1:
            continue
        now = _phase(sizes, row) if sizes.stays else 0
        if now == phase and _same(state, saved) and _same_ring(sizes, memory, ROWS, head, state.x - saved.x):
            period = steps - saved_at
            times = (rows - 1 - row) // period
            row += times * period
            _move_ring(sizes, memory, head, (state.x - saved.x) * times)
            state = _moved(state, saved, times)
        elif steps & (steps - 1) == 0:
            saved, phase, saved_at = state, now, steps
            _save_ring(sizes, memory, ROWS, head)
    x = state.x
    for back in range(min(sizes.behind, head), 0, -1):
        place = head - back & places - 1
        x = max(x, memory[place]) + memory[places + place]
    return state.last, x, state.schedule if sizes.stays else (sizes.m_tiles * sizes.n_tiles - 1) * _gap(sizes)


def _row(sizes: Sizes, state: State, head: int, row: int, memory: Memory) -> tuple[State, int]:
    """Take a row of tiles: those of one outer tile. Return the tiles taken so far, too."""
    tiles = sizes.m_tiles if sizes.stays else sizes.n_tiles
    saved, phase, steps, saved_at, tile = state, -1, 0, 0, 0
    while tile < tiles:
        m_tile, n_tile = (tile, row) if sizes.stays else (row, tile)
        state = _tile(sizes, state, head, m_tile, n_tile, memory)
        head += 1
        tile += 1
        steps += 1
        if tiles < LONG or tile >= tiles - 1:
            continue
        now = 0 if sizes.stays else _phase(sizes, tile)
        if now == phase and _same(state, saved) and _same_ring(sizes, memory, TILES, head, state.x - saved.x):
            period = steps - saved_at
            times = (tiles - 1 - tile) // period
            tile += times * period
            _move_ring(sizes, memory, head, (state.x - saved.x) * times)
            state = _moved(state, saved, times)
        elif steps & (steps - 1) == 0:
            saved, phase, saved_at = state, now, steps
            _save_ring(sizes, memory, TILES, head)
    return state, head


def _tile(sizes: Sizes, state: State, head: int, m_tile: int, n_tile: int, memory: Memory) -> State:
    """Take a tile: its loads and issues, and the store of the tile that is so many behind."""
    many, places = sizes.chunks > 1, len(memory) // RINGS
    last_m, last_n = m_tile == sizes.m_tiles - 1, n_tile == sizes.n_tiles - 1
    rows = sizes.m - m_tile * sizes.tile_rows if last_m else sizes.tile_rows
    first_channel = n_tile * sizes.cols
    end_channel = sizes.n if last_n else first_channel + sizes.cols
    # With one chunk a half keeps its content as long as the tile of its side stays the same.
    if sizes.stays:
        load_a, load_b, span = many or sizes.m_tiles > 1 or n_tile == 0, many or m_tile == 0, sizes.m_tiles
        load_thresholds = m_tile == 0
    else:
        load_a, load_b, span = many or n_tile == 0, many or sizes.n_tiles > 1 or m_tile == 0, 1
        load_thresholds = sizes.n_tiles > 1 or m_tile == 0
    if sizes.threshold_bits and load_thresholds:
        x = state.x
        # Behind the stores that are done the half is free.
        if span < sizes.behind:
            x = max(x, memory[head - 1 - span & places - 1])
        x += _touched(first_channel * sizes.threshold_bits, end_channel * sizes.threshold_bits, sizes.port_shift)
        state = _at(state, x)
    lines_a = rows * sizes.planes_a if load_a else 0
    lines_b = (end_channel - first_channel) * sizes.planes_b if load_b else 0
    state = _slots(sizes, state, rows * sizes.planes_a, lines_a, lines_b)
    place = head & places - 1
    memory[place] = state.last + sizes.drain
    memory[places + place] = rows * _stored(sizes, first_channel, end_channel)
    if head < sizes.behind:
        return state
    place = head - sizes.behind & places - 1
    return _at(state, max(state.x, memory[place]) + memory[places + place])


def _slots(sizes: Sizes, state: State, lines: int, lines_a: int, lines_b: int) -> State:
    """Take the slots of a tile that issues so many rows of A for each fold, and loads so many rows of both."""
    state = _slot(sizes, state, 0, lines, lines_a, lines_b)
    return _more_slots(sizes, state, lines, lines_a, lines_b) if sizes.chunks > 1 else state


def _more_slots(sizes: Sizes, state: State, lines: int, lines_a: int, lines_b: int) -> State:
    """Take all slots but the first."""
    saved, phase, steps, saved_at, chunk = state, -1, 0, 0, 1
    while chunk < sizes.chunks:
        state = _slot(sizes, state, chunk, lines, lines_a, lines_b)
        chunk += 1
        steps += 1
        if sizes.chunks < LONG or chunk >= sizes.chunks - 1:
            continue
        now = _chunk_phase(sizes, chunk)
        if now == phase and _same(state, saved):
            period = steps - saved_at
            times = (sizes.chunks - 1 - chunk) // period
            chunk += times * period
            state = _moved(state, saved, times)
        elif steps & (steps - 1) == 0:
            saved, phase, saved_at = state, now, steps
    return state


def _slot(sizes: Sizes, state: State, chunk: int, lines: int, lines_a: int, lines_b: int) -> State:
    """Take one slot of a tile."""
    first = chunk * sizes.chunk
    end = min(first + sizes.chunk, sizes.k_words)
    a = lines_a * _words_a(sizes, first, end) if lines_a else 0
    b = lines_b * _touched(first * sizes.slot, end * sizes.slot, sizes.port_shift) if lines_b else 0
    if sizes.stays:
        return _fold(sizes, state, lines, a, b)
    issue = (end - first) * sizes.planes_a * sizes.planes_b
    return _sums(sizes, state, issue, _gap(sizes) if chunk == 0 else 0, a + b)


def _sums(sizes: Sizes, state: State, issue: int, gap: int, loads: int) -> State:
    """Take a slot of output stationary: A and B are both loaded before its first issue."""
    x = max(state.x, state.before) + loads
    last = max(x + sizes.answer, state.last + gap) + issue
    return State(x, last, state.last, last, last, state.last, 0)


def _fold(sizes: Sizes, state: State, lines: int, a: int, b: int) -> State:
    """Take a slot of weight stationary: its loads, the preload and the issue of every weight set."""
    x, preload = state.x, state.first
    if b:
        x = max(x, state.free_before) + b
        # The edge before the preload: the set before has been switched to, and B is there.
        preload = max(preload, x + sizes.answer)
    if a:
        x = max(x, state.before) + a
    ready = max(state.last, preload + sizes.rows)
    first = max(ready, x + sizes.answer)
    free, more = preload + sizes.rows, max(lines, sizes.rows)
    if sizes.planes_b > 1:
        # Each further set is preloaded from the switch to the one before.
        free = first + (sizes.planes_b - 2) * more + sizes.rows
    schedule = ready - max(state.last, preload) + (sizes.planes_b - 1) * (more - lines)
    first += (sizes.planes_b - 1) * more
    free_before = state.free
    if sizes.chunks == 1 and sizes.m_tiles > 1:
        # A half of B that several tiles use is free before the port comes to it again.
        free, free_before = x, x
    return State(x, first + lines, state.last, first, free, free_before, state.schedule + schedule)


def _gap(sizes: Sizes) -> int:
    """Return the gap before each tile but the first of output stationary."""
    return max(0, sizes.rows - sizes.k_words * sizes.planes_a * sizes.planes_b)


def _touched(first: int, end: int, port_shift: int) -> int:
    """Count the port words that hold a bit of [first, end)."""
    return (end - 1 >> port_shift) - (first >> port_shift) + 1


def _words_a(sizes: Sizes, first: int, end: int) -> int:
    """Return the port words that a row of A touches in some k words: those of each tap."""
    slot, shift, each = sizes.slot, sizes.port_shift, sizes.tap_words
    if sizes.taps == 1:
        return _touched(first * slot, end * slot, shift)
    whole = _touched(0, each * slot, shift)
    if sizes.chunks == 1:
        return sizes.taps * whole
    first_tap, last_tap = first // each, (end - 1) // each
    first, end = first - first_tap * each, end - last_tap * each
    if first_tap == last_tap:
        return _touched(first * slot, end * slot, shift)
    edges = _touched(first * slot, each * slot, shift) + _touched(0, end * slot, shift)
    return edges + (last_tap - first_tap - 1) * whole


def _stored(sizes: Sizes, first: int, end: int) -> int:
    """Return the port words that a row of the results of some channels touches."""
    end_bits = sizes.result_end if end == sizes.n else _position(sizes, end)
    return _touched(_position(sizes, first), end_bits, sizes.port_shift)


def _position(sizes: Sizes, channel: int) -> int:
    """Return the bit at which a channel's result lies in its row."""
    if sizes.result_lanes == 1:
        return channel * sizes.result_slot
    return channel // sizes.result_lanes * sizes.result_slot + channel % sizes.result_lanes


def _phase(sizes: Sizes, n_tile: int) -> int:
    """Return a number on which the port words of an n tile's results and thresholds depend, if it is not the last."""
    channel, port = n_tile * sizes.cols, 1 << sizes.port_shift
    results, thresholds = _position(sizes, channel) & port - 1, channel * sizes.threshold_bits & port - 1
    return (channel % sizes.result_lanes * port + results) * port + thresholds


def _chunk_phase(sizes: Sizes, chunk: int) -> int:
    """Return a number on which the port words of a chunk depend, if it is not the last."""
    first, port = chunk * sizes.chunk, 1 << sizes.port_shift
    tap = 0 if sizes.taps == 1 else first % sizes.tap_words
    return tap * port + (first * sizes.slot & port - 1)


def _at(state: State, x: int) -> State:
    """Return a state with another last edge of the port."""
    return State(x, state.last, state.before, state.first, state.free, state.free_before, state.schedule)


def _same(now: State, then: State) -> bool:
    """Tell whether a state is an earlier one, only later; ``first`` follows from ``last``, as the tiles are equal."""
    shift = now.x - then.x
    return (
        now.last - then.last == shift
        and now.before - then.before == shift
        and now.free - then.free == shift
        and now.free_before - then.free_before == shift
    )


def _moved(now: State, then: State, times: int) -> State:
    """Return the state after what lies between two is taken so many times more."""
    shift = (now.x - then.x) * times
    schedule = now.schedule + (now.schedule - then.schedule) * times
    return State(
        now.x + shift, now.last + shift, now.before + shift, now.first + shift, now.free + shift,
        now.free_before + shift, schedule,
    )  # fmt: skip


def _same_ring(sizes: Sizes, memory: Memory, copy: int, head: int, shift: int) -> bool:
    """Tell whether the tiles that are not yet stored are those of a copy, only later."""
    places = len(memory) // RINGS
    copy *= places
    for back in range(sizes.behind):
        place = head - 1 - back & places - 1
        if memory[place] - memory[copy + back] != shift:
            return False
        if memory[places + place] != memory[copy + places + back]:
            return False
    return True


def _save_ring(sizes: Sizes, memory: Memory, copy: int, head: int) -> None:
    """Copy the tiles that are not yet stored, the newest first."""
    places = len(memory) // RINGS
    copy *= places
    for back in range(sizes.behind):
        place = head - 1 - back & places - 1
        memory[copy + back] = memory[place]
        memory[copy + places + back] = memory[places + place]


def _move_ring(sizes: Sizes, memory: Memory, head: int, shift: int) -> None:
    """Move the tiles that are not yet stored to later edges."""
    places = len(memory) // RINGS
    for back in range(sizes.behind):
        memory[head - 1 - back & places - 1] += shift
