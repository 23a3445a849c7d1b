"""Where RTL and model part: the first cycle class, the first element, or what a job waits for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum

import numpy as np

from simulator.cycles import CycleClasses
from xnorsim.cosimulation.jobs import JobCycles, PortWords, Stop
from xnorsim.cosimulation.memory import Area, Values
from xnorsim.cosimulation.tasks import Work

UNWRITTEN = 0xA5
"""What a result's area holds before the job: a bit that the RTL never stores shows as a wrong one."""


class What(StrEnum):
    """What differs."""

    CYCLES = "cycles"
    ELEMENTS = "elements"
    TAIL = "tail"
    END = "end"
    STANDSTILL = "standstill"
    MEMORY = "memory"


@dataclass(frozen=True)
class Difference:
    """One thing in which the RTL and the model differ, the first of its kind in a layer.

    ``tile`` is (m tile, n tile), which a pooling job has none of, and ``element`` (row, channel); a place of a window
    is a row. ``expected`` is the model's, ``found`` the RTL's.
    """

    layer: str
    what: What
    message: str
    job: int = 0
    tile: tuple[int, int] | None = None
    cycle_class: str | None = None
    element: tuple[int, int] | None = None
    expected: int | None = None
    found: int | None = None

    def __str__(self) -> str:
        return f"layer {self.layer}: {self.message}" if self.layer else self.message


def cycle_differences(layer: str, played: Sequence[JobCycles], model: CycleClasses) -> Iterator[Difference]:
    """Yield the first job whose cycles are not the model's, with the first class in which they part."""
    for number, cycles in enumerate(played):
        classes = [(name, getattr(model, name), getattr(cycles, name)) for name in _CLASSES]
        parted = [(name, expected, found) for name, expected, found in classes if expected != found]
        unclassed = cycles.cycles - sum(found for _, _, found in classes)
        if not parted and not unclassed:
            continue
        texts = [f"{name} {found:,} instead of {expected:,}" for name, expected, found in parted]
        if unclassed:
            texts.append(f"{unclassed:,} in no class, or in two")
        total = f"{cycles.cycles:,} cycles instead of {model.cycles:,}"
        message = f"{total}{_of_job(number, len(played))}: {', '.join(texts)}"
        name, expected, found = parted[0] if parted else (None, model.cycles, cycles.cycles)
        yield Difference(layer, What.CYCLES, message, number, None, name, None, expected, found)
        return


_CLASSES = tuple(field.name for field in fields(JobCycles) if field.name != "cycles")


def _of_job(number: int, jobs: int) -> str:
    return f" in job {number} of {jobs}" if jobs > 1 else ""


def element_differences(layer: str, work: Work, expected: Values, area: Area) -> Iterator[Difference]:
    """Yield the first element of a result that is wrong, and the first bit that is set where there is no element."""
    found = work.decoded(area)
    wrong = [(int(row), int(channel)) for row, channel in np.argwhere(found != expected)]
    if wrong:
        yield _first_element(layer, work, expected, area, min(wrong, key=lambda at: work.running_order(*at)))
    beside = area ^ work.encoded(found)
    if np.any(beside):
        row, bit = (int(index) for index in np.argwhere(np.unpackbits(beside, axis=1, bitorder="little"))[0])
        rule = "" if work.writes_bits else "a sum's sign does not fill its slot, or "
        message = f"{rule}the tail of a result row is not zero: row {row}, bit {bit} of the row"
        yield Difference(layer, What.TAIL, message)


def _first_element(layer: str, work: Work, expected: Values, area: Area, first: tuple[int, int]) -> Difference:
    found = work.decoded(area)
    right, wrong = int(expected[first]), int(found[first])
    number, row = divmod(first[0], work.rows)
    tile, element = work.tile_of(row, first[1]), (row, first[1])
    kind = "bits" if work.writes_bits else "sums"
    where = "" if tile is None else f" in m tile {tile[0]}, n tile {tile[1]}"
    message = (
        f"{np.count_nonzero(found != expected):,} of {expected.size:,} {kind} wrong, the first{where}"
        f"{_of_job(number, work.jobs)}: row {row}, channel {element[1]} is {wrong}, not {right}"
    )
    if _never_stored(work, found, area, first):
        message += "; it was never stored, it seems: what lay there before is there still"
    return Difference(layer, What.ELEMENTS, message, number, tile, None, element, right, wrong)


def _never_stored(work: Work, found: Values, area: Area, first: tuple[int, int]) -> bool:
    """Tell whether a tile's row, or all of the tile where a row has but a few bits, is as it was before the job."""
    before = work.decoded(np.full_like(area, UNWRITTEN))
    rows, cols = work.tile_size
    number, row = divmod(first[0], work.rows)
    top, left = row // rows * rows, first[1] // cols * cols
    if cols * work.element_bits >= _TELLING_BITS:
        top, rows = row, 1
    down = slice(number * work.rows + top, number * work.rows + min(top + rows, work.rows))
    across = slice(left, left + cols)
    return bool(np.array_equal(found[down, across], before[down, across]))


_TELLING_BITS = 8
"""Fewer bits may well be by chance what lay there before."""


def end_difference(layer: str, work: Work, number: int, stop: Stop) -> Difference:
    """Return why a job did not end, with how far it had come."""
    reached, message = stop.reached, f"the job{_of_job(number, work.jobs)} {stop.reason}"
    model = work.classes()
    if reached is not None:
        loads, stores = work.port_words()
        message += (
            f" (the model takes {model.cycles:,}): {reached['issued']:,} of {model.issue:,} words issued, "
            f"{reached['loads']:,} of {loads:,} port words loaded, {reached['stores']:,} of {stores:,} stored"
        )
        if reached["issued"] < model.issue:
            waits = [_WAITS[name] for name in reached["waits"]]
            message += f"; the array waits for {' and '.join(waits) or 'nothing that it names'}"
    what = What.STANDSTILL if stop.still else What.END
    return Difference(layer, what, message, number, expected=model.cycles)


_WAITS = {
    "gap": "a gap of the schedule (wait_gap_o)",
    "load": "operands (wait_load_o)",
    "store": "a place for results (wait_store_o)",
}


def memory_difference(
    before: PortWords, after: PortWords, results: Sequence[tuple[int, int]], layers: Sequence[str]
) -> Difference | None:
    """Return the first port word outside of the results that a store has changed.

    Units: ``results`` are the address and the port words of each result, one a layer.
    """
    changed = np.any(before != after, axis=1)
    for address, words in results:
        changed[address : address + words] = False
    if not np.any(changed):
        return None
    address = int(np.argmax(changed))
    was, is_now = (int.from_bytes(memory[address].tobytes(), "little") for memory in (before, after))
    message = (
        f"{np.count_nonzero(changed):,} port words outside of the results were overwritten, the first at address "
        f"{address:#x}, {_beside_results(address, results, layers)}"
    )
    return Difference("", What.MEMORY, message, expected=was, found=is_now)


def _beside_results(address: int, results: Sequence[tuple[int, int]], layers: Sequence[str]) -> str:
    """Say how far an address lies from the nearest result: a store that goes astray often goes but a little astray."""
    ways = [max(start - address, address - (start + words - 1)) for start, words in results]
    way, nearest = min((way, number) for number, way in enumerate(ways))
    side = "before" if address < results[nearest][0] else "behind"
    return f"{way:,} {side} the nearest result, that of layer {layers[nearest]}"
