"""Residency: which buffers stay in the global buffer, and what the others move to and from DRAM.

docs/networks.md has the rule.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from simulator.accelerator import Accelerator
from simulator.program import Origin, Program
from workloads.errors import InputError, problem


@dataclass(frozen=True)
class Access:
    """What one step moves of one buffer through the port.

    Units: port words.
    """

    buffer: str
    words: int


@dataclass(frozen=True)
class Accesses:
    """What one step reads and writes through the port, all its jobs together."""

    reads: tuple[Access, ...]
    writes: tuple[Access, ...]


@dataclass(frozen=True)
class DramTraffic:
    """What one step moves between DRAM and the global buffer.

    Units: port words.
    """

    reads: int
    writes: int


NO_TRAFFIC = DramTraffic(0, 0)


def dram_traffic(
    program: Program, steps: Sequence[Accesses], accelerator: Accelerator, workload: str
) -> tuple[DramTraffic, ...]:
    """Return the DRAM traffic of every step.

    Errors: InputError if the workload needs DRAM and the accelerator has none.
    """
    lives = _lives(steps)
    capacity = accelerator.global_buffer_bits // accelerator.port.width_bits
    needed = _peak(program, lives, len(steps))
    if needed <= capacity:
        return (NO_TRAFFIC,) * len(steps)
    if accelerator.dram is None:
        rule = f"must be >= {needed * accelerator.port.width_bits} for {workload}, as there is no DRAM behind it"
        raise InputError(problem(f"{accelerator.name}: global_buffer", rule, accelerator.global_buffer_bits))
    kept = _kept(program, steps, lives, capacity)
    return tuple(_traffic(program, step, kept, lives, number) for number, step in enumerate(steps))


def footprint_bits(program: Program, steps: Sequence[Accesses], accelerator: Accelerator) -> int:
    """Return the most that is behind the port at one time, all constants included."""
    return _peak(program, _lives(steps), len(steps)) * accelerator.port.width_bits


def _lives(steps: Sequence[Accesses]) -> dict[str, tuple[int, int]]:
    """Return the first and the last step that uses each buffer."""
    lives: dict[str, tuple[int, int]] = {}
    for number, step in enumerate(steps):
        for access in (*step.reads, *step.writes):
            first, _ = lives.get(access.buffer, (number, number))
            lives[access.buffer] = (first, number)
    return lives


def _peak(program: Program, lives: Mapping[str, tuple[int, int]], steps: int) -> int:
    """Return the most words at one time if constants are always there, and inputs from the start."""
    changes = np.zeros(steps + 1, dtype=np.int64)
    for name, (first, last) in lives.items():
        buffer = program.buffers[name]
        changes[first if buffer.origin is Origin.STEP else 0] += buffer.words
        changes[steps if buffer.origin is Origin.CONSTANT else last + 1] -= buffer.words
    return int(changes.cumsum().max())


def _kept(
    program: Program, steps: Sequence[Accesses], lives: Mapping[str, tuple[int, int]], capacity: int
) -> frozenset[str]:
    """Return the buffers that stay for their whole life: those most asked for, for their size, are placed first."""
    moved: defaultdict[str, int] = defaultdict(int)
    for step in steps:
        for access in (*step.reads, *step.writes):
            moved[access.buffer] += access.words
    order = sorted(lives, key=lambda name: -moved[name] / program.buffers[name].words)
    free = np.full(len(steps), capacity, dtype=np.int64)
    kept = []
    for name in order:
        first, last = lives[name]
        words = program.buffers[name].words
        if free[first : last + 1].min() >= words:
            free[first : last + 1] -= words
            kept.append(name)
    return frozenset(kept)


def _traffic(
    program: Program, step: Accesses, kept: frozenset[str], lives: Mapping[str, tuple[int, int]], number: int
) -> DramTraffic:
    """Return every word moved of buffers that do not stay; those that do arrive once, if no step makes them."""
    passing = sum(access.words for access in step.reads if access.buffer not in kept)
    arriving = {access.buffer for access in step.reads if access.buffer in kept and lives[access.buffer][0] == number}
    arrived = sum(program.buffers[name].words for name in arriving if program.buffers[name].origin is not Origin.STEP)
    written = sum(access.words for access in step.writes if access.buffer not in kept)
    return DramTraffic(passing + arrived, written)
