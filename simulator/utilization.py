"""The four utilizations, kept apart."""

from collections.abc import Iterable
from dataclasses import dataclass

from simulator.accelerator import Array
from simulator.cycles import CycleClasses
from simulator.job import Job
from simulator.layout import row_k_words


@dataclass(frozen=True)
class Work:
    """The sums over cycles that utilizations are ratios of, for all the jobs of a layer.

    Units: PE cycles (a PE for one cycle); ``bit_products`` and ``lane_cycles`` count single lanes.
    """

    useful: int
    issued: int
    running: int
    elapsed: int
    bit_products: int
    lane_cycles: int


def work(job: Job, array: Array, classes: CycleClasses) -> Work:
    """Return the sums of a layer; ``classes`` are those of a single job."""
    useful = job.count * useful_pe_cycles(job, array)
    bit_products = job.macs * job.passes
    pe_cycles = job.count * array.pes
    return Work(
        useful=useful,
        issued=pe_cycles * classes.issue,
        running=pe_cycles * (classes.cycles - classes.stall_cycles),
        elapsed=pe_cycles * classes.cycles,
        bit_products=bit_products,
        lane_cycles=useful * array.lanes,
    )


def useful_pe_cycles(job: Job, array: Array) -> int:
    """Return the sum over issue cycles of the PEs with a valid row and a valid column.

    In weight stationary an array row is a k word, and every row of A meets all of them: the sum is the same.
    """
    return job.m * job.n * row_k_words(job, array) * job.passes


@dataclass(frozen=True)
class Utilization:
    """Ratios in [0, 1], mapping >= compute >= overall.

    ``mapping`` is useful PEs over issue cycles, ``compute`` over all cycles but stalls, ``overall`` over all cycles;
    ``lanes`` is the valid bit products over the lanes of useful PE cycles.
    """

    mapping: float
    compute: float
    overall: float
    lanes: float

    @classmethod
    def of(cls, parts: Iterable[Work]) -> "Utilization":
        """Return the utilizations of one or several layers together; all are 0 where nothing ran on an array."""
        layers = list(parts)
        useful = sum(layer.useful for layer in layers)
        if not layers:
            return cls(0.0, 0.0, 0.0, 0.0)
        return cls(
            mapping=useful / sum(layer.issued for layer in layers),
            compute=useful / sum(layer.running for layer in layers),
            overall=useful / sum(layer.elapsed for layer in layers),
            lanes=sum(layer.bit_products for layer in layers) / sum(layer.lane_cycles for layer in layers),
        )
