"""The program of a trace: its steps in order, and the buffers behind the port that they read and write.

docs/networks.md has the rules: what form a buffer is in, and when it has to be laid out again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from simulator.accelerator import Accelerator, Array
from simulator.forms import Form, element_form, operand_form
from simulator.job import Job
from simulator.layout import ceil_div, power_of_two_above, result_row_words, threshold_words
from simulator.placement import place
from simulator.pool import PoolJob
from workloads.errors import InputError, problem
from workloads.operations import ArrayWork, Operation, Value, VectorFunction, VectorWork
from workloads.trace import Trace


class Origin(Enum):
    """Where a buffer's words come from."""

    CONSTANT = "constant"
    INPUT = "input"
    STEP = "step"


@dataclass(frozen=True)
class Buffer:
    """Words behind the port under one name.

    Units: ``words`` are port words; they hold ``elements``.
    """

    name: str
    words: int
    origin: Origin
    elements: int


@dataclass(frozen=True)
class JobStep:
    """Equal jobs on an array; the buffers that they read and the one that they write."""

    layer: str
    operation: str
    job: Job
    a: str
    b: str
    thresholds: str | None
    result: str

    @property
    def name(self) -> str:
        """Return the step's name."""
        return self.job.name


@dataclass(frozen=True)
class VectorStep:
    """A function on the vector unit; ``reads`` and ``writes`` are buffers with the port words moved of each.

    It runs ``times`` over, once before each of the jobs whose operands it lays out; other numbers are of all of that.
    """

    layer: str
    operation: str
    name: str
    function: VectorFunction
    elements: int
    groups: int
    reads: tuple[tuple[str, int], ...]
    writes: tuple[tuple[str, int], ...]
    times: int = 1


@dataclass(frozen=True)
class PoolStep:
    """Equal jobs on the OR-pool; the buffers that they read and write."""

    layer: str
    operation: str
    job: PoolJob
    a: str
    result: str

    @property
    def name(self) -> str:
        """Return the step's name."""
        return self.job.name


Step = JobStep | PoolStep | VectorStep


