"""The cycles of a job, by class."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Self


@dataclass(frozen=True)
class CycleClasses:
    """Each cycle is in exactly one class (docs/microarchitecture.md, section 5; docs/networks.md).

    A job has the first five; ``vector`` and ``dram`` are a network's, between its jobs.
    """

    issue: int = 0
    schedule: int = 0
    load_stall: int = 0
    store_stall: int = 0
    flush: int = 0
    vector: int = 0
    dram: int = 0

    @property
    def cycles(self) -> int:
        """Return the sum of the classes."""
        return sum(getattr(self, field.name) for field in fields(self))

    @property
    def stall_cycles(self) -> int:
        """Return the cycles lost to memory."""
        return self.load_stall + self.store_stall

    def times(self, count: int) -> Self:
        """Return the classes of that many equal jobs, which never overlap."""
        return type(self)(*(count * getattr(self, field.name) for field in fields(self)))

    @classmethod
    def total(cls, parts: Iterable[Self]) -> Self:
        """Return the sum over several jobs."""
        rows = [[getattr(part, field.name) for field in fields(cls)] for part in parts]
        return cls(*(sum(column) for column in zip(*rows, strict=True)))
