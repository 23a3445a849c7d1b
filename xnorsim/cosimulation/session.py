"""``cosimulate``: the layers of a network on the RTL, against the model."""

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from pathlib import Path

from simulator.accelerator import Accelerator
from simulator.engines import Engine
from simulator.run import Run, simulate
from workloads.atomic import write_whole
from workloads.errors import InputError, problem
from workloads.evaluation import check_exact
from workloads.trace import Trace
from xnorsim.cosimulation.builds import Build, Design, build, find_build
from xnorsim.cosimulation.check import Checked, Plan
from xnorsim.cosimulation.differences import What
from xnorsim.cosimulation.errors import BuildError, CosimulationError
from xnorsim.cosimulation.estimates import Estimate, estimate, keep_rate
from xnorsim.cosimulation.layers import network_layers, without_operands
from xnorsim.cosimulation.outcome import Cosimulation, LayerOutcome, Reproduced
from xnorsim.cosimulation.progress import PATIENCE_S
from xnorsim.cosimulation.reproducing import smallest_failing
from xnorsim.cosimulation.sources import OURS, Sources, read_file_list
from xnorsim.cosimulation.tasks import Task, Work
from xnorsim.cosimulation.toolchain import find_simulation
from xnorsim.cosimulation.waves import traced, wave_format

MAX_SEED, DEFAULT_SEED = (1 << 31) - 1, 1


class Listener:
    """Who is told how a co-simulation goes on; this one tells nobody."""

    def planned(self, estimate: Estimate) -> None:
        """Hear what lies ahead."""

    def building(self) -> None:
        """Hear that the RTL is built."""

    def built(self) -> None:
        """Hear that the RTL is built."""

    def simulating(self, layer: str, cycle: int, cycles: int) -> None:
        """Hear which layer is played, and at which cycle of all of them."""

    def reproducing(self, layer: str) -> None:
        """Hear that the smallest job of a layer that differs is looked for."""


def cosimulate(
    trace: Trace,
    accelerator: Accelerator,
    *,
    layers: Sequence[str] = (),
    seed: int | None = None,
    max_cycles: int | None = None,
    rtl: str | Path | None = None,
    waves: str | Path | None = None,
    work_dir: str | Path | None = None,
    patience_s: float = PATIENCE_S,
    listener: Listener | None = None,
) -> Cosimulation:
    """Play the layers of a network on the RTL of an accelerator and compare cycles and bits with the model.

    ``layers`` are names or globs; without one all are played. Operands are those of the trace; with a ``seed``, and
    where the trace has none, they are random. ``max_cycles`` cuts each layer to what leads it. ``rtl`` is the
    file list of other sources than this project's. ``waves`` is a folder for the waveform of the first job that
    differs, ``work_dir`` one for what the simulator reads and writes, which is otherwise thrown away.
    Errors: InputError; ToolMissingError; CosimulationError if the RTL cannot be run at all. What differs is no error.
    """
    _check_numbers(seed, max_cycles, patience_s)
    sources = OURS if rtl is None else read_file_list(Path(rtl))
    drawn = seed or DEFAULT_SEED
    run = _model(trace if seed is None else without_operands(trace), accelerator)
    chosen = network_layers(run, layers, drawn, max_cycles)
    tasks = [layer.task for layer in chosen if layer.task is not None]
    target = None if waves is None else Path(waves) / _file_name(trace.name)
    with _folder(work_dir) as folder:
        session = _Session(accelerator, sources, folder, drawn, patience_s, listener or Listener())
        plan, checked = session.run(tasks)
        reproduced = session.reproduce(plan, checked, target) if checked.differences else None
    left = iter(checked.outcomes)
    outcomes = tuple(LayerOutcome(layer, None if layer.task is None else next(left)) for layer in chosen)
    return Cosimulation(
        trace, accelerator, outcomes, checked.differences, reproduced, drawn, max_cycles, sources.file_list,
        find_simulation().versions,
    )  # fmt: skip


def _check_numbers(seed: int | None, max_cycles: int | None, patience_s: float) -> None:
    """Refuse numbers that are too small or too large.

    Errors: InputError.
    """
    for name, value, most in (("seed", seed, MAX_SEED), ("max_cycles", max_cycles, None)):
        if value is not None and not 1 <= value <= (most or value):
            raise InputError(problem(name, f"must be 1 to {most}" if most else "must be >= 1", value))
    if patience_s <= 0:
        raise InputError(problem("patience_s", "must be > 0", patience_s))


def _model(trace: Trace, accelerator: Accelerator) -> Run:
    """Return the model's run, with the results of all layers if the trace has what they take."""
    try:
        check_exact(trace)
    except InputError:
        return simulate(trace, accelerator, engine=Engine.CLOSED_FORM)
    return simulate(trace, accelerator, results=True, engine=Engine.CLOSED_FORM)


def _file_name(name: str) -> str:
    """Return a name out of a trace as one that a file may have."""
    return re.sub(r"[^\w.-]", "_", name)


