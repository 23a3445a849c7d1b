"""What a co-simulation counted."""

from simulator.cycles import CycleClasses
from xnorsim.cosimulation.outcome import Cosimulation


def played_classes(found: Cosimulation) -> list[CycleClasses | None]:
    """Return the RTL's cycles of each layer by class."""
    outcomes = [layer.outcome for layer in found.layer_outcomes]
    return [None if outcome is None else outcome.cycles for outcome in outcomes]
