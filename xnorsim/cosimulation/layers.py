"""The layers of a network: what is played on the RTL, on which operands, and what is model only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from simulator.accelerator import Accelerator, ArrayKind
from simulator.job import BIPOLAR, Job
from simulator.layer_run import LayerRun
from simulator.layout import ceil_div, operand_row_words, result_row_words, row_k_words, slot_bits
from simulator.limits import check_slots
from simulator.pool import PoolJob
from simulator.pool_counts import pixel_words
from simulator.program import JobStep, PoolStep, Step, VectorStep
from simulator.run import Run
from workloads.encodings import Encoding
from workloads.errors import InputError, problem
from workloads.operations import ArrayWork
from workloads.packing import Words, encode, pack_bits, words_of
from workloads.trace import Trace
from xnorsim.cosimulation.leading import JobT, model_cycles, shortened
from xnorsim.cosimulation.memory import operand_rows, result_size
from xnorsim.cosimulation.operands import random_pool, random_product
from xnorsim.cosimulation.tasks import Task, Work

MAX_MEMORY_BYTES = 256 << 20
"""What the memory of one run may hold: it goes to the simulator as a text of twice the size."""


@dataclass(frozen=True)
class Layer:
    """A step of a network: played as a task, or model only for a reason.

    ``run`` is the model's of the whole step. ``random`` tells whether the operands come from no trace.
    """

    run: LayerRun
    task: Task | None = None
    random: bool = False
    model_only: str = ""

    @property
    def name(self) -> str:
        """Return the step's name."""
        return self.run.name


def without_operands(trace: Trace) -> Trace:
    """Return a trace as it was without its operands."""
    tensors = {name: replace(tensor, packed=None) for name, tensor in trace.tensors.items()}
    return replace(trace, tensors=tensors, thresholds={}, labels=None)


def model_only(step: Step, accelerator: Accelerator) -> str:
    """Return what a step runs on that has no RTL; nothing if it has."""
    if isinstance(step, VectorStep):
        return "vector unit"
    array = accelerator.arrays[step.job.array]
    if array.kind is ArrayKind.XNOR:
        return ""
    return f"array {array.name}" if isinstance(step, JobStep) else f"OR-pool on maps of array {array.name}"


def chosen(run: Run, patterns: Sequence[str]) -> list[LayerRun]:
    """Return the steps that a pattern names, by their own name or by their layer's; all if there is no pattern.

    Errors: InputError for a pattern that names none, or if no step that is chosen has RTL.
    """
    for pattern in patterns:
        if not any(_named(layer, pattern) for layer in run.layer_runs):
            names = ", ".join(dict.fromkeys(layer.name for layer in run.layer_runs))
            raise InputError(problem("--layers", f"must name a layer of {run.trace.name} ({names})", pattern))
    layers = [layer for layer in run.layer_runs if not patterns or any(_named(layer, text) for text in patterns)]
    reasons = [model_only(layer.step, run.accelerator) for layer in layers]
    if all(reasons):
        units = ", ".join(dict.fromkeys(reasons))
        raise InputError(
            f"{run.trace.name}: no layer runs on RTL on {run.accelerator.name}: all are model only ({units}); "
            "the RTL is that of an array of kind xnor"
        )
    return layers


def _named(layer: LayerRun, pattern: str) -> bool:
    return any(fnmatchcase(name, pattern) for name in (layer.name, layer.layer))


def network_layers(run: Run, patterns: Sequence[str], seed: int, max_cycles: int | None) -> list[Layer]:
    """Return the chosen layers of a network in order, with their tasks.

    A layer's A lies where the layer before left it, if both are played whole; so a network goes from memory to memory.
    Errors: InputError as ``chosen``'s; for a job that is too long for the engine, or operands too large for one run.
    """
    operands = _Operands(run, seed)
    layers: list[Layer] = []
    tasks = 0
    for layer in chosen(run, patterns):
        reason = model_only(layer.step, run.accelerator)
        if reason or isinstance(layer.step, VectorStep):
            layers.append(Layer(layer, model_only=reason))
            continue
        task, random = operands.task(layer.step, tasks, max_cycles)
        layers.append(Layer(layer, task, random))
        tasks += 1
    return layers


