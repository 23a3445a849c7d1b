"""Design points: a base accelerator's file, and columns of what is put in the place of its fields."""

from collections.abc import Hashable, Iterator, Mapping, MutableMapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simulator.accelerator_columns import Size, size_of
from simulator.columns import Flags, Integers
from workloads.errors import InputError, problem

Rows = NDArray[np.intp]
Column = NDArray[Any]
_CAPACITIES = ("capacity_bits", "capacity_kib")


@dataclass(frozen=True)
class Structure:
    """Points of one structure, by row, and the columns of their sizes; equal keys are equal structures."""

    key: Hashable
    rows: Rows
    sizes: Mapping[str, Integers]


@dataclass(frozen=True)
class DesignPoints:
    """Columns by dotted field (``arrays.xnor.rows``), one element for each point, over the data of a base file.

    None in a column of objects leaves the field out.
    """

    base: Mapping[str, Any]
    columns: Mapping[str, Column]

    @classmethod
    def of(cls, base: Mapping[str, Any], columns: Mapping[str, ArrayLike]) -> Self:
        """Take columns of any kind.

        Errors: InputError if there is none, or if they differ in length.
        """
        arrays = {field: np.asarray(column) for field, column in columns.items()}
        shapes = {array.shape for array in arrays.values()}
        if len(shapes) != 1 or len(next(iter(shapes))) != 1:
            raise InputError(problem("columns", "must have one element each for every design point"))
        return cls(base, arrays)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def file_of(self, row: int) -> dict[str, Any]:
        """Return the data of the accelerator file that a point stands for."""
        data = deepcopy(dict(self.base))
        values = {field: self._value(field, row) for field in self.columns}
        for field in values:
            *path, key = field.split(".")
            if key in _CAPACITIES:
                # A capacity replaces the base's, in whichever unit that is.
                for unit in _CAPACITIES:
                    _table(data, path).pop(unit, None)
        for field, value in values.items():
            *path, key = field.split(".")
            if value is None:
                _table(data, path).pop(key, None)
            else:
                _table(data, path)[key] = value
        return data

    def _value(self, field: str, row: int) -> Any:
        """Return an element as Python has it."""
        return self.columns[field][row : row + 1].tolist()[0]

    @cached_property
    def _sizes(self) -> Mapping[str, "_SizeColumn"]:
        """Return the columns of integers for sizes; everything else decides the structure."""
        found = {}
        for field, column in self.columns.items():
            size = size_of(field)
            if size is not None and (column.dtype.kind in "iu" or _is_integers(column)):
                found[field] = _SizeColumn.of(size, column)
        return found

    @cached_property
    def in_range(self) -> Flags:
        """Tell which points have no size that its field does not allow."""
        inside = np.ones(len(self), dtype=np.bool_)
        for size in self._sizes.values():
            inside &= size.inside
        return inside

    def structures(self) -> Iterator[Structure]:
        """Yield the points in range, those of one structure together."""
        rows = np.flatnonzero(self.in_range)
        if not len(rows):
            return
        keys = [_codes(column[rows]) for field, column in self.columns.items() if field not in self._sizes]
        keys += [size.present[rows].astype(np.intp) for size in self._sizes.values()]
        order, bounds = _grouped(keys, len(rows))
        for part in np.split(rows[order], bounds):
            sizes = {field: size.values[part] for field, size in self._sizes.items() if size.present[part[0]]}
            decided = {field: self._value(field, part[0]) for field in self.columns.keys() - self._sizes.keys()}
            yield Structure(repr((sorted(decided.items()), sorted(sizes))), part, sizes)


@dataclass(frozen=True)
class _SizeColumn:
    """A size of every point; where it is left out, or not ``inside`` its range, ``values`` are 0."""

    values: Integers
    present: Flags
    inside: Flags

    @classmethod
    def of(cls, size: Size, column: Column) -> Self:
        present = np.array([value is not None for value in column]) if column.dtype == object else np.True_
        present = np.broadcast_to(present, column.shape)
        known = np.where(present, column, size.least)
        inside = ((known >= size.least) & (known <= size.most)).astype(np.bool_)
        return cls(np.where(present & inside, known, 0).astype(np.int64, copy=False), present, inside)


def _is_integers(column: Column) -> bool:
    """Tell whether a column of objects has nothing but integers, and None."""
    return column.dtype == object and all(value is None or type(value) is int for value in column.tolist())


def _codes(column: Column) -> Rows:
    """Return small numbers that are equal where the elements are."""
    if column.dtype != object:
        return np.unique(column, return_inverse=True)[1]
    numbers: dict[tuple[type, object], int] = {}
    values = ((type(value), value) for value in column.tolist())
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.intp)


def _grouped(keys: Sequence[Rows], count: int) -> tuple[Rows, Rows]:
    """Return the order in which equal keys stand together, and where each next group starts."""
    code = np.zeros(count, dtype=np.intp)
    for key in keys:
        # Small again after each key, so that the product never overflows.
        code = np.unique(code * (int(key.max(initial=0)) + 1) + key, return_inverse=True)[1]
    order = np.argsort(code, kind="stable")
    return order, np.flatnonzero(np.diff(code[order])) + 1


def _table(data: MutableMapping[str, Any], path: list[str]) -> MutableMapping[str, Any]:
    """Return an inner table, made where there is none."""
    for key in path:
        data = data.setdefault(key, {})
    return data
