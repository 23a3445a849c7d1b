"""A job: one matrix product, with one pair of encodings, on one array."""

from dataclasses import dataclass
from enum import Enum

from workloads.errors import InputError, problem
from workloads.trace import MAX_SIZE


class Product(Enum):
    """What a PE does with two words."""

    XNOR = "xnor"
    AND = "and"


@dataclass(frozen=True)
class Job:
    """The shape of a job, and what the hardware does with it.

    ``shift`` is the weight (log2) of the plane pair. ``thresholds`` tells whether the result is bits or accumulators.
    """

    name: str
    array: str
    count: int
    m: int
    k: int
    n: int
    product: Product = Product.XNOR
    shift: int = 0
    thresholds: bool = False

    @property
    def planes(self) -> tuple[int, int]:
        """Return the planes of A and of B."""
        return (1, 1)

    @property
    def worst_sum(self) -> int:
        """Return the largest magnitude that a sum can reach."""
        return self.k << self.shift


def check_job(job: Job, accumulator_bits: int) -> None:
    """Refuse a job that the hardware's counters or accumulators cannot hold.

    Errors: InputError with the layer, the rule and the value.
    """
    for field, value in (("m", job.m), ("k", job.k), ("n", job.n), ("count", job.count)):
        if not 1 <= value <= MAX_SIZE:
            raise InputError(problem(f"layer {job.name}: {field}", f"must be 1 to {MAX_SIZE}", value))
    if job.worst_sum > (1 << (accumulator_bits - 1)) - 1:
        rule = f"must hold sums up to +-{job.worst_sum}"
        raise InputError(problem(f"layer {job.name}: accumulator_bits", rule, accumulator_bits))
