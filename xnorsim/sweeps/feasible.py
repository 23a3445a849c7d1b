"""Which design points can be built and hold the network, and the rule that refuses each of the others.

The rules are those that ``xnorsim run`` checks, in its order: of the file, of the network's placement, of scratchpads,
of thresholds, of the global buffer.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator.accelerator import Accelerator
from simulator.accelerator_columns import point, with_sizes
from simulator.accelerator_file import check_sizes, parse_accelerator
from simulator.columns import Flags, Integers, is_column
from simulator.errors import SimulationError
from simulator.limits import check_scratchpads, check_thresholds, least_bits
from simulator.plan import Plan
from simulator.program import program
from simulator.residency import check_dram
from workloads.errors import InputError
from workloads.trace import Trace
from xnorsim.sweeps.design_points import DesignPoints, Rows, Structure

Refused = dict[int, str]
"""Row -> rule."""


@dataclass(frozen=True)
class Group:
    """Points of one structure, by row; ``accelerator`` is all of them, with ``sizes`` for its columns."""

    rows: Rows
    sizes: Mapping[str, Integers]
    accelerator: Accelerator

    def take(self, index: Any) -> "Group":
        """Return some of the points."""
        sizes = {field: column[index] for field, column in self.sizes.items()}
        return Group(self.rows[index], sizes, with_sizes(self.accelerator, sizes))

    def __len__(self) -> int:
        return len(self.rows)


def out_of_range(points: DesignPoints) -> Refused:
    """Return the rules of the points with a size that its field does not allow."""
    rows = np.flatnonzero(~points.in_range).tolist()
    return {row: _rule(parse_accelerator, points.file_of(row)) for row in rows}


class Plans:
    """What a network runs as on accelerators of each structure."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self._known: dict[Hashable, Plan | InputError] = {}

    def of(self, structure: Structure, accelerator: Accelerator) -> Plan:
        """Return the plan of a structure, of which the accelerator is any.

        Errors: InputError if it cannot be placed.
        """
        if structure.key not in self._known:
            try:
                self._known[structure.key] = Plan.of(program(self.trace, accelerator))
            except InputError as error:
                self._known[structure.key] = error
        found = self._known[structure.key]
        if isinstance(found, InputError):
            raise found
        return found


def feasible(
    points: DesignPoints, structure: Structure, plans: Plans, refused: Refused
) -> tuple[Group, Plan] | None:  # fmt: skip
    """Return the points of a structure that are not refused; None if there is none. The others go to ``refused``."""
    rows = structure.rows
    try:
        accelerator = parse_accelerator(points.file_of(int(rows[0])))
        group = Group(rows, structure.sizes, with_sizes(accelerator, structure.sizes))
        group = _without(_too_small(group.accelerator), group, refused, check_sizes)
        rows = group.rows
        plan = plans.of(structure, accelerator)
        group = _without(_too_narrow(plan, group.accelerator), group, refused, check_scratchpads, plan.program.jobs)
        rows = group.rows
        check_thresholds(plans.trace, plan.program, accelerator)
        needed = plan.residency.needed
        group = _without(_overfull(needed, group.accelerator), group, refused, check_dram, needed, plans.trace.name)
    except InputError as error:
        refused.update(dict.fromkeys(rows.tolist(), str(error)))
        return None
    if not len(group):
        return None
    return _sorted(group), plan


def _sorted(group: Group) -> Group:
    """Bring points of like global buffers together: the more alike, the fewer buffers stay at some of them only."""
    bits = group.accelerator.global_buffer_bits
    return group.take(np.argsort(bits, kind="stable")) if is_column(bits) else group


def _too_small(accelerator: Accelerator) -> Flags:
    """Tell which points check_sizes refuses."""
    found = accelerator.global_buffer_bits < accelerator.port.width_bits
    for array in accelerator.arrays.values():
        for bits, least in zip(accelerator.scratchpad_bits, array.least_bits(), strict=True):
            found = found | (bits < least)
    return np.asarray(found)


def _too_narrow(plan: Plan, accelerator: Accelerator) -> Flags:
    """Tell which points check_scratchpads refuses."""
    found = False
    for job in plan.jobs:
        for bits, least in zip(accelerator.scratchpad_bits, least_bits(job, accelerator), strict=True):
            found = found | (bits < least)
    return np.asarray(found)


def _overfull(needed: int, accelerator: Accelerator) -> Flags:
    """Tell which points check_dram refuses."""
    needed_bits = needed * accelerator.port.width_bits
    return np.asarray(accelerator.dram is None and accelerator.global_buffer_bits < needed_bits)


def _without(flags: Flags, group: Group, refused: Refused, check: Callable[..., object], *about: Any) -> Group:
    """Return a group without the points that are flagged; their rule is what the check says of each alone."""
    if not flags.any():
        return group
    flags = np.broadcast_to(flags, len(group))
    for index in np.flatnonzero(flags).tolist():
        refused[int(group.rows[index])] = _rule(check, point(group.accelerator, index), *about)
    return group.take(~flags)


def _rule(check: Callable[..., object], *about: Any) -> str:
    """Return the rule by which something is refused."""
    try:
        check(*about)
    except InputError as error:
        return str(error)
    raise SimulationError("a design point is refused among many, but not alone")
