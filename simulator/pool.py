"""A pooling job: the OR of bits under a window, on the unit behind the port."""

from dataclasses import dataclass
from typing import final

from workloads.operations import Window


@final
@dataclass(frozen=True)
class PoolJob:
    """A window that moves over a map of bits, laid out as the array ``array`` writes them; its result lies alike.

    The maximum of bits is their OR, and a border, as it is no bit, changes nothing.
    Shapes: map [height x width, channels]; result [window.positions, channels].
    """

    name: str
    array: str
    count: int
    window: Window
    channels: int

    @property
    def elements(self) -> int:
        """Return every element that the window takes up, as often as it does, of all the jobs."""
        return self.count * self.window.positions * self.window.taps * self.channels
