"""The closed form: exact cycles of many design points at once, without the engine."""

from simulator.closed_form.batch import closed_form, job_classes, solve
from simulator.closed_form.points import Points
from simulator.closed_form.pool import pool_classes

__all__ = ["Points", "closed_form", "job_classes", "pool_classes", "solve"]