@contextmanager
def _folder(work_dir: str | Path | None) -> Iterator[Path]:
    """Yield a folder to work in."""
    if work_dir is not None:
        yield Path(work_dir).absolute()
        return
    with tempfile.TemporaryDirectory(prefix="xnorsim-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@dataclass(frozen=True)
class _Session:
    """One co-simulation: builds and runs of the same sources."""

    accelerator: Accelerator
    sources: Sources
    folder: Path
    seed: int
    patience_s: float
    listener: Listener

    def run(self, tasks: Sequence[Task]) -> tuple[Plan, Checked]:
        """Play all tasks, telling how long that takes."""
        plan = Plan(tasks, self.accelerator, self.sources)
        jobs = sum(task.work.jobs for task in tasks)
        with self._blaming_sources():
            there = find_build(plan.design)
        self.listener.planned(estimate(jobs, plan.cycles, tasks[0].work.array, there))
        made = self._build(plan.design)
        ends = list(accumulate(task.work.jobs for task in tasks))

        def heard(cycle: int, ended: int) -> None:
            number = sum(end <= ended for end in ends[:-1])
            self.listener.simulating(tasks[number].name, cycle, plan.cycles)

        checked = plan.check(self.folder / "run", seed=self.seed, patience_s=self.patience_s, heard=heard)
        ended = [outcome for outcome in checked.outcomes if outcome.cycles is not None]
        cycles = sum(outcome.cycles.cycles for outcome in ended if outcome.cycles is not None)
        keep_rate(made, cycles, sum(outcome.seconds for outcome in ended))
        return plan, checked

    def _build(self, design: Design) -> Build:
        with self._blaming_sources():
            if find_build(design) is None:
                self.listener.building()
            made = build(design)
        self.listener.built()
        return made

    @contextmanager
    def _blaming_sources(self) -> Iterator[None]:
        """Turn what a tool says of a user's sources into an InputError."""
        try:
            yield
        except BuildError as error:
            if self.sources.file_list is None:
                raise
            raise InputError(f"{self.sources.file_list}: cannot be built: {error.complaint}") from error

    def reproduce(self, plan: Plan, checked: Checked, waves: Path | None) -> Reproduced | None:
        """Look for the smallest job that differs, in the first layer that does, and write its waveform."""
        failing = [number for number, outcome in enumerate(checked.outcomes) if outcome.differences]
        if checked.differences[0].what is What.STANDSTILL:
            # Each try would take as long again, and leave no waveform behind.
            return None
        # A store outside of all results may be any layer's.
        for number in failing[:1] or range(len(plan.tasks)):
            task, differences = plan.tasks[number], checked.outcomes[number].differences
            self.listener.reproducing(task.name)
            job = differences[0].job if differences else 0
            alone = task.work.alone(job)
            smallest = smallest_failing(alone, partial(self._fails, plan, task.name))
            if smallest is not None:
                tasks = [Task(task.name, smallest.work)]
                steps = (smallest.m_steps, smallest.n_tiles)
                written = None if waves is None else self._waves(plan, tasks, waves)
                return Reproduced(task.name, smallest.work.job, steps, written)
            if failing:
                tasks = [*_job_before(plan, number, job), Task(task.name, alone)]
                written = None if waves is None else self._waves(plan, tasks, waves)
                return Reproduced(task.name, alone.job, None, written)
        return None

    def _fails(self, plan: Plan, name: str, work: Work) -> bool:
        """Tell whether work differs when it is played alone, on the build of the plan."""
        probe = Plan([Task(name, work)], self.accelerator, self.sources, plan.memory_words)
        return bool(probe.check(self.folder / "probe", seed=self.seed, patience_s=self.patience_s).differences)

    def _waves(self, plan: Plan, tasks: Sequence[Task], target: Path) -> Path | str:
        """Play tasks on a design that writes waveforms; return the file, or why there is none."""
        form, folder = wave_format(), self.folder / "waves"
        played = Plan(tasks, self.accelerator, self.sources, plan.memory_words)
        design = traced(played.design, form)
        try:
            self._build(design)
            played.check(folder, design=design, seed=self.seed, patience_s=self.patience_s)
        except (CosimulationError, InputError) as error:
            # What was found is worth more than its waveform.
            return f"none: {error}"
        dump, kept = folder / f"dump.{form}", target.with_name(f"{target.name}.{_file_name(tasks[-1].name)}.{form}")
        if not dump.is_file():
            return "none: the simulator left none behind"
        write_whole(kept, dump.read_bytes())
        return kept


def _job_before(plan: Plan, number: int, job: int) -> list[Task]:
    """Return the job that was played before one of a task's, alone; none before the first one of all."""
    if job:
        return [Task(plan.tasks[number].name, plan.tasks[number].work.alone(job - 1))]
    return [Task(task.name, task.work.alone(task.work.jobs - 1)) for task in plan.tasks[max(0, number - 1) : number]]
