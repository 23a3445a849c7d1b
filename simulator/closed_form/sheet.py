"""The coefficients of neighbouring points, computed once for all the blocks among them."""

from collections.abc import Callable

import numpy as np

from simulator.closed_form.geometry import Geometry
from simulator.closed_form.points import Integers
from simulator.closed_form.tiles import one_chunk, several_chunks

LAST = -1
"""The last n tile of each point, whatever its number."""


class Sheet:
    """Coefficients by what they stand for, each computed when first asked for.

    ``many``: whether tiles have several chunks; ``alike``: whether the stores of all n tiles but the last are.
    """

    def __init__(self, geometry: Geometry, *, many: bool, alike: bool) -> None:
        self.geometry = geometry
        self._many = many
        self._alike = alike
        self._arrays: dict[tuple[object, ...], tuple[Integers, ...]] = {}

    def operands(self, *, last_row: bool, last_col: bool, loads_a: bool, loads_b: bool) -> tuple[Integers, ...]:
        """Return a tile's map, by whether it is valid in part only and which operands it loads."""

        def compute() -> tuple[Integers, ...]:
            sizes = self.geometry
            lines_a = (sizes.last_rows if last_row else sizes.rows) * sizes.planes_a
            lines_b = (sizes.last_cols if last_col else sizes.cols) * sizes.planes_b
            lines = lines_a + lines_b if loads_a and loads_b else lines_a if loads_a else lines_b
            return several_chunks(sizes, lines) if self._many else one_chunk(sizes, lines)

        return self._once(("operands", last_row, last_col, loads_a, loads_b), compute)

    def store(self, tile: int, *, last_row: bool) -> Integers:
        """Return the port words of a tile's results."""
        rows = self.geometry.last_rows if last_row else self.geometry.rows
        (array,) = self._once(
            ("store", self._number(tile), last_row), lambda: (rows * self.geometry.store_words(self._tile(tile)),)
        )
        return array

    def thresholds(self, tile: int) -> Integers:
        """Return the port words of a tile's thresholds."""
        (array,) = self._once(
            ("thresholds", self._number(tile)), lambda: (self.geometry.threshold_words(self._tile(tile)),)
        )
        return array

    def _number(self, tile: int) -> int:
        return 0 if self._alike and tile != LAST else tile

    def _tile(self, tile: int) -> Integers | np.int64:
        return self.geometry.n_tiles - 1 if tile == LAST else np.int64(self._number(tile))

    def _once(self, key: tuple[object, ...], compute: Callable[[], tuple[Integers, ...]]) -> tuple[Integers, ...]:
        if key not in self._arrays:
            self._arrays[key] = compute()
        return self._arrays[key]
