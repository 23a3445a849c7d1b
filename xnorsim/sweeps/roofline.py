"""What bounds each layer of one run: where its cycles went, and the roofs that its multiply-accumulates stay under."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from simulator.accelerator import Accelerator, ArrayKind
from simulator.job import Job
from simulator.layer_run import LayerRun, most_of, spent
from simulator.run import Run


@dataclass(frozen=True)
class BoundLayer:
    """A layer of a network, all its steps together.

    ``spent`` is what its cycles went to. ``roofs`` are the multiply-accumulates that it could do in a cycle if nothing
    but its arrays, the port or DRAM held it up; a layer without any has no roofs.
    """

    name: str
    operation: str
    spent: Mapping[str, int]
    macs: int
    port_bits: int
    dram_bits: int
    roofs: Mapping[str, float]

    @property
    def cycles(self) -> int:
        """Return the layer's cycles."""
        return sum(self.spent.values())

    @property
    def bound_by(self) -> str:
        """Name what most of the cycles went to."""
        return most_of(self.spent)

    @property
    def macs_per_cycle(self) -> float:
        """Return the multiply-accumulates done in a cycle, of all the layer's cycles."""
        return self.macs / self.cycles

    @property
    def lowest_roof(self) -> str:
        """Name the roof that is lowest; nothing if there is none."""
        return min(self.roofs, key=lambda name: self.roofs[name], default="")


@dataclass(frozen=True)
class Roof:
    """A roof that layers stay under: the peak of an array for operands of some planes, or the pace of port or DRAM.

    Units: ``macs_per_cycle`` of a peak; ``bits_per_cycle`` of a pace. The other one is 0.
    """

    name: str
    kind: str
    macs_per_cycle: float = 0.0
    bits_per_cycle: int = 0


def roofs_of(run: Run) -> list[Roof]:
    """Return the roofs of a run: the peaks that its jobs have, the port's pace, and that of DRAM if there is any."""
    accelerator = run.accelerator
    peaks = {(job.array, job.planes[0] * job.planes[1]): peak(job, accelerator) for job in run.program.jobs}
    roofs = [
        Roof(f"{name}'s peak" if passes == 1 else f"{name}'s peak in {passes} passes", "array", macs_per_cycle=macs)
        for (name, passes), macs in sorted(peaks.items())
    ]
    width_bits = accelerator.port.width_bits
    roofs.append(Roof(f"the port's {width_bits} bits a cycle", "port", bits_per_cycle=width_bits))
    if accelerator.dram is not None:
        bits = accelerator.dram.bits_per_cycle
        roofs.append(Roof(f"DRAM's {bits} bits a cycle", "dram", bits_per_cycle=bits))
    return roofs


def bound_layers(run: Run) -> list[BoundLayer]:
    """Return the layers of a run, in its order; what takes no cycle at all is left out."""
    steps: dict[str, list[LayerRun]] = {}
    for step in run.layer_runs:
        steps.setdefault(step.layer, []).append(step)
    layers = (_layer(name, parts, run.accelerator) for name, parts in steps.items())
    return [layer for layer in layers if layer.cycles]


def peak(job: Job, accelerator: Accelerator) -> float:
    """Return the multiply-accumulates that an array does in a cycle for a job, all lanes of all its PEs at work."""
    array = accelerator.arrays[job.array]
    if array.kind is ArrayKind.MAC:
        return float(array.pes)
    return array.pes * array.lanes / (job.planes[0] * job.planes[1])


def _layer(name: str, steps: list[LayerRun], accelerator: Accelerator) -> BoundLayer:
    cycles: Counter[str] = Counter()
    for step in steps:
        cycles.update(spent(step.total_classes, step.lane_cycles, step.accesses))
    port_bits = sum(_moved(step) for step in steps) * accelerator.port.width_bits
    dram_bits = sum(step.dram.reads + step.dram.writes for step in steps) * accelerator.port.width_bits
    macs = sum(step.macs for step in steps)
    roofs = _roofs(macs, port_bits, dram_bits, steps, accelerator) if macs else {}
    return BoundLayer(name, steps[0].operation, dict(cycles), macs, port_bits, dram_bits, roofs)


def _roofs(
    macs: int, port_bits: int, dram_bits: int, steps: list[LayerRun], accelerator: Accelerator
) -> dict[str, float]:  # fmt: skip
    """Return the multiply-accumulates a cycle at the arrays' peak, and at the pace of the port and of DRAM."""
    least_cycles = sum(step.macs / peak(step.job, accelerator) for step in steps if step.job is not None)
    roofs = {"array": macs / least_cycles, "port": macs / port_bits * accelerator.port.width_bits}
    if accelerator.dram is not None and dram_bits:
        roofs["dram"] = macs / dram_bits * accelerator.dram.bits_per_cycle
    return roofs


def _moved(step: LayerRun) -> int:
    """Return the port words that a step moves."""
    return sum(access.words for side in (step.accesses.reads, step.accesses.writes) for access in side)
