"""Tasks: what is played on the RTL, one after the other in one memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from xnorsim.cosimulation.pool import Pooled
from xnorsim.cosimulation.products import Product

Work = Product | Pooled
"""Equal jobs with their operands."""


@dataclass(frozen=True)
class Task:
    """Work to be played; ``made_by`` are its operands that an earlier task makes, with the number of that task."""

    name: str
    work: Work
    made_by: Mapping[str, int] = field(default_factory=dict)
