"""The space of a sweep: which design point each row is, found a few rows at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from xnorsim.sweeps.spec import Axis, Derived, Spec

Codes = NDArray[np.uint16]
"""Which value of each axis with values of its own, by point. Shapes: [axes, points]."""


@dataclass(frozen=True)
class Space:
    """The axes of a sweep; ``sources`` are, for each column, the axis that it follows and its value at each code."""

    shape: tuple[int, ...]
    sources: Mapping[str, tuple[int, NDArray[Any]]]

    @classmethod
    def of(cls, spec: Spec) -> Self:
        """Return the space of a sweep."""
        own = spec.own_axes
        index = {axis.field: number for number, axis in enumerate(own)}
        sources = {}
        for axis in spec.axes:
            number = index[axis.same_as if isinstance(axis, Derived) else axis.field]
            values = own[number].values
            sources[axis.field] = number, np.array(values if isinstance(axis, Axis) else axis.of(values))
        return cls(tuple(len(axis.values) for axis in own), sources)

    def columns(self, codes: Codes) -> dict[str, NDArray[Any]]:
        """Return the columns of the fields at points, in the order of the file."""
        return {field: values[codes[number]] for field, (number, values) in self.sources.items()}

    @property
    def first(self) -> Codes:
        """Return the codes of the first point, also of a space of more points than 64 bits count."""
        return np.zeros((len(self.shape), 1), dtype=np.uint16)

    def grid(self, first: int, end: int) -> Codes:
        """Return the codes of points of the full grid: the last axis is the fastest."""
        return np.array(np.unravel_index(np.arange(first, end), self.shape), dtype=np.uint16)
