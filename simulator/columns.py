"""What holds for a number of one design point and for a column of numbers of many alike.

Formulas of the simulator and of the cost model are written in operators, which numpy's arrays know too; only for a few
functions Python has one and numpy another. ``int`` in a signature then stands for both.
"""

from typing import cast

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def is_column(value: object) -> bool:
    """Tell whether a value is a column: an array of one element for each design point, or of one for all of them."""
    return isinstance(value, np.ndarray)


def larger(a: int, b: int) -> int:
    """Return the larger of two numbers, point by point."""
    return cast(int, np.maximum(a, b)) if is_column(a) or is_column(b) else max(a, b)


def smaller(a: int, b: int) -> int:
    """Return the smaller of two numbers, point by point."""
    return -larger(-a, -b)


def choose(condition: bool | Flags, yes: int, no: int) -> int:
    """Return one number where a condition holds, the other where it does not."""
    if is_column(condition):
        return cast(int, np.where(condition, yes, no))
    return yes if condition else no
