"""A job: one matrix product, with one pair of encodings, on one array."""

from dataclasses import dataclass, replace

from workloads.encodings import Encoding, encoding, worst_product
from workloads.errors import InputError, problem
from workloads.operations import Window
from workloads.trace import MAX_SIZE

BIPOLAR = encoding("bipolar")
MAX_PLANES = 8
"""The most planes of an operand that an XNOR array takes."""


@dataclass(frozen=True)
class DirectFeed:
    """A convolution's map as it lies, a row of ``channels`` for every pixel: the array fetches each tap from there."""

    window: Window
    channels: int


@dataclass(frozen=True)
class Job:
    """The shape of a job, and what the hardware does with it.

    An XNOR array is ``bit_serial``: it multiplies every plane of A with every plane of B, one after the other.
    ``thresholds`` tells whether the result is bits or accumulators. With a ``direct`` feed A are the pixels of a map:
    m the places of the window, k its taps times the channels.
    """

    name: str
    array: str
    count: int
    m: int
    k: int
    n: int
    encoding_a: Encoding = BIPOLAR
    encoding_b: Encoding = BIPOLAR
    bit_serial: bool = True
    thresholds: bool = False
    direct: DirectFeed | None = None

    @property
    def taps(self) -> tuple[int, int]:
        """Return how many taps a row of A has, and the elements of each; one of k elements if the feed is not direct.

        The k words of a tap are its own: the last one has a tail of its own.
        """
        return (1, self.k) if self.direct is None else (self.direct.window.taps, self.direct.channels)

    @property
    def exchanged(self) -> "Job":
        """Return the job whose result is this one's, transposed: what an input-stationary array runs."""
        return replace(self, m=self.n, n=self.m, encoding_a=self.encoding_b, encoding_b=self.encoding_a)

    @property
    def planes(self) -> tuple[int, int]:
        """Return the planes of A and of B that the array takes one after the other."""
        return (len(self.encoding_a.planes), len(self.encoding_b.planes)) if self.bit_serial else (1, 1)

    @property
    def passes(self) -> int:
        """Return how often a k word of A meets one of B."""
        return self.planes[0] * self.planes[1]

    @property
    def macs(self) -> int:
        """Return the multiply-accumulates of all the jobs, padding excluded."""
        return self.count * self.m * self.k * self.n

    @property
    def worst_sum(self) -> int:
        """Return the largest magnitude that a sum can reach (integer encodings)."""
        return self.k * worst_product(self.encoding_a, self.encoding_b)


def check_job(job: Job, accumulator_bits: int) -> None:
    """Refuse a job that the hardware's counters or accumulators cannot hold.

    Errors: InputError with the layer, the rule and the value.
    """
    for field, value in (("m", job.m), ("k", job.k), ("n", job.n), ("count", job.count)):
        if not 1 <= value <= MAX_SIZE:
            raise InputError(problem(f"layer {job.name}: {field}", f"must be 1 to {MAX_SIZE}", value))
    if job.encoding_a.is_float or job.encoding_b.is_float:
        return
    if job.worst_sum > (1 << (accumulator_bits - 1)) - 1:
        rule = f"must hold sums up to +-{job.worst_sum}"
        raise InputError(problem(f"layer {job.name}: accumulator_bits", rule, accumulator_bits))
