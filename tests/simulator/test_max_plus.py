"""The engine against the formulas of docs/microarchitecture.md, evaluated request by request.

The engine moves whole loads and stores through SimPy; this evaluates every single port word as the page states it.
"""

from dataclasses import dataclass, field

from hypothesis import given

from simulator.accelerator import Accelerator
from simulator.cycles import CycleClasses
from simulator.engine import run_job
from simulator.job import Job
from tests.strategies import cases


@dataclass
class Times:
    """The page's x, L(s), L(t), z(t) and y(t)."""

    x: int = 1
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


def classes_of(job: Job, accelerator: Accelerator) -> CycleClasses:
    """Evaluate sections 2 to 5."""
    array, width, latency = accelerator.arrays[job.array], accelerator.port.width_bits, accelerator.port.latency_cycles
    planes_a, planes_b = (len(job.encoding_a.planes), len(job.encoding_b.planes)) if job.bit_serial else (1, 1)
    word = array.lanes if array.element is None else {"int8": 8, "fp16": 16, "fp32": 32}[array.element.name]
    slot, tslot, aslot = up(word), up(array.accumulator_bits + 1), up(array.accumulator_bits)
    kw, passes = -(-job.k // array.lanes), planes_a * planes_b
    kc = min(accelerator.scratchpad_a_bits // 2 // (array.rows * word * planes_a),
             accelerator.scratchpad_b_bits // 2 // (array.cols * word * planes_b))  # fmt: skip
    tiles = [(i, j) for i in range(0, job.m, array.rows) for j in range(0, job.n, array.cols)]
    chunks = [(k0, min(kw, k0 + kc)) for k0 in range(0, kw, kc)]
    slots = [(tile, chunk) for tile in tiles for chunk in chunks]
    row_end = -(-(-(-job.n // array.lanes) * slot if job.thresholds else job.n * aslot) // width) * width
    now, total = Times(), CycleClasses()

    def rows_of(i: int) -> int:
        return min(array.rows, job.m - i)

    def cols_of(j: int) -> int:
        return min(array.cols, job.n - j)

    def position(channel: int) -> int:
        return channel // array.lanes * slot + channel % array.lanes if job.thresholds else channel * aslot

    def request(words: int, earliest: int) -> None:
        for _ in range(words):
            now.x = max(now.x + 1, earliest)

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
        operands = []
        # The array's part of a slot only needs the requests before it, so port and array take turns slot by slot.
        for number, (k0, k1) in enumerate(chunks):
            words = words_between(k0 * slot, k1 * slot, width)
            keys_a.append((i, k0))
            keys_b.append((j, k0))
            for keys, lines in ((keys_b, planes_b * cols_of(j)), (keys_a, planes_a * rows_of(i))):
                loads, busy = history(keys)
                if loads:
                    request(lines * words, 0 if busy is None else now.last_issue[busy] + 1)
            operands.append(now.x + latency + 2)
            w = now.last_issue[-1] + 1 if now.last_issue else 0
            gap = w + max(0, array.rows - kw * passes) if number == 0 and t > 0 else w
            place = now.stored[t - places] + 2 if number == 0 and t >= places else 0
            first = max(w, gap, operands[-1], place)
            after_operands = max(w, gap, operands[-1])
            total = CycleClasses(
                total.issue + (k1 - k0) * passes,
                total.schedule + gap - w,
                total.load_stall + after_operands - gap,
                total.store_stall + first - after_operands,
            )
            now.last_issue.append(first + (k1 - k0) * passes - 1)
        now.tile_issue.append(now.last_issue[-1])
        now.written.append(now.last_issue[-1] + 2 * array.rows + array.cols - 1 + array.pipeline_cycles - 1)
        if t >= places - 1:
            store(t - (places - 1))
    for t in range(len(now.stored), len(tiles)):
        store(t)
    assert len(now.last_issue) == len(slots)
    return CycleClasses(total.issue, total.schedule, total.load_stall, total.store_stall, now.x - now.last_issue[-1])


@given(cases())
def test_engine_equals_the_formulas(case: tuple[Job, Accelerator]) -> None:
    job, accelerator = case
    assert run_job(job, accelerator) == classes_of(job, accelerator)
