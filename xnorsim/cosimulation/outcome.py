"""What a co-simulation found, layer by layer."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from simulator.accelerator import Accelerator
from simulator.cycles import CycleClasses
from simulator.job import Job
from simulator.pool import PoolJob
from simulator.program import VectorStep
from workloads.packing import Words, pack_bits
from workloads.trace import Trace
from xnorsim.cosimulation.check import Outcome
from xnorsim.cosimulation.differences import Difference
from xnorsim.cosimulation.layers import Layer
from xnorsim.cosimulation.leading import window_of

if TYPE_CHECKING:
    import pandas as pd


class Status(StrEnum):
    """What became of a layer."""

    EQUAL = "equal"
    DIFFERENT = "different"
    NOT_PLAYED = "not played"
    MODEL_ONLY = "model only"


def sides(job: Job | PoolJob) -> dict[str, int]:
    """Return m, k and n of a job; of one that pools its places, taps and channels."""
    if isinstance(job, PoolJob):
        return {"m": job.window.positions, "k": job.window.taps, "n": job.channels}
    return {"m": job.m, "k": job.k, "n": job.n}


@dataclass(frozen=True)
class LayerOutcome:
    """A layer and what became of it; ``outcome`` is None where it is model only."""

    layer: Layer
    outcome: Outcome | None = None

    @property
    def name(self) -> str:
        """Return the layer's name."""
        return self.layer.name

    @property
    def status(self) -> Status:
        """Return what became of the layer."""
        if self.outcome is None:
            return Status.MODEL_ONLY
        if self.outcome.differences:
            return Status.DIFFERENT
        return Status.NOT_PLAYED if self.outcome.found is None else Status.EQUAL

    @property
    def job(self) -> Job | PoolJob | None:
        """Return the job as it was played, cut or whole; None where the layer is model only."""
        return None if self.layer.task is None else self.layer.task.work.job

    @property
    def jobs(self) -> int:
        """Return how many of the step's equal jobs were played."""
        return 0 if self.layer.task is None else self.layer.task.work.jobs

    @property
    def whole(self) -> Job | PoolJob | None:
        """Return the job as the network has it; None for a function of the vector unit."""
        step = self.layer.run.step
        return None if isinstance(step, VectorStep) else step.job

    @property
    def model(self) -> CycleClasses:
        """Return the model's cycles: of what was played, or of the whole step where it is model only."""
        return self.layer.run.total_classes if self.outcome is None else self.outcome.model

    @property
    def bits_compared(self) -> int:
        """Return the bits of the results that were compared."""
        task = self.layer.task
        if task is None or self.outcome is None or self.outcome.found is None:
            return 0
        return self.outcome.found.size * task.work.element_bits

    def row(self) -> dict[str, object]:
        """Return what is known of the layer under the names that tables and JSON share."""
        job, whole, outcome = self.job, self.whole, self.outcome
        return {
            "name": self.name,
            "status": self.status.value,
            "model_only": self.layer.model_only or None,
            "operands": None if outcome is None else "random" if self.layer.random else "trace",
            **(sides(job) if job else dict.fromkeys("mkn")),
            "jobs": self.jobs,
            "whole": whole and {**sides(whole), "jobs": whole.count},
            "rtl": None if outcome is None or outcome.cycles is None else _classes(outcome.cycles),
            "model": _classes(self.model),
            "bits_compared": self.bits_compared,
            "mismatches": 0 if outcome is None else outcome.wrong,
            "differences": [] if outcome is None else [difference.message for difference in outcome.differences],
            "seconds": 0.0 if outcome is None else outcome.seconds,
        }


def _classes(classes: CycleClasses) -> dict[str, int]:
    return {"cycles": classes.cycles, **asdict(classes)}


@dataclass(frozen=True)
class Reproduced:
    """How the first difference comes about again: by the smallest leading job, alone or behind another one.

    ``steps`` are m tiles, or rows of a map's places, and n tiles of ``job``; None where it does not come about by
    playing the layer alone. ``waves`` is the waveform, or why there is none.
    """

    layer: str
    job: Job | PoolJob
    steps: tuple[int, int] | None
    waves: Path | str | None = None

    def __str__(self) -> str:
        size = " x ".join(map(str, sides(self.job).values()))
        if self.steps is None:
            return f"layer {self.layer} is right when its job ({size}) is played alone: it takes the jobs before"
        m_steps, n_tiles = self.steps
        kind, last = ("tiles", "m tile") if window_of(self.job) is None else ("rows of places", "row")
        last += f" {m_steps - 1}" + ("" if isinstance(self.job, PoolJob) else f", n tile {n_tiles - 1}")
        return f"layer {self.layer}, cut to its leading {kind} up to {last}: {size} differs too, and nothing smaller"


@dataclass(frozen=True)
class Cosimulation:
    """The layers of a network on the RTL, against the model."""

    trace: Trace
    accelerator: Accelerator
    layer_outcomes: tuple[LayerOutcome, ...]
    differences: tuple[Difference, ...]
    reproduced: Reproduced | None
    seed: int
    max_cycles: int | None
    file_list: Path | None
    versions: Mapping[str, str]

    @property
    def passed(self) -> bool:
        """Tell whether RTL and model agree in everything."""
        return not self.differences

    @property
    def results(self) -> dict[str, NDArray[np.int64] | Words]:
        """Return what the RTL wrote for every layer that was played whole, by tensor name.

        Shapes: bits as [m, words_of(n)] words, sums as [m, n].
        """
        found = {}
        for layer in self.layer_outcomes:
            step, outcome = layer.layer.run.step, layer.outcome
            task, whole = layer.layer.task, layer.job == layer.whole
            if task is None or outcome is None or outcome.found is None or not whole or isinstance(step, VectorStep):
                continue
            found[step.result] = pack_bits(outcome.found != 0) if task.work.writes_bits else outcome.found
        return found

    def layers(self) -> "pd.DataFrame":
        """Return one row a layer.

        Units: cycles of all the jobs that were played, or of the whole step where it is model only.
        """
        import pandas as pd

        return pd.json_normalize([layer.row() for layer in self.layer_outcomes])
