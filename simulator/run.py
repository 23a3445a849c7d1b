"""``simulate``: a trace on an accelerator."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from simulator.accelerator import Accelerator
from simulator.counts import Counts
from simulator.cycles import CycleClasses
from simulator.engines import Engine
from simulator.inventory import Component, inventory
from simulator.job import Job
from simulator.layer_run import JobRun, LayerRun, completed, job_layer, run_one, vector_layer
from simulator.limits import check_slots, check_thresholds
from simulator.pool import PoolJob
from simulator.program import PoolStep, Program, Step, VectorStep, program
from simulator.residency import dram_traffic
from simulator.results import trace_results
from simulator.utilization import Utilization, Work, work
from workloads.evaluation import Result, check_exact
from workloads.operations import VectorFunction
from workloads.trace import Trace

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Run:
    """What a simulation found: cycles and counts by step, and result bits where they were asked for."""

    trace: Trace
    accelerator: Accelerator
    inventory: tuple[Component, ...]
    program: Program
    layer_runs: tuple[LayerRun, ...]
    results: Mapping[str, Result] | None = None
    engine: Engine = Engine.EVENTS

    @cached_property
    def classes(self) -> CycleClasses:
        """Return the network's cycles: its steps run one after the other."""
        return CycleClasses.total(layer.total_classes for layer in self.layer_runs)

    @property
    def cycles(self) -> int:
        """Return the network's cycles."""
        return self.classes.cycles

    @cached_property
    def counts(self) -> Counts:
        """Return the network's events."""
        total: Counts = Counter()
        for layer in self.layer_runs:
            total.update(layer.total_counts)
        return total

    @property
    def macs(self) -> dict[str, int]:
        """Return the network's multiply-accumulates: binary (both operands one plane), float (any float), integer."""
        total = {"binary": 0, "integer": 0, "float": 0}
        for job in self.program.jobs:
            total[_kind(job)] += job.macs
        return total

    def utilization(self) -> Utilization:
        """Return the four utilizations of the arrays over their jobs; cycles without a job are left out."""
        return Utilization.of(self._works(self.layer_runs))

    def _works(self, layers: tuple[LayerRun, ...]) -> Iterator[Work]:
        for layer in layers:
            if layer.job is not None and layer.one is not None:
                yield work(layer.job, self.accelerator.arrays[layer.job.array], layer.one.classes)

    def layer_utilization(self, layer: LayerRun) -> Utilization | None:
        """Return a step's utilizations; None for what no array does."""
        return None if layer.job is None else Utilization.of(self._works((layer,)))

    def layers(self) -> "pd.DataFrame":
        """Return one row a step: shape, cycles by class, what bounds it, utilizations.

        Units: cycles of all the step's jobs; utilizations are ratios.
        """
        import pandas as pd

        return pd.json_normalize([layer_row(self, layer) for layer in self.layer_runs])


def _kind(job: Job) -> str:
    if job.encoding_a.is_float or job.encoding_b.is_float:
        return "float"
    return "binary" if job.encoding_a.is_binary and job.encoding_b.is_binary else "integer"


def layer_row(run: Run, layer: LayerRun) -> dict[str, object]:
    """Return a step's shape, cycles and utilizations under the names that tables and JSON share.

    What only jobs of arrays have is None for functions of elements, and the other way round.
    """
    job, classes, (function, elements) = layer.job, layer.total_classes, function_of(layer.step)
    use = run.layer_utilization(layer)
    return {
        "name": layer.name,
        "layer": layer.layer,
        "operation": layer.operation,
        "array": layer.unit,
        "count": layer.count,
        "m": job and job.m,
        "k": job and job.k,
        "n": job and job.n,
        "encodings": job and [job.encoding_a.name, job.encoding_b.name],
        "planes": job and list(job.planes),
        "function": function,
        "elements": elements,
        "cycles": classes.cycles,
        **asdict(classes),
        "stall_cycles": classes.stall_cycles,
        "bound_by": layer.bound_by,
        "utilization": use and asdict(use),
    }


def function_of(step: Step) -> tuple[str | None, int | None]:
    """Return the function of a step that no array does, and on how many elements; None and None for jobs of arrays."""
    if isinstance(step, VectorStep):
        return step.function.value, step.elements
    return (VectorFunction.MAXIMUM.value, step.job.elements) if isinstance(step, PoolStep) else (None, None)


def simulate(
    trace: Trace, accelerator: Accelerator, *, results: bool = False, engine: Engine | str = Engine.EVENTS
) -> Run:
    """Run a trace on an accelerator; with ``results`` compute its result bits too.

    ``engine`` says which way to the cycles: ``events`` or ``closed_form``; both give the same.

    Errors: InputError if no array can hold an operation, the hardware's limits are exceeded, the workload does not fit
    behind the port, or results are asked of a trace that has none to compute.
    """
    engine = Engine(engine)
    if results:
        check_exact(trace)
    steps = program(trace, accelerator)
    check_thresholds(trace, steps, accelerator)
    if engine is Engine.EVENTS:
        for step in steps.steps:
            if not isinstance(step, VectorStep):
                check_slots(step.job, accelerator)
    known: dict[Job | PoolJob, JobRun] = {}
    layers = tuple(_layer(step, accelerator, known, engine) for step in steps.steps)
    moved = dram_traffic(steps, [layer.accesses for layer in layers], accelerator, trace.name)
    layers = tuple(completed(layer, dram, accelerator) for layer, dram in zip(layers, moved, strict=True))
    values = trace_results(trace, {job.name: job for job in steps.jobs}, accelerator) if results else None
    return Run(trace, accelerator, inventory(accelerator), steps, layers, values, engine)


def _layer(step: Step, accelerator: Accelerator, known: dict[Job | PoolJob, JobRun], engine: Engine) -> LayerRun:
    """Run a step; a job that equals an earlier one but for its name and count takes what that one took."""
    if isinstance(step, VectorStep):
        return vector_layer(step, accelerator)
    shape = replace(step.job, name="", count=1)
    if shape not in known:
        known[shape] = run_one(shape, accelerator, engine)
    return job_layer(step, known[shape])
