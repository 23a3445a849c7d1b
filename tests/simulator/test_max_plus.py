"""The engine against the formulas of docs/microarchitecture.md, evaluated request by request.

The engine moves whole loads and stores through SimPy; this evaluates every single port word as the page states it.
"""

from collections import Counter
from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st

from simulator.accelerator import Accelerator, Dataflow
from simulator.cycles import CycleClasses
from simulator.engine import NO_STALLS, Stalls, run_job, run_pool
from simulator.engine.events import Acceptance
from simulator.job import Job
from simulator.pool import PoolJob
from tests.strategies import any_cases, pool_cases, stall_patterns


@dataclass
class Times:
    """The page's x, L(s), L(t), z(t) and y(t), F(u) and L(u) of the newest weight set, the cycles by class.

    A half of B that slot s is the last to use may be loaded again at ``b_free[s]``.
    """

    x: int = 1
    switch: int = 0
    last_edge: int = -1
    b_free: list[int] = field(default_factory=list)
    spent: Counter[str] = field(default_factory=Counter)
    last_issue: list[int] = field(default_factory=list)
    tile_issue: list[int] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    stored: list[int] = field(default_factory=list)


def up(value: int) -> int:
    """Return the next power of two."""
    power = 1
    while power < value:
        power *= 2
    return power