class _Operands:
    """What is known of the tensors of a trace, and where the tasks so far leave their results."""

    def __init__(self, run: Run, seed: int) -> None:
        self._run = run
        self._seed = seed
        self._planes = {name: t.packed for name, t in run.trace.tensors.items() if t.packed is not None}
        self._sums: dict[str, NDArray[np.int64]] = {}
        for name, values in (run.results or {}).items():
            if values.dtype == np.uint64:
                self._planes[name] = values.astype(np.uint64)[:, None]
            else:
                self._sums[name] = values.astype(np.int64)
        self._random: set[str] = set()
        self._makers: dict[str, tuple[int, Work]] = {}
        self._memory_bytes = 0

    def task(self, step: JobStep | PoolStep, number: int, max_cycles: int | None) -> tuple[Task, bool]:
        """Return the task of a step, and whether it has random operands."""
        if isinstance(step, PoolStep):
            task, random = self._pooled(step, max_cycles)
        else:
            task, random = self._product(step, max_cycles)
        self._leave(step, number, task.work, random)
        return task, random

    def _product(self, step: JobStep, max_cycles: int | None) -> tuple[Task, bool]:
        work, whole = self._work(step), step.job
        (rows_a, rows_b), (_, elements) = operand_rows(whole), whole.taps
        lowered = work.prepare_a is not None and whole.direct is None
        a = None if lowered else self._known(work.a, whole.count, rows_a, elements, whole.encoding_a)
        b = None if work.prepare_b else self._known(work.b, whole.count, rows_b, whole.k, whole.encoding_b)
        thresholds = None if work.thresholds is None else self._run.trace.thresholds.get(work.thresholds)
        missing = a is None or b is None or (whole.thresholds and thresholds is None)
        random = missing or not self._random.isdisjoint((work.a, work.b))
        jobs = max(1 if part is None else len(part) // rows for part, rows in ((a, rows_a), (b, rows_b)))
        job, jobs = self._cut(whole, jobs, max_cycles)
        # Of a job that is cut there is one.
        rows_a, rows_b = operand_rows(job)
        a, b = None if a is None else a[: jobs * rows_a], None if b is None else b[: jobs * rows_b]
        if thresholds is not None:
            thresholds = replace(thresholds, sums=thresholds.sums[: job.n], at_most=thresholds.at_most[: job.n])
        # An operand that is drawn is the same in all jobs.
        self._take_memory(job, jobs, rows_a if a is None else len(a), rows_b if b is None else len(b))
        product = random_product(job, self._run.accelerator, self._rng(step), a, b, thresholds)
        return Task(step.name, product, self._made_by(a=(step.a, a), b=(step.b, b))), random

    def _pooled(self, step: PoolStep, max_cycles: int | None) -> tuple[Task, bool]:
        whole, pixels = step.job, step.job.window.pixels
        a = self._known(step.a, whole.count, pixels, whole.channels, BIPOLAR)
        job, jobs = self._cut(whole, 1 if a is None else len(a) // pixels, max_cycles)
        a = None if a is None else a[: jobs * job.window.pixels]
        self._take_memory(job, jobs, jobs * job.window.pixels, 0)
        pooled = random_pool(job, self._run.accelerator, self._rng(step), a)
        return Task(step.name, pooled, self._made_by(a=(step.a, a))), a is None or step.a in self._random

    def _rng(self, step: JobStep | PoolStep) -> np.random.Generator:
        """Return a generator of the step's own, whatever else is played."""
        return np.random.default_rng([self._seed, crc32(step.name.encode())])

    def _work(self, step: JobStep) -> ArrayWork:
        """Return what a step does, as its operation describes it."""
        operation = next(o for o in self._run.trace.operations if o.name == step.layer)
        works = [work for work in operation.work if isinstance(work, ArrayWork)]
        return next(work for work in works if step.name in (operation.name, f"{operation.name}.{work.step}"))

    def _known(self, name: str, count: int, rows: int, k: int, code: Encoding) -> Words | None:
        """Return the operand of the jobs of a step; None if it is not known, or does not lie as rows of k elements."""
        words = self._planes.get(name)
        if words is None and name in self._sums:
            words = encode(self._sums[name], code)
        if words is None or words.shape[1:] != (len(code.planes), words_of(k)):
            return None
        return words if len(words) in (rows, count * rows) else None

    def _cut(self, whole: JobT, jobs: int, max_cycles: int | None) -> tuple[JobT, int]:
        """Return a job and how many of it are played: fewer first, then a shorter one."""
        if max_cycles is None:
            return whole, jobs
        each = model_cycles(whole, self._run.accelerator)
        if each > max_cycles:
            return shortened(whole, self._run.accelerator, max_cycles), 1
        return whole, min(jobs, max_cycles // each)

    def _take_memory(self, job: Job | PoolJob, jobs: int, rows_a: int, rows_b: int) -> None:
        """Refuse more than one run can hold, or too long a job for the engine, before anything is allocated.

        Units: ``rows_a`` and ``rows_b`` are the rows of all jobs, which may share them.
        """
        accelerator = self._run.accelerator
        check_slots(job, accelerator)
        array, width = accelerator.arrays[job.array], accelerator.port.width_bits
        if isinstance(job, PoolJob):
            words = (rows_a + jobs * job.window.positions) * pixel_words(job, accelerator)
        else:
            planes_a, planes_b = job.planes
            words = rows_a * planes_a * operand_row_words(job.taps[1], array, width)
            words += rows_b * planes_b * ceil_div(row_k_words(job, array) * slot_bits(array), width)
            words += jobs * job.m * result_row_words(job.n, array, width, thresholds=job.thresholds)
        self._memory_bytes += words * width // 8
        if self._memory_bytes > MAX_MEMORY_BYTES:
            rule = f"must take at most {MAX_MEMORY_BYTES >> 20} MiB of memory in one run: use --layers or --max-cycles"
            raise InputError(problem(f"layer {job.name}: the layers up to it", rule, self._memory_bytes >> 20))

    def _made_by(self, **operands: tuple[str, Words | None]) -> dict[str, int]:
        """Return the operands that lie where an earlier task leaves them, whole, by role."""
        made_by = {}
        for role, (buffer, known) in operands.items():
            number, maker = self._makers.get(buffer, (0, None))
            if maker is not None and known is not None and len(known) <= maker.jobs * maker.rows:
                made_by[role] = number
        return made_by

    def _leave(self, step: JobStep | PoolStep, number: int, work: Work, random: bool) -> None:
        """Take down where a task leaves bits of all channels, and what they are if no trace tells."""
        rows, channels = result_size(step.job)
        if not work.writes_bits or result_size(work.job)[1] < channels:
            return
        self._makers[step.result] = (number, work)
        if random and work.rows == rows:
            self._random.add(step.result)
            self._planes[step.result] = pack_bits(work.expected() != 0)[:, None]
