"""What one step of a program took: its jobs on an array or on the OR-pool, or a function on the vector unit."""

from collections import Counter
from dataclasses import dataclass, replace

from simulator.accelerator import Accelerator
from simulator.counts import Counts, Traffic, clocks, event_counts, traffic
from simulator.cycles import CycleClasses
from simulator.engines import Engine, classes_of, pool_classes_of
from simulator.inventory import DRAM, OR_POOL, VECTOR_UNIT
from simulator.job import Job
from simulator.layout import ceil_div
from simulator.pool import PoolJob
from simulator.pool_counts import pool_counts, pool_traffic
from simulator.program import JobStep, PoolStep, Step, VectorStep
from simulator.residency import NO_TRAFFIC, Access, Accesses, DramTraffic
from simulator.vector import compute_cycles, function_counts, step_cycles


@dataclass(frozen=True)
class JobRun:
    """What a single job took."""

    classes: CycleClasses
    traffic: Traffic
    counts: Counts


@dataclass(frozen=True)
class LayerRun:
    """One step of a network: an operation's only one, or one of several.

    Cycles, counts and accesses are of all the jobs of the step; ``one`` is of a single job. A function of the vector
    unit has no job, but ``lane_cycles``: what its lanes would take without a wait for the port.
    """

    step: Step
    total_classes: CycleClasses
    total_counts: Counts
    accesses: Accesses
    dram: DramTraffic = NO_TRAFFIC
    one: JobRun | None = None
    lane_cycles: int = 0

    @property
    def name(self) -> str:
        """Return the step's name: the layer's, and the step's where the layer has several."""
        return self.step.name

    @property
    def layer(self) -> str:
        """Return the name of the operation that the step belongs to."""
        return self.step.layer

    @property
    def operation(self) -> str:
        """Return the kind of the operation."""
        return self.step.operation

    @property
    def job(self) -> Job | None:
        """Return the job of an array; None for what no array does."""
        return self.step.job if isinstance(self.step, JobStep) else None

    @property
    def unit(self) -> str:
        """Return the array, the OR-pool or the vector unit that the step runs on."""
        if isinstance(self.step, JobStep):
            return self.step.job.array
        return OR_POOL if isinstance(self.step, PoolStep) else VECTOR_UNIT

    @property
    def count(self) -> int:
        """Return how many equal jobs the step has."""
        return self.step.times if isinstance(self.step, VectorStep) else self.step.job.count

    @property
    def macs(self) -> int:
        """Return the multiply-accumulates of all the jobs, padding excluded."""
        return self.step.job.macs if isinstance(self.step, JobStep) else 0

    @property
    def bound_by(self) -> str:
        """Name what most of the cycles went to: issue, drain (the class schedule), load, store, flush, vector or dram.

        Loads and stores share the port: a wait for it is put down to whichever of the two moves more.
        """
        classes = self.total_classes
        loads, stores = (sum(a.words for a in accesses) for accesses in (self.accesses.reads, self.accesses.writes))
        port = "load" if loads >= stores else "store"
        spent = (
            (classes.issue, "issue"),
            (classes.schedule, "drain"),
            (classes.stall_cycles, port),
            (classes.flush, "flush"),
            (classes.vector, "vector" if self.lane_cycles >= loads + stores else port),
            (classes.dram, "dram"),
        )
        return max(spent, key=lambda part: part[0])[1]


def job_layer(step: JobStep | PoolStep, one: JobRun) -> LayerRun:
    """Return the layer of a step's equal jobs, which run one after the other."""
    count, moved = step.job.count, one.traffic
    words: list[tuple[str | None, int]] = [(step.a, moved.a)]
    if isinstance(step, JobStep):
        words = [(step.b, moved.b), *words, (step.thresholds, moved.thresholds)]
    reads = tuple(Access(name, count * read) for name, read in words if name is not None and read)
    accesses = Accesses(reads, (Access(step.result, count * moved.results),))
    counts = Counter({event: number * count for event, number in one.counts.items()})
    return LayerRun(step, one.classes.times(count), counts, accesses, one=one)


def run_one(job: Job | PoolJob, accelerator: Accelerator, engine: Engine = Engine.EVENTS) -> JobRun:
    """Simulate a single job."""
    if isinstance(job, PoolJob):
        classes, moved = pool_classes_of(job, accelerator, engine), pool_traffic(job, accelerator)
        return JobRun(classes, moved, pool_counts(job, accelerator, classes.cycles, moved))
    classes, moved = classes_of(job, accelerator, engine), traffic(job, accelerator)
    return JobRun(classes, moved, event_counts(job, accelerator, classes.cycles, moved))


def vector_layer(step: VectorStep, accelerator: Accelerator) -> LayerRun:
    """Return the layer of a function of the vector unit, which runs while no array does.

    A function that runs several times over waits for its first word, and fills its lanes up, each time.
    """
    unit = accelerator.vector_unit
    assert unit is not None, "a program has vector steps only where there is a vector unit"
    reads, writes = (tuple(Access(*moved) for moved in side) for side in (step.reads, step.writes))
    read, written = (sum(access.words for access in accesses) for accesses in (reads, writes))
    once = compute_cycles(step.function, step.elements // step.times, step.groups // step.times, unit)
    lanes = step.times * once
    cycles = step.times * step_cycles(once, (read + written) // step.times, accelerator.port.latency_cycles)
    counts = function_counts(step.function, step.elements, step.groups)
    counts[VECTOR_UNIT, "clock"] = unit.lanes * cycles
    counts["global_buffer", "read"], counts["global_buffer", "write"] = read, written
    return LayerRun(step, CycleClasses(vector=cycles), counts, Accesses(reads, writes), lane_cycles=lanes)


def completed(layer: LayerRun, dram: DramTraffic, accelerator: Accelerator) -> LayerRun:
    """Return the layer with its DRAM traffic, the wait for it, and the clocks of what stood idle meanwhile."""
    busy = layer.total_classes.cycles
    bits = accelerator.port.width_bits
    waited = 0
    if accelerator.dram is not None:
        moved = (dram.reads + dram.writes) * bits
        waited = max(0, ceil_div(moved, accelerator.dram.bits_per_cycle) - busy)
    counts = layer.total_counts + Counter(
        {
            # Every word from or to DRAM passes through the global buffer.
            ("global_buffer", "write"): dram.reads,
            ("global_buffer", "read"): dram.writes,
            (DRAM, "read_bit"): dram.reads * bits,
            (DRAM, "write_bit"): dram.writes * bits,
        }
    )
    counts.update(_idle_clocks(layer.unit, busy, waited, accelerator))
    return replace(layer, total_classes=replace(layer.total_classes, dram=waited), total_counts=counts, dram=dram)


def _idle_clocks(unit: str, busy: int, waited: int, accelerator: Accelerator) -> Counts:
    """Return the clock events of all that is not gated, beside those of the unit that was busy."""

    def idle(name: str) -> int:
        return waited if name == unit else busy + waited

    counts: Counts = Counter()
    for array in accelerator.arrays.values():
        if not array.clock_gated:
            counts.update(clocks(array, idle(array.name)))
    vector = accelerator.vector_unit
    if vector is not None and not vector.clock_gated:
        counts[VECTOR_UNIT, "clock"] += vector.lanes * idle(VECTOR_UNIT)
    if accelerator.or_pool:
        counts[OR_POOL, "clock"] += idle(OR_POOL)
    return counts