@dataclass(frozen=True)
class Program:
    """Steps in the order in which they run, one after the other."""

    steps: tuple[Step, ...]
    buffers: Mapping[str, Buffer]

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Return the jobs of arrays in order."""
        return tuple(step.job for step in self.steps if isinstance(step, JobStep))


def program(trace: Trace, accelerator: Accelerator) -> Program:
    """Return what an accelerator does for a trace.

    Errors: InputError if a product cannot be placed, there is no vector unit for a step that needs one, or thresholds
    have the name of a tensor.
    """
    twice = next((name for name in trace.threshold_channels if name in trace.tensors), None)
    if twice is not None:
        raise InputError(problem(f"{trace.name}: thresholds", "must not have the name of a tensor", twice))
    builder = _Builder(trace, accelerator)
    for operation in trace.operations:
        builder.add(operation)
    return Program(tuple(builder.steps), builder.buffers)


class _Builder:
    """Steps and buffers so far."""

    def __init__(self, trace: Trace, accelerator: Accelerator) -> None:
        self._trace = trace
        self._accelerator = accelerator
        self._port_bits = accelerator.port.width_bits
        self._constants = {name for operation in trace.operations for name in operation.constants}
        self._forms: dict[str, Form] = {}
        self.steps: list[Step] = []
        self.buffers: dict[str, Buffer] = {}

    def add(self, operation: Operation) -> None:
        single = len(operation.work) == 1
        for work in operation.work:
            name = operation.name if single else f"{operation.name}.{work.step}"
            if isinstance(work, ArrayWork):
                self._job(operation, work, name)
            elif (array := self._pool_array(work)) is not None:
                self._pool(operation, work, name, array)
            else:
                self._function(operation, work, name)

    # Jobs

    def _job(self, operation: Operation, work: ArrayWork, name: str) -> None:
        job = place(work, name, self._accelerator)
        array = self._accelerator.arrays[job.array]
        a, b = self._operand_a(operation, work, job), self._operand_b(operation, work, job)
        if work.thresholds is not None:
            words = threshold_words(job.n, array, self._port_bits)
            self.buffers.setdefault(work.thresholds, Buffer(work.thresholds, words, Origin.CONSTANT, job.n))
        # The rows of a tensor of the trace are those that the trace says, however often the job runs.
        known = self._trace.tensors.get(work.result)
        rows = job.count * job.m if known is None else max(known.rows, job.m)
        row_words = result_row_words(job.n, array, self._port_bits, thresholds=job.thresholds)
        self.buffers[work.result] = Buffer(work.result, rows * row_words, Origin.STEP, rows * job.n)
        sums = Form(power_of_two_above(array.accumulator_bits))
        self._forms[work.result] = operand_form(array, 1, self._port_bits) if job.thresholds else sums
        self.steps.append(JobStep(operation.name, operation.kind, job, a, b, work.thresholds, work.result))

    def _operand_a(self, operation: Operation, work: ArrayWork, job: Job) -> str:
        form = operand_form(self._accelerator.arrays[job.array], job.planes[0], self._port_bits)
        preparation, shape = work.prepare_a, (work.m, work.k, work.count)
        if job.direct is not None:
            # The map as it is: a row for each pixel.
            height, width = job.direct.window.size
            preparation, shape = None, (height * width, job.direct.channels, work.count)
        return self._operand(operation, f"{job.name}.a", work.a, preparation, shape, form)

    def _operand_b(self, operation: Operation, work: ArrayWork, job: Job) -> str:
        form = operand_form(self._accelerator.arrays[job.array], job.planes[1], self._port_bits)
        if work.dynamic:
            shape = (work.n, work.k, work.count)
            return self._operand(operation, f"{job.name}.b", work.b, work.prepare_b, shape, form)
        # Constants are laid out before anything runs, once for every array that takes them in a form of its own.
        name = work.b if self._forms.get(work.b, form) == form else self._own(f"{job.name}.b")
        known = self._trace.tensors.get(work.b)
        rows = work.n if known is None else known.rows
        # Every tap fills up its last k word (of a job without taps the form does).
        taps, elements = job.taps
        lanes = self._accelerator.arrays[job.array].lanes
        k = work.k if taps == 1 else taps * ceil_div(elements, lanes) * lanes
        self._enter(name, rows, k, form, Origin.CONSTANT)
        return name

    def _enter(self, name: str, rows: int, elements: int, form: Form, origin: Origin) -> Buffer:
        """Enter a buffer of rows in a form, if it is not there yet."""
        self._forms[name] = form
        words = rows * form.row_words(elements, self._port_bits)
        return self.buffers.setdefault(name, Buffer(name, words, origin, rows * elements))

    def _own(self, name: str) -> str:
        """Return a name for a buffer that is no tensor of the trace."""
        return self._own(f"{name}'") if name in self._trace.tensors else name

    def _operand(
        self, operation: Operation, name: str, source: str, preparation: VectorFunction | None,
        shape: tuple[int, int, int], form: Form,
    ) -> str:  # fmt: skip
        """Return the buffer of an operand that is made at run time: the source, or a copy in the array's form."""
        if source not in self.buffers:
            self._input(source, form if preparation is None else None)
        if preparation is None and self._forms[source] == form:
            return source
        name = self._own(name)
        self._copy(operation, name, source, preparation or VectorFunction.RELAYOUT, shape, form)
        return name

    def _copy(
        self, operation: Operation, name: str, source: str, function: VectorFunction, shape: tuple[int, int, int],
        form: Form,
    ) -> None:  # fmt: skip
        """Add the step that copies an operand; the copy of one job is used up before that of the next is made.

        An element costs its share of the words that it lies in, the ends of rows included, each time that it is read.
        """
        rows, k, count = shape
        old = self.buffers[source]
        if function is VectorFunction.RELAYOUT:
            # Equal jobs on one and the same operand need one copy.
            count = max(1, min(count, old.elements // (rows * k)))
        elements = rows * k * count
        read = count * ceil_div(rows * k * old.words, old.elements)
        self._need_vector_unit(name, function.value)
        made = self._enter(name, rows, k, form, Origin.STEP)
        reads, writes = ((source, read),), ((name, count * made.words),)
        self.steps.append(VectorStep(operation.name, operation.kind, name, function, elements, 0, reads, writes, count))

    def _input(self, name: str, form: Form | None) -> None:
        """Enter a tensor that no step makes; the host writes an input in the form that its first reader takes."""
        tensor = self._trace.tensors[name]
        origin = Origin.CONSTANT if name in self._constants else Origin.INPUT
        self._enter(name, tensor.rows, tensor.elements, form or element_form(tensor.encoding), origin)

    # The OR-pool

    def _pool_array(self, work: VectorWork) -> Array | None:
        """Return the first array in whose form a map of bits lies that the OR-pool takes; None if there is none.

        The host writes a map that is an input in the form of the first array.
        """
        if not self._accelerator.or_pool or not _pools_bits(work):
            return None
        form = self._forms.get(work.reads[0])
        arrays = self._accelerator.arrays.values()
        return next((array for array in arrays if form in (None, operand_form(array, 1, self._port_bits))), None)

    def _pool(self, operation: Operation, work: VectorWork, name: str, array: Array) -> None:
        window, value, (source,) = work.window, work.result, work.reads
        assert window is not None
        assert value is not None
        form = operand_form(array, 1, self._port_bits)
        if source not in self.buffers:
            self._input(source, form)
        job = PoolJob(name, array.name, value.rows // window.positions, window, value.elements)
        self._enter(value.name, value.rows, value.elements, form, Origin.STEP)
        self.steps.append(PoolStep(operation.name, operation.kind, job, source, value.name))

    # Functions of the vector unit

    def _function(self, operation: Operation, work: VectorWork, name: str) -> None:
        self._need_vector_unit(name, work.function.value, " or or_pool = true" if _pools_bits(work) else "")
        for source in work.reads:
            if source not in self.buffers:
                self._input(source, None)
        reads = tuple((source, self.buffers[source].words) for source in work.reads)
        writes = () if work.result is None else (self._value(work.result),)
        self.steps.append(
            VectorStep(operation.name, operation.kind, name, work.function, work.elements, work.groups, reads, writes)
        )

    def _value(self, value: Value) -> tuple[str, int]:
        made = self._enter(value.name, value.rows, value.elements, element_form(value.encoding), Origin.STEP)
        return made.name, made.words

    def _need_vector_unit(self, name: str, function: str, instead: str = "") -> None:
        if self._accelerator.vector_unit is None:
            raise InputError(
                f"layer {name}: {self._accelerator.name} has no vector unit, which {function} needs "
                f"([vector_unit]{instead} in an accelerator file)"
            )


def _pools_bits(work: VectorWork) -> bool:
    """Tell whether a function is the maximum of bits under a window."""
    binary = work.result is not None and work.result.encoding.is_binary
    return work.function is VectorFunction.MAXIMUM and work.window is not None and binary
