"""Many design points of one network at once: cycles, energy, area."""

from xnorsim.sweeps.evaluate import Evaluator

__all__ = ["Evaluator"]
