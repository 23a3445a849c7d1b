"""How many labels a run's result bits get right."""

from dataclasses import dataclass

from simulator.results import predicted_classes
from simulator.run import Run


@dataclass(frozen=True)
class Accuracy:
    """Labels right, of how many."""

    right: int
    total: int

    @property
    def fraction(self) -> float:
        """Return the share of right labels."""
        return self.right / self.total


def accuracy(run: Run) -> Accuracy | None:
    """Return the accuracy of a run with results on a trace with labels, else None."""
    if run.results is None or run.trace.labels is None:
        return None
    labels = run.trace.labels.classes
    return Accuracy(int((predicted_classes(run.trace, run.results) == labels).sum()), len(labels))
