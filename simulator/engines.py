"""The two ways to a job's cycles: event by event, or at once. They agree on every job."""

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.accelerator import Accelerator
    from simulator.cycles import CycleClasses
    from simulator.job import Job
    from simulator.pool import PoolJob


class Engine(StrEnum):
    """Which way to take."""

    EVENTS = "events"
    CLOSED_FORM = "closed_form"


def classes_of(job: "Job", accelerator: "Accelerator", engine: Engine) -> "CycleClasses":
    """Return the cycles of one job by class.

    Errors: InputError as the engine's.
    """
    if engine is Engine.EVENTS:
        from simulator.engine import run_job

        return run_job(job, accelerator)
    from simulator.closed_form import job_classes

    return job_classes(job, accelerator)


def pool_classes_of(job: "PoolJob", accelerator: "Accelerator", engine: Engine) -> "CycleClasses":
    """Return the cycles of one job of the OR-pool by class."""
    if engine is Engine.EVENTS:
        from simulator.engine import run_pool

        return run_pool(job, accelerator)
    from simulator.closed_form import pool_classes

    return pool_classes(job, accelerator)
