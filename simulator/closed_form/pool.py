"""The cycle classes of jobs of the OR-pool (docs/microarchitecture.md, section 10)."""

from functools import reduce

from simulator.accelerator import Accelerator
from simulator.columns import choose, larger, smaller
from simulator.cycles import CycleClasses
from simulator.pool import PoolJob


def pool_classes(job: PoolJob, accelerator: Accelerator) -> CycleClasses:
    """Return the cycles of one pooling job by class; sizes of the accelerator may be columns.

    With T taps, P places and d edges from a group's last load to its store, group n >= P has its last load at a(n) =
    max(a(n - 1) + 1, a(n - P) + d) + T: one behind the store that the group before it let through, or the one for which
    its register waited. Both are steps by a constant, so that a(n) is the longest of the paths from the first P groups,
    whose loads follow each other: it takes no step by P groups, one, or as many as there are. Paths between
    these are shorter: each further step by P adds as much as the one before.
    """
    array, port_bits = accelerator.arrays[job.array], accelerator.port.width_bits
    slot_bits = 1 << (array.word_bits - 1).bit_length()
    words = _up(_up(job.channels, array.lanes) * slot_bits, port_bits)
    groups, taps, places = job.window.positions * words, job.window.taps, array.result_tiles
    latency = accelerator.port.latency_cycles
    wait = latency + 2

    def last_load(group: int) -> int:
        steps, single = divmod(group, places)
        waiting = wait + taps
        paths = (
            taps * places + (group - places + 1) * (taps + 1),
            taps + waiting + (group - places) * (taps + 1),
            taps + waiting * steps + single * (taps + 1),
        )
        return 1 + choose(group < places, taps * (group + 1), reduce(larger, paths))

    last = last_load(groups - 1)
    # Behind the last load come the store that it let through, if it did, and those that are left: one for each place.
    end = last + larger(smaller(groups, places), wait)
    taken = last + latency
    return CycleClasses(issue=groups * taps, load_stall=taken + 1 - groups * taps, flush=end - taken)


def _up(value: int, by: int) -> int:
    return -(-value // by)
