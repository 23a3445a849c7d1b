"""The vector unit: what a function of an element takes, in instructions (docs/networks.md).

Each lane executes one instruction a cycle on 32-bit floats: an addition, a multiplication, both fused, a comparison or
a move. A function is a fixed sequence of them for every element, and one for every group that it reduces (the row of a
softmax). There is no RTL of the vector unit.
"""

from collections import Counter
from dataclasses import dataclass, fields
from typing import Self

from simulator.accelerator import VectorUnit
from simulator.counts import Counts
from simulator.inventory import VECTOR_UNIT
from simulator.layout import ceil_div
from workloads.operations import VectorFunction


@dataclass(frozen=True)
class Instructions:
    """How many of each instruction a sequence has."""

    add: int = 0
    multiply: int = 0
    multiply_add: int = 0
    compare: int = 0
    move: int = 0

    @property
    def cycles(self) -> int:
        """Return the cycles that a lane takes for the sequence."""
        return sum(getattr(self, field.name) for field in fields(self))

    def __add__(self, other: Self) -> "Instructions":
        names = [field.name for field in fields(self)]
        return Instructions(**{name: getattr(self, name) + getattr(other, name) for name in names})

    def counts(self, times: int) -> Counts:
        """Return the events of that many executions; a fused instruction is a multiplication and an addition."""
        return Counter(
            {
                (VECTOR_UNIT, "add"): (self.add + self.multiply_add) * times,
                (VECTOR_UNIT, "multiply"): (self.multiply + self.multiply_add) * times,
                (VECTOR_UNIT, "compare"): self.compare * times,
                (VECTOR_UNIT, "move"): self.move * times,
            }
        )


NONE = Instructions()
ADD, MULTIPLY = Instructions(add=1), Instructions(multiply=1)
MULTIPLY_ADD, COMPARE, MOVE = Instructions(multiply_add=1), Instructions(compare=1), Instructions(move=1)

# exp: x held between -87 and 87, so that the exponent stays one; x / ln 2 rounded by adding a large number, in one
# fused instruction, and taking it off again; the rest in another; 2^rest by a polynomial of degree 5; the exponent
# added as an integer.
EXP = Instructions(add=2, multiply_add=7, compare=2)
# 1 / x: a first guess by subtracting from a constant as integers; three steps of Newton, two fused instructions each.
RECIPROCAL = Instructions(add=1, multiply_add=6)
# 1 / sqrt(x): a first guess in the same way; x / 2; three steps of Newton, each y (3/2 - (x / 2) (y y)).
INVERSE_ROOT = Instructions(add=1, multiply=7, multiply_add=3)
# x / (1 + exp(x (c + d x x))), the form of GELU with tanh: c = -2 sqrt(2 / pi), d = 0.044715 c.
GELU = Instructions(add=1, multiply=3, multiply_add=1) + EXP + RECIPROCAL

PER_ELEMENT = {
    VectorFunction.ADD: ADD,
    VectorFunction.MULTIPLY: MULTIPLY,
    VectorFunction.MULTIPLY_ADD: MULTIPLY_ADD,
    VectorFunction.EXP: EXP,
    VectorFunction.RECIPROCAL: RECIPROCAL,
    VectorFunction.SIGN: COMPARE,
    VectorFunction.GELU: GELU,
    # The row's maximum; less the maximum; exp; the row's sum; times the sum's reciprocal.
    VectorFunction.SOFTMAX: COMPARE + ADD + EXP + ADD + MULTIPLY,
    # The sum; less the mean; the sum of squares; times the deviation's reciprocal; scale and shift.
    VectorFunction.LAYER_NORM: ADD + ADD + MULTIPLY_ADD + MULTIPLY + MULTIPLY_ADD,
    VectorFunction.L2_NORM: MULTIPLY_ADD + MULTIPLY,
    VectorFunction.MEAN: ADD,
    VectorFunction.MAXIMUM: COMPARE,
    # Scale and round (by adding a large number), then clip on both sides.
    VectorFunction.REQUANTIZE: MULTIPLY_ADD + COMPARE + COMPARE,
    VectorFunction.CONVERT: ADD,
    VectorFunction.RELAYOUT: MOVE,
    VectorFunction.LOWER: MOVE,
}
"""Instructions for one element of each function."""

PER_GROUP = {
    VectorFunction.SOFTMAX: RECIPROCAL,
    # Mean and variance, then the root.
    VectorFunction.LAYER_NORM: MULTIPLY + MULTIPLY_ADD + INVERSE_ROOT,
    VectorFunction.L2_NORM: INVERSE_ROOT,
    VectorFunction.MEAN: MULTIPLY,
}
"""Instructions for one group of the functions that reduce."""


def compute_cycles(function: VectorFunction, elements: int, groups: int, unit: VectorUnit) -> int:
    """Return the cycles that the lanes take, without any wait for the port."""
    each = unit.cycles_per_element.get(function, PER_ELEMENT[function].cycles)
    once = PER_GROUP.get(function, NONE).cycles
    return ceil_div(elements, unit.lanes) * each + ceil_div(groups, unit.lanes) * once


def step_cycles(compute: int, words: int, latency_cycles: int) -> int:
    """Return the cycles of a step: lanes and port work side by side, behind the wait for the first word."""
    return max(compute, words) + (latency_cycles if words else 0)


def function_counts(function: VectorFunction, elements: int, groups: int) -> Counts:
    """Return the instructions of a step as events."""
    return PER_ELEMENT[function].counts(elements) + PER_GROUP.get(function, NONE).counts(groups)
