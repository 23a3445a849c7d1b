"""Which buffers stay where not all do, at many design points at once, without sorting them at each.

Of the buffers that are needed together, one stays if it fits beside those that stay and are more asked for. Asked again
wherever an answer before it has changed, that settles from the most asked for down.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from simulator.columns import Flags, Floats, Integers

Crowd = frozenset[str]
"""Buffers that are needed together."""
Words = NDArray[np.signedinteger[Any]]
Rivals = Mapping[str, Words | None]
"""Buffers that may be ahead of another: all bits are set where one is; None stands for everywhere."""


def passing(
    words: Mapping[str, int], crowds: Sequence[Crowd], asked: Mapping[str, int], capacity: Integers
) -> Mapping[str, int]:  # fmt: skip
    """Tell which buffers do not stay: 1 where one passes, else 0; a number, or a column where points differ.

    ``words`` are in the order of first use, which decides between buffers that are asked for alike; ``asked`` are the
    words moved, numbers or columns. Shapes: capacity [points], in words.
    """
    least, most = int(capacity.min()), int(capacity.max())
    passes = {name: int(size > most) for name, size in words.items()}
    crowds = [crowd for crowd in crowds if sum(words[name] for name in crowd if not passes[name]) > least]
    contested = {name for name in chain(*crowds) if not passes[name]}
    if contested:
        sizes = {name: size for name, size in words.items() if name in contested}
        for name, stays in _Contest(sizes, asked, [crowd & contested for crowd in crowds], capacity).settled().items():
            passes[name] = int(not stays.any()) if stays.all() == stays.any() else cast(int, (~stays).astype(np.int64))
    return passes


class _Contest:
    """Buffers that do not all fit everywhere."""

    def __init__(
        self, words: Mapping[str, int], asked: Mapping[str, int], crowds: Sequence[Crowd], capacity: Integers
    ) -> None:  # fmt: skip
        # More than all words together is as good as that: mostly 32 bits do.
        limit = sum(words.values())
        self._type: Any = np.int32 if limit < 1 << 30 else np.int64
        self._room: dict[str, Words] = {
            name: np.subtract(np.minimum(capacity, limit), size).astype(self._type) for name, size in words.items()
        }
        self._words = words
        self._places = {name: place for place, name in enumerate(words)}
        self._ranks: dict[str, Floats] = {name: np.atleast_1d(asked[name] / size) for name, size in words.items()}
        self._spans = {name: (float(rank.min()), float(rank.max())) for name, rank in self._ranks.items()}
        self._rivals = {name: [self._ahead(crowd, name) for crowd in crowds if name in crowd] for name in words}
        self._behind: dict[str, set[str]] = {name: set() for name in words}
        for name, groups in self._rivals.items():
            for other in chain(*groups):
                self._behind[other].add(name)

    def _ahead(self, crowd: Crowd, name: str) -> Rivals:
        """Return those of a crowd that are ahead of a buffer somewhere."""
        rivals: dict[str, Words | None] = {}
        for other in crowd:
            (least, most), (low, high) = self._spans[other], self._spans[name]
            first = self._places[other] < self._places[name]
            if other == name or most < low or (most == low and not first):
                continue
            if least > high or (least == high and first):
                rivals[other] = None
            else:
                compare = np.greater_equal if first else np.greater
                rivals[other] = np.negative(compare(self._ranks[other], self._ranks[name]).astype(self._type))
        return rivals

    def settled(self) -> Mapping[str, Flags]:
        """Tell where each buffer stays."""
        stays: dict[str, Flags] = {name: room >= 0 for name, room in self._room.items()}
        held = {name: self._held(name, flags) for name, flags in stays.items()}
        order = sorted(stays, key=lambda name: -sum(self._spans[name]))
        waiting = set(order)
        while waiting:
            for name in order:
                if name not in waiting:
                    continue
                waiting.remove(name)
                fits = self._fits(name, held)
                if (fits != stays[name]).any():
                    stays[name], held[name] = fits, self._held(name, fits)
                    waiting |= self._behind[name]
        return stays

    def _held(self, name: str, stays: Flags) -> Words:
        """Return the words that a buffer holds where it stays."""
        return np.multiply(stays, self._words[name], dtype=self._type)

    def _fits(self, name: str, held: Mapping[str, Words]) -> Flags:
        """Tell where a buffer fits beside those that are ahead of it and stay for now."""
        room = self._room[name]
        fits: Flags = room >= 0
        for rivals in self._rivals[name]:
            taken: Any = sum(held[other] if mask is None else held[other] & mask for other, mask in rivals.items())
            fits = fits & (taken <= room)
        return fits