def words_between(first: int, end: int, width: int) -> int:
    """Count the port words that hold a bit of [first, end)."""
    return len({bit // width for bit in range(first, end)})


def accepted(edge: int, stalls: Stalls) -> int:
    """Return the first edge from this one on that the stall pattern does not mark."""
    return next(x for x in range(edge, max(edge, len(stalls)) + 1) if x >= len(stalls) or not stalls[x])


def classes_of(job: Job, accelerator: Accelerator, stalls: Stalls = NO_STALLS) -> CycleClasses:
    """Evaluate sections 2 to 5."""
    array = accelerator.arrays[job.array]
    if array.dataflow is Dataflow.INPUT_STATIONARY:
        # The operands are exchanged, and all else is weight stationary.
        turned = replace(job, m=job.n, n=job.m, encoding_a=job.encoding_b, encoding_b=job.encoding_a)
        job, array = turned, replace(array, dataflow=Dataflow.WEIGHT_STATIONARY)
        accelerator = replace(accelerator, arrays={array.name: array})
    stationary = array.dataflow is Dataflow.WEIGHT_STATIONARY
    width, latency = accelerator.port.width_bits, accelerator.port.latency_cycles
    planes_a, planes_b = (len(job.encoding_a.planes), len(job.encoding_b.planes)) if job.bit_serial else (1, 1)
    word = array.lanes if array.element is None else {"int8": 8, "fp16": 16, "fp32": 32}[array.element.name]
    slot, tslot, aslot = up(word), up(array.accumulator_bits + 1), up(array.accumulator_bits)
    taps, elements = (1, job.k) if job.direct is None else (job.direct.window.taps, job.direct.channels)
    cw = -(-elements // array.lanes)
    kw, passes = taps * cw, planes_a * planes_b
    half_a = accelerator.scratchpad_a_bits // 2 // (array.rows * word * planes_a)
    half_b = accelerator.scratchpad_b_bits // 2 // (array.cols * word * planes_b)
    if stationary:
        kc, mb = array.rows, min(array.accumulator_rows, half_a)
        tiles = [(i, j) for j in range(0, job.n, array.cols) for i in range(0, job.m, mb)]
    else:
        kc, mb = min(half_a, half_b), array.rows
        tiles = [(i, j) for i in range(0, job.m, mb) for j in range(0, job.n, array.cols)]
    chunks = [(k0, min(kw, k0 + kc)) for k0 in range(0, kw, kc)]
    row_end = -(-(-(-job.n // array.lanes) * slot if job.thresholds else job.n * aslot) // width) * width
    now = Times()

    def rows_of(i: int) -> int:
        return min(mb, job.m - i)

    def cols_of(j: int) -> int:
        return min(array.cols, job.n - j)

    def words_of_a(k0: int, k1: int) -> int:
        """Return the port words of a row: of each tap those that hold its k words of the chunk."""
        parts = [[k % cw for k in range(k0, k1) if k // cw == tap] for tap in range(taps)]
        return sum(words_between(part[0] * slot, (part[-1] + 1) * slot, width) for part in parts if part)

    def position(channel: int) -> int:
        return channel // array.lanes * slot + channel % array.lanes if job.thresholds else channel * aslot

    def request(words: int, earliest: int) -> None:
        for _ in range(words):
            now.x = accepted(max(now.x + 1, earliest), stalls)

    def history(keys: list[object]) -> tuple[bool, int | None]:
        """Return whether a side loads for the newest slot, and the last slot of the load two before it."""
        starts = [s for s in range(len(keys)) if s == 0 or keys[s] != keys[s - 1]]
        loads = starts[-1] == len(keys) - 1
        return loads, starts[-2] - 1 if len(starts) > 2 else None

    def store(t: int) -> None:
        i, j = tiles[t]
        end = row_end if j + cols_of(j) == job.n else position(j + cols_of(j))
        request(rows_of(i) * words_between(position(j), end, width), now.written[t] + 2)
        now.stored.append(now.x)

    def wait(start: int, *bounds: tuple[int, str]) -> None:
        """Count the edges from start up to each bound in turn."""
        for bound, name in bounds:
            now.spent[name] += max(0, bound - start)
            start = max(start, bound)

    def weight_sets(there_a: int, there_b: int, place: int, sets: int, issues: int) -> None:
        """Take the sets of one slot: preload, wait, issue."""
        for number in range(sets):
            p = max(now.switch, there_b)
            ready, w = p + array.rows, now.last_edge + 1
            now.switch = max(ready, w, *((there_a, place) if number == 0 else ()))
            for edge in range(w, now.switch):
                running, missing = p <= edge < ready, edge < max(p, there_a if number == 0 else 0)
                now.spent["schedule" if running else "load_stall" if missing else "store_stall"] += 1
            now.spent["issue"] += issues
            now.last_edge = now.switch + issues - 1
            free = ready
        now.last_issue.append(now.last_edge)
        now.b_free.append(free)

    places = array.result_tiles
    keys_a: list[object] = []
    keys_b: list[object] = []
    keys_t: list[object] = []
    for t, (i, j) in enumerate(tiles):
        keys_t.append(j)
        loads, busy = history(keys_t)
        if job.thresholds and loads:
            request(
                words_between(j * tslot, (j + cols_of(j)) * tslot, width), 0 if busy is None else now.written[busy] + 2
            )
        # The array's part of a slot only needs the requests before it, so port and array take turns slot by slot.
        for number, (k0, k1) in enumerate(chunks):
            keys_a.append((i, k0))
            keys_b.append((j, k0))
            loads, busy = history(keys_b)
            there_b = there_a = 0
            if loads:
                words = planes_b * cols_of(j) * words_between(k0 * slot, k1 * slot, width)
                request(words, 0 if busy is None else now.b_free[busy])
                there_b = now.x + latency + 2
            loads, busy = history(keys_a)
            if loads:
                request(planes_a * rows_of(i) * words_of_a(k0, k1), 0 if busy is None else now.last_issue[busy] + 1)
                there_a = now.x + latency + 2
            place = now.stored[t - places] + 2 if number == 0 and t >= places else 0
            if stationary:
                weight_sets(there_a, there_b, place, planes_b, rows_of(i) * planes_a)
                continue
            w = now.last_issue[-1] + 1 if now.last_issue else 0
            gap = w + max(0, array.rows - kw * passes) if number == 0 and t > 0 else w
            wait(w, (gap, "schedule"), (max(there_a, there_b), "load_stall"), (place, "store_stall"))
            now.spent["issue"] += (k1 - k0) * passes
            now.last_issue.append(max(w, gap, there_a, there_b, place) + (k1 - k0) * passes - 1)
            now.b_free.append(now.last_issue[-1] + 1)
        now.tile_issue.append(now.last_issue[-1])
        drain = array.rows + array.cols if stationary else 2 * array.rows + array.cols - 1
        now.written.append(now.last_issue[-1] + drain + array.pipeline_cycles - 1)
        if t >= places - 1:
            store(t - (places - 1))
    for t in range(len(now.stored), len(tiles)):
        store(t)
    assert len(now.last_issue) == len(tiles) * len(chunks)
    now.spent["flush"] = now.x - now.last_issue[-1]
    return CycleClasses(**now.spent)


@given(any_cases())
def test_engine_equals_the_formulas(case: tuple[Job, Accelerator]) -> None:
    job, accelerator = case
    assert run_job(job, accelerator) == classes_of(job, accelerator)


@given(any_cases(), stall_patterns())
def test_engine_equals_the_formulas_under_a_stall_pattern(case: tuple[Job, Accelerator], stalls: Stalls) -> None:
    job, accelerator = case
    assert run_job(job, accelerator, stalls) == classes_of(job, accelerator, stalls)


@given(stall_patterns(), st.integers(0, 40), st.integers(1, 40))
def test_requests_in_a_row_end_where_single_ones_do(stalls: Stalls, edge: int, requests: int) -> None:
    for first in (edge, max(0, len(stalls) - 1), len(stalls)):
        x = first - 1
        for _ in range(requests):
            x = accepted(x + 1, stalls)
        assert Acceptance(stalls).end(first, requests) == x + 1


def pool_classes_of(job: PoolJob, accelerator: Accelerator, stalls: Stalls = NO_STALLS) -> CycleClasses:
    """Evaluate section 10, and mark the class of each edge."""
    array, width, latency = accelerator.arrays[job.array], accelerator.port.width_bits, accelerator.port.latency_cycles
    words = -(-(-(-job.channels // array.lanes) * up(array.lanes)) // width)
    x = 1
    last_loads: list[int] = []
    taken: list[int] = []
    groups = job.window.positions * words
    order = [[("load", g), *([("store", g - array.result_tiles + 1)] if g >= array.result_tiles - 1 else [])]
             for g in range(groups)]  # fmt: skip
    stored = sum(1 for requests in order for what, _ in requests if what == "store")
    order.append([("store", g) for g in range(stored, groups)])
    for what, group in (request for requests in order for request in requests):
        if what == "store":
            x = accepted(max(x + 1, last_loads[group] + latency + 2), stalls)
            continue
        for _ in range(job.window.taps):
            x = accepted(x + 1, stalls)
            taken.append(x + latency)
        last_loads.append(x)
    issued = len(set(taken))
    return CycleClasses(issue=issued, load_stall=taken[-1] + 1 - issued, flush=x - taken[-1])


@given(pool_cases())
def test_the_pool_equals_the_formulas(case: tuple[PoolJob, Accelerator]) -> None:
    job, accelerator = case
    assert run_pool(job, accelerator) == pool_classes_of(job, accelerator)


@given(pool_cases(), stall_patterns())
def test_the_pool_equals_the_formulas_under_a_stall_pattern(case: tuple[PoolJob, Accelerator], stalls: Stalls) -> None:
    job, accelerator = case
    assert run_pool(job, accelerator, stalls) == pool_classes_of(job, accelerator, stalls)
