"""The cycle classes of jobs of the OR-pool (docs/microarchitecture.md, section 10)."""

from simulator.accelerator import Accelerator
from simulator.cycles import CycleClasses
from simulator.pool import PoolJob


def pool_classes(job: PoolJob, accelerator: Accelerator) -> CycleClasses:
    """Return the cycles of one pooling job by class.

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
        if group < places:
            return 1 + taps * (group + 1)
        steps, single = divmod(group, places)
        waiting = wait + taps
        return 1 + max(
            taps * places + (group - places + 1) * (taps + 1),
            taps + waiting + (group - places) * (taps + 1),
            taps + waiting * steps + single * (taps + 1),
        )

    last = last_load(groups - 1)
    # The stores that are left follow each other, from the last load or from the store behind it.
    left = min(groups, places - 1)
    before = last if groups < places else max(last + 1, last_load(groups - places) + wait)
    end = max(before + left, last + wait)
    taken = last + latency
    return CycleClasses(issue=groups * taps, load_stall=taken + 1 - groups * taps, flush=end - taken)


def _up(value: int, by: int) -> int:
    return -(-value // by)
