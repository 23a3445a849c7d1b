"""The layers of a network: what is played on the RTL, on which operands, and what is model only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from simulator.accelerator import Accelerator, ArrayKind
from simulator.closed_form import job_classes
from simulator.job import Job
from simulator.layer_run import LayerRun
from simulator.layout import operand_row_words, result_row_words
from simulator.limits import check_slots
from simulator.program import JobStep, Step
from simulator.run import Run
from workloads.encodings import Encoding
from workloads.errors import InputError, problem
from workloads.operations import ArrayWork
from workloads.packing import Words, encode, pack_bits, words_of
from workloads.trace import Trace
from xnorsim.cosimulation.check import Task
from xnorsim.cosimulation.leading import shortened
from xnorsim.cosimulation.operands import random_product
from xnorsim.cosimulation.products import Product

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
    if not isinstance(step, JobStep):
        return "vector unit"
    array = accelerator.arrays[step.job.array]
    if array.kind is not ArrayKind.XNOR:
        return f"array {array.name}"
    return "direct feed" if step.job.direct is not None else ""


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
        if reason or not isinstance(layer.step, JobStep):
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
        self._makers: dict[str, tuple[int, Product]] = {}
        self._memory_bytes = 0

    def task(self, step: JobStep, number: int, max_cycles: int | None) -> tuple[Task, bool]:
        """Return the task of a step, and whether it has random operands."""
        work, whole = self._work(step), step.job
        a = None if work.prepare_a else self._known(work.a, whole.count, whole.m, whole.k, whole.encoding_a)
        b = None if work.prepare_b else self._known(work.b, whole.count, whole.n, whole.k, whole.encoding_b)
        thresholds = None if work.thresholds is None else self._run.trace.thresholds.get(work.thresholds)
        missing = a is None or b is None or (whole.thresholds and thresholds is None)
        random = missing or not self._random.isdisjoint((work.a, work.b))
        jobs = max(1 if a is None else len(a) // whole.m, 1 if b is None else len(b) // whole.n)
        job, jobs = self._cut(whole, jobs, max_cycles)
        a, b = (
            part if part is None else part[: jobs * length] if len(part) > length else part[:cut]
            for part, length, cut in ((a, whole.m, job.m), (b, whole.n, job.n))
        )
        if thresholds is not None:
            thresholds = replace(thresholds, sums=thresholds.sums[: job.n], at_most=thresholds.at_most[: job.n])
        check_slots(job, self._run.accelerator)
        self._take_memory(job, jobs)
        rng = np.random.default_rng([self._seed, crc32(step.name.encode())])
        product = random_product(job, self._run.accelerator, rng, a, b, thresholds)
        made_by = self._made_by(step, a, b)
        if job.thresholds and job.n == whole.n:
            self._makers[step.result] = (number, product)
            if random and product.jobs * job.m == whole.count * whole.m:
                self._random.add(work.result)
                self._planes[work.result] = pack_bits(product.expected() != 0)[:, None]
        return Task(step.name, product, made_by), random

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

    def _cut(self, whole: Job, jobs: int, max_cycles: int | None) -> tuple[Job, int]:
        """Return a job and how many of it are played: fewer first, then a shorter one."""
        if max_cycles is None:
            return whole, jobs
        each = job_classes(whole, self._run.accelerator).cycles
        if each > max_cycles:
            return shortened(whole, self._run.accelerator, max_cycles), 1
        return whole, min(jobs, max_cycles // each)

    def _take_memory(self, job: Job, jobs: int) -> None:
        """Refuse more than one run can hold, before it is allocated."""
        accelerator = self._run.accelerator
        array, width = accelerator.arrays[job.array], accelerator.port.width_bits
        row_words = operand_row_words(job.k, array, width)
        planes_a, planes_b = job.planes
        words = (job.m * planes_a + job.n * planes_b) * row_words
        words += job.m * result_row_words(job.n, array, width, thresholds=job.thresholds)
        self._memory_bytes += jobs * words * width // 8
        if self._memory_bytes > MAX_MEMORY_BYTES:
            rule = f"must take at most {MAX_MEMORY_BYTES >> 20} MiB of memory in one run: use --layers or --max-cycles"
            raise InputError(problem(f"layer {job.name}: the layers up to it", rule, self._memory_bytes >> 20))

    def _made_by(self, step: JobStep, a: Words | None, b: Words | None) -> dict[str, int]:
        """Return the operands that lie where an earlier task leaves them, whole."""
        made_by = {}
        for role, buffer, known in (("a", step.a, a), ("b", step.b, b)):
            number, maker = self._makers.get(buffer, (0, None))
            if maker is not None and known is not None and len(known) <= maker.jobs * maker.job.m:
                made_by[role] = number
        return made_by
