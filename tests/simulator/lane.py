"""A lane of the vector unit on 32-bit floats, which counts what it executes, and every function written for it.

``Lane`` executes on many elements at once what a lane executes on one. What its adder does with bit patterns (the first
guess of a reciprocal, an exponent put in) counts as an addition, as the page of the vector unit has it.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from simulator.vector import Instructions
from workloads.operations import VectorFunction

Floats = NDArray[np.float32]
LARGE = 1.5 * 2.0**23
"""A float whose last bit is 1: adding it rounds to integers."""
EPSILON = 1e-5
"""What a layer norm adds to a variance."""
TINY = 1e-30
"""Where a sum of squares starts, so that its root has an inverse."""
LN2 = float(np.log(2.0))


def _float(value: Floats | float) -> Floats:
    return np.asarray(value, dtype=np.float32)


@dataclass
class Lane:
    """A lane, and what it has executed so far."""

    executed: Counter[str] = field(default_factory=Counter)

    @property
    def instructions(self) -> Instructions:
        """Return what the lane has executed."""
        return Instructions(**self.executed)

    def add(self, x: Floats, y: Floats | float) -> Floats:
        """Return x + y."""
        self.executed["add"] += 1
        return x + _float(y)

    def add_bits(self, x: Floats, bits: NDArray[np.int32] | int) -> Floats:
        """Return the float whose bit pattern is that of x plus an integer."""
        self.executed["add"] += 1
        return (x.view(np.int32) + np.int32(bits)).view(np.float32)

    def guess(self, constant: int, x: Floats, shift: int) -> Floats:
        """Return the float whose bit pattern is a constant less that of x, shifted to the right."""
        self.executed["add"] += 1
        return (np.int32(constant) - (x.view(np.int32) >> shift)).view(np.float32)

    def multiply(self, x: Floats, y: Floats | float) -> Floats:
        """Return x y."""
        self.executed["multiply"] += 1
        return x * _float(y)

    def multiply_add(self, x: Floats, y: Floats | float, z: Floats | float) -> Floats:
        """Return x y + z, rounded once: a product of two of these floats is exact in 64 bits."""
        self.executed["multiply_add"] += 1
        return (x.astype(np.float64) * _float(y) + _float(z)).astype(np.float32)

    def larger(self, x: Floats, y: Floats | float) -> Floats:
        """Return the larger of both."""
        self.executed["compare"] += 1
        return np.maximum(x, _float(y))

    def smaller(self, x: Floats, y: Floats | float) -> Floats:
        """Return the smaller of both."""
        self.executed["compare"] += 1
        return np.minimum(x, _float(y))

    def at_least(self, x: Floats, y: float) -> NDArray[np.bool_]:
        """Tell where x >= y."""
        self.executed["compare"] += 1
        return x >= _float(y)

    def move(self, x: Floats) -> Floats:
        """Return x."""
        self.executed["move"] += 1
        return x


def _power_of_two() -> tuple[float, ...]:
    """Return a polynomial of degree 5 for 2^x on [-1/2, 1/2], the coefficient of x^5 first."""
    near = np.polynomial.Chebyshev.interpolate(lambda x: 2.0 ** (x / 2), 5)
    coefficients = near.convert(kind=np.polynomial.Polynomial).coef.tolist()
    return tuple(coefficient * 2.0**power for power, coefficient in enumerate(coefficients))[::-1]


POWER_OF_TWO = _power_of_two()


def exp(lane: Lane, x: Floats) -> Floats:
    """Return e^x."""
    x = lane.smaller(lane.larger(x, -87.0), 87.0)
    shifted = lane.multiply_add(x, 1 / LN2, LARGE)
    rest = lane.multiply_add(x, 1 / LN2, -lane.add(shifted, -LARGE))
    power = np.full_like(x, POWER_OF_TWO[0])
    for coefficient in POWER_OF_TWO[1:]:
        power = lane.multiply_add(power, rest, coefficient)
    return lane.add_bits(power, shifted.view(np.int32) << 23)


def reciprocal(lane: Lane, x: Floats) -> Floats:
    """Return 1 / x."""
    y = lane.guess(0x7EF311C7, x, 0)
    for _ in range(3):
        y = lane.multiply_add(y, lane.multiply_add(-x, y, 1.0), y)
    return y


def inverse_root(lane: Lane, x: Floats) -> Floats:
    """Return 1 / sqrt(x)."""
    y, half = lane.guess(0x5F3759DF, x, 1), lane.multiply(x, 0.5)
    for _ in range(3):
        y = lane.multiply(y, lane.multiply_add(-half, lane.multiply(y, y), 1.5))
    return y


def gelu(lane: Lane, x: Floats) -> Floats:
    """Return x / (1 + exp(x (c + d x x)))."""
    c = -2 * float(np.sqrt(2 / np.pi))
    exponent = lane.multiply(x, lane.multiply_add(lane.multiply(x, x), 0.044715 * c, c))
    return lane.multiply(x, reciprocal(lane, lane.add(exp(lane, exponent), 1.0)))


Columns = Sequence[Floats]
"""The elements of groups: the first of every group, the second of every group, ..."""
Function = Callable[[Lane, Lane, Columns], list[Floats]]
"""A function on the lane that works on elements, the lane that works once a group, and the elements."""


def _each(function: Callable[[Lane, Floats], Floats]) -> Function:
    return lambda each, _, columns: [function(each, column) for column in columns]


def _zeros(columns: Columns) -> Floats:
    return np.zeros_like(columns[0])


def softmax(each: Lane, once: Lane, columns: Columns) -> list[Floats]:
    """Return the shares of e^x."""
    top, total = np.full_like(columns[0], np.finfo(np.float32).min), _zeros(columns)
    for column in columns:
        top = each.larger(top, column)
    powers = []
    for column in columns:
        powers.append(exp(each, each.add(column, -top)))
        total = each.add(total, powers[-1])
    share = reciprocal(once, total)
    return [each.multiply(power, share) for power in powers]


def layer_norm(each: Lane, once: Lane, columns: Columns, scale: float = 1.0, shift: float = 0.0) -> list[Floats]:
    """Return the elements with mean 0 and variance 1, scaled and shifted."""
    total, squares = _zeros(columns), _zeros(columns)
    for column in columns:
        total = each.add(total, column)
    mean, centred = once.multiply(total, 1 / len(columns)), []
    for column in columns:
        centred.append(each.add(column, -mean))
        squares = each.multiply_add(centred[-1], centred[-1], squares)
    factor = inverse_root(once, once.multiply_add(squares, 1 / len(columns), EPSILON))
    return [each.multiply_add(each.multiply(column, factor), scale, shift) for column in centred]


def l2_norm(each: Lane, once: Lane, columns: Columns) -> list[Floats]:
    """Return the elements of a vector of length 1, or zeros where all are."""
    squares = np.full_like(columns[0], TINY)
    for column in columns:
        squares = each.multiply_add(column, column, squares)
    factor = inverse_root(once, squares)
    return [each.multiply(column, factor) for column in columns]


def mean(each: Lane, once: Lane, columns: Columns) -> list[Floats]:
    """Return the mean of each group."""
    total = _zeros(columns)
    for column in columns:
        total = each.add(total, column)
    return [once.multiply(total, 1 / len(columns))]


def maximum(each: Lane, _: Lane, columns: Columns) -> list[Floats]:
    """Return the largest of each group."""
    top = np.full_like(columns[0], np.finfo(np.float32).min)
    for column in columns:
        top = each.larger(top, column)
    return [top]


SCALE = 1 / 37


def requantize(lane: Lane, x: Floats) -> Floats:
    """Return the int8 nearest to x times the scale, in the low bits of the float's pattern."""
    rounded = lane.multiply_add(x, SCALE, LARGE)
    held = lane.smaller(lane.larger(rounded, LARGE - 128), LARGE + 127)
    return held.view(np.int32).astype(np.int8).astype(np.float32)


