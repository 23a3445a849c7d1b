"""The SimPy engine: the cycles of a job from the schedule of docs/microarchitecture.md.

Two processes run a job: the port, which walks the fixed order of requests, and the array, which issues slots.
Simulation time counts clock edges: at time x the port may have a request accepted, and the array may issue, at edge x.
The work grows with tiles and slots, never with operand values or multiply-accumulates.
"""

from simulator.accelerator import Accelerator
from simulator.cycles import CycleClasses
from simulator.engine.events import NO_STALLS, Stalls
from simulator.engine.output_stationary import OutputStationary
from simulator.engine.pool import PoolRun
from simulator.engine.weight_stationary import WeightStationary
from simulator.job import Job
from simulator.pool import PoolJob
from simulator.tiling import Tiling

__all__ = ["NO_STALLS", "Stalls", "run_job", "run_pool"]


def run_job(job: Job, accelerator: Accelerator, stalls: Stalls = NO_STALLS) -> CycleClasses:
    """Return the cycles of one job, by class.

    ``stalls`` marks the cycles since the job's start in which the port accepts no request.
    Shapes: stalls [cycles].
    Errors: SimulationError if port and array wait for each other.
    """
    tiling = Tiling.of(job, accelerator)
    kind = WeightStationary if tiling.weight_stationary else OutputStationary
    return kind(tiling, accelerator, stalls).classes()


def run_pool(job: PoolJob, accelerator: Accelerator, stalls: Stalls = NO_STALLS) -> CycleClasses:
    """Return the cycles of one pooling job, by class.

    Shapes: stalls [cycles].
    """
    return PoolRun(job, accelerator, stalls).classes()
