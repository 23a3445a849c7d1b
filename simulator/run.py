"""``simulate``: a trace on an accelerator."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.accelerator import Accelerator
from simulator.capacity import check_capacity, check_slots, check_thresholds
from simulator.counts import Counts, Traffic, event_counts, traffic
from simulator.cycles import CycleClasses
from simulator.engine import run_job
from simulator.inventory import Component, inventory
from simulator.job import Job
from simulator.placement import place
from simulator.results import trace_results
from simulator.utilization import Utilization, Work, work
from workloads.errors import InputError
from workloads.packing import Words
from workloads.trace import Trace

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class LayerRun:
    """One operation's job on its array; everything but ``job.count`` is of a single job."""

    job: Job
    classes: CycleClasses
    traffic: Traffic
    counts: Counts

    @property
    def macs(self) -> int:
        """Return the multiply-accumulates of all the layer's jobs, padding excluded."""
        return self.job.count * self.job.m * self.job.k * self.job.n

    @property
    def total_classes(self) -> CycleClasses:
        """Return the cycles of all the layer's jobs."""
        return self.classes.times(self.job.count)

    @property
    def total_counts(self) -> Counts:
        """Return the events of all the layer's jobs."""
        return Counter({event: count * self.job.count for event, count in self.counts.items()})

    @property
    def bound_by(self) -> str:
        """Name what most of the cycles went to: issue, drain (the class schedule), load, store or flush.

        Loads and stores share the port: a wait for it is put down to whichever of the two moves more.
        """
        classes = self.classes
        port = "load" if self.traffic.loads >= self.traffic.results else "store"
        spent = (
            (classes.issue, "issue"),
            (classes.schedule, "drain"),
            (classes.stall_cycles, port),
            (classes.flush, "flush"),
        )
        return max(spent, key=lambda part: part[0])[1]


@dataclass(frozen=True)
class Run:
    """What a simulation found: cycles and counts by layer, and result bits where they were asked for."""

    trace: Trace
    accelerator: Accelerator
    inventory: tuple[Component, ...]
    layer_runs: tuple[LayerRun, ...]
    results: Mapping[str, NDArray[np.int64] | Words] | None = None

    @property
    def classes(self) -> CycleClasses:
        """Return the network's cycles: its layers run one after the other."""
        return CycleClasses.total(layer.total_classes for layer in self.layer_runs)

    @property
    def cycles(self) -> int:
        """Return the network's cycles."""
        return self.classes.cycles

    @property
    def counts(self) -> Counts:
        """Return the network's events."""
        return sum((layer.total_counts for layer in self.layer_runs), Counter())

    @property
    def macs(self) -> int:
        """Return the network's multiply-accumulates; all of them are binary."""
        return sum(layer.macs for layer in self.layer_runs)

    def utilization(self) -> Utilization:
        """Return the network's four utilizations."""
        return Utilization.of(self.work(layer) for layer in self.layer_runs)

    def work(self, layer: LayerRun) -> Work:
        """Return the sums that a layer's utilizations are ratios of."""
        return work(layer.job, self.accelerator.arrays[layer.job.array], layer.classes)

    def layers(self) -> "pd.DataFrame":
        """Return one row a layer: shape, cycles by class, what bounds it, utilizations.

        Units: cycles of the layer's whole count; utilizations are ratios.
        """
        import pandas as pd

        return pd.json_normalize([layer_row(self, layer) for layer in self.layer_runs])


def layer_row(run: Run, layer: LayerRun) -> dict[str, object]:
    """Return a layer's shape, cycles and utilizations under the names that tables and JSON share."""
    job, classes = layer.job, layer.total_classes
    return {
        "name": job.name,
        "array": job.array,
        "count": job.count,
        "m": job.m,
        "k": job.k,
        "n": job.n,
        "planes": list(job.planes),
        "cycles": classes.cycles,
        **asdict(classes),
        "stall_cycles": classes.stall_cycles,
        "bound_by": layer.bound_by,
        "utilization": asdict(Utilization.of([run.work(layer)])),
    }


def simulate(trace: Trace, accelerator: Accelerator, *, results: bool = False) -> Run:
    """Run a trace on an accelerator; with ``results`` compute its result bits too.

    Errors: InputError if no array can hold an operation, the hardware's limits are exceeded, the workload does not fit
    behind the port, or results are asked of a trace without operands.
    """
    if results and not trace.has_operands:
        raise InputError(f"{trace.name}: has no operands, so no results can be computed")
    jobs = [place(operation, accelerator) for operation in trace.operations]
    check_thresholds(trace, accelerator)
    check_capacity(trace, jobs, accelerator)
    for job in jobs:
        check_slots(job, accelerator)
    known: dict[Job, LayerRun] = {}
    layers = tuple(_layer(job, accelerator, known) for job in jobs)
    values = trace_results(trace, jobs, accelerator) if results else None
    return Run(trace, accelerator, inventory(accelerator), layers, values)


def _layer(job: Job, accelerator: Accelerator, known: dict[Job, LayerRun]) -> LayerRun:
    """Simulate a job, or take over what an equal one of another name and count took."""
    shape = replace(job, name="", count=1)
    if shape not in known:
        classes = run_job(job, accelerator)
        moved = traffic(job, accelerator)
        counts = event_counts(job, accelerator, classes.cycles, moved)
        known[shape] = LayerRun(shape, classes, moved, counts)
    return replace(known[shape], job=job)