def sign(lane: Lane, x: Floats) -> Floats:
    """Return +1 where x >= 0, else -1."""
    return np.where(lane.at_least(x, 0.0), np.float32(1), np.float32(-1))


FUNCTIONS: dict[VectorFunction, Function] = {
    VectorFunction.ADD: _each(lambda lane, x: lane.add(x, 2.5)),
    VectorFunction.MULTIPLY: _each(lambda lane, x: lane.multiply(x, 2.5)),
    VectorFunction.MULTIPLY_ADD: _each(lambda lane, x: lane.multiply_add(x, 2.5, 1.5)),
    VectorFunction.EXP: _each(exp),
    VectorFunction.RECIPROCAL: _each(reciprocal),
    VectorFunction.SIGN: _each(sign),
    VectorFunction.GELU: _each(gelu),
    VectorFunction.SOFTMAX: softmax,
    VectorFunction.LAYER_NORM: layer_norm,
    VectorFunction.L2_NORM: l2_norm,
    VectorFunction.MEAN: mean,
    VectorFunction.MAXIMUM: maximum,
    VectorFunction.REQUANTIZE: _each(requantize),
    VectorFunction.CONVERT: _each(lambda lane, x: lane.add(x, 0.0)),
    VectorFunction.RELAYOUT: _each(Lane.move),
    VectorFunction.LOWER: _each(Lane.move),
}
