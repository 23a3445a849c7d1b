"""Placement: which array runs a product, and as what job."""

from simulator.accelerator import Accelerator, Array, ArrayKind, Dataflow
from simulator.job import MAX_PLANES, DirectFeed, Job, check_job
from workloads.encodings import Digit, Encoding, encoding, worst_product
from workloads.errors import InputError, problem
from workloads.operations import ArrayWork, Feed


def place(work: ArrayWork, name: str, accelerator: Accelerator) -> Job:
    """Return the job of a product; ``name`` is the layer's, for messages and tables.

    Two operands of one plane go to an XNOR array; all others to the first array of multiply-accumulators that holds
    both encodings without loss (integers in floats: their sums too), or else bit by bit to an XNOR array if both are
    integers.

    Errors: InputError if no array can hold the encodings, or the job breaks a limit of the hardware.
    """
    array = _array(work, accelerator)
    if array is None:
        raise InputError(_nowhere(work, name, accelerator))
    job = Job(
        name=name,
        array=array.name,
        count=work.count,
        m=work.m,
        k=work.k,
        n=work.n,
        encoding_a=work.encoding_a,
        encoding_b=work.encoding_b,
        bit_serial=array.kind is ArrayKind.XNOR,
        thresholds=work.thresholds is not None,
        direct=_direct(work, name, array),
    )
    check_runs(job, accelerator)
    return job


def check_runs(job: Job, accelerator: Accelerator) -> None:
    """Refuse a job that its array cannot run.

    Errors: InputError with the layer or the scratchpad, the rule and the value.
    """
    array = accelerator.arrays[job.array]
    check_job(job, array.accumulator_bits)
    if job.thresholds and array.dataflow is Dataflow.INPUT_STATIONARY:
        rule = f"must not be on {array.name}, which is input stationary: its results are transposed accumulators"
        raise InputError(problem(f"layer {job.name}: thresholds", rule))
    _check_scratchpads(job, array, accelerator)


def _direct(work: ArrayWork, name: str, array: Array) -> DirectFeed | None:
    """Return how an array fetches a convolution's map by itself; None where it is lowered.

    Where the work leaves it open, a map is fed directly if its pixels fill at least a k word, or if it must be: digits
    of -1 and +1 have no zero that a lowered row could have at the border. What stays in the PEs of an input-stationary
    array is no map that a window moves over.

    Errors: InputError if a map that must be fed directly cannot be, or is not to be.
    """
    if work.window is None:
        return None
    signs = any(plane.digit is Digit.BIPOLAR for plane in work.encoding_a.planes)
    must = array.kind is ArrayKind.XNOR and signs and any(work.window.padding)
    can = array.dataflow is not Dataflow.INPUT_STATIONARY
    channels = work.k // work.window.taps
    direct = must or channels >= array.lanes if work.feed is None else work.feed is Feed.DIRECT
    if must and not (can and direct):
        rule = f"must be direct, as {work.encoding_a.name} has no zero for the border"
        what = Feed.HOST.value if can else f"input stationary, as {array.name} is"
        raise InputError(problem(f"layer {name}: feed", rule, what))
    return DirectFeed(work.window, channels) if can and direct else None


def _array(work: ArrayWork, accelerator: Accelerator) -> Array | None:
    a, b = work.encoding_a, work.encoding_b
    arrays = accelerator.arrays.values()
    xnor = next((array for array in arrays if array.kind is ArrayKind.XNOR), None)
    if xnor is not None and a.is_binary and b.is_binary:
        return xnor
    mac = next((array for array in arrays if _holds(array, a, b, work.k)), None)
    if mac is not None or xnor is None or a.is_float or b.is_float:
        return mac
    return xnor if max(len(a.planes), len(b.planes)) <= MAX_PLANES else None


def _holds(array: Array, a: Encoding, b: Encoding, k: int) -> bool:
    """Tell whether a multiply-accumulator takes both operands without loss; of integers the sums too, in a float."""
    element = array.element
    if element is None or not (element.holds(a) and element.holds(b)):
        return False
    if a.is_float or b.is_float or not element.is_float:
        return True
    return encoding(f"fp{array.accumulator_bits}").counts_to(k * worst_product(a, b))


def _nowhere(work: ArrayWork, name: str, accelerator: Accelerator) -> str:
    a, b = work.encoding_a, work.encoding_b
    arrays = ", ".join(
        f"{array.name} ({array.kind.value if array.element is None else array.element.name})"
        for array in accelerator.arrays.values()
    )
    text = f"layer {name}: no array of {accelerator.name} holds {a.name} x {b.name}; it has {arrays}"
    floats = {code.name for code in (a, b) if code.is_float}
    if not floats:
        return text + _sums_too_large(work, accelerator)
    # Every other array takes int8: at once, or bit by bit.
    if "fp32" in floats and any(array.element == encoding("fp16") for array in accelerator.arrays.values()):
        return f"{text}: --cast fp32=fp16 would make smaller floats of it"
    return f"{text}: --cast {max(floats)}=int8 would make integers of it"


def _sums_too_large(work: ArrayWork, accelerator: Accelerator) -> str:
    """Return which array of floats takes both integers, but cannot count to their sums."""
    a, b = work.encoding_a, work.encoding_b
    for array in accelerator.arrays.values():
        if array.element is not None and array.element.holds(a) and array.element.holds(b):
            return f"; {array.name} holds both, but not their sums, up to {work.k * worst_product(a, b)}, exactly"
    return ""


def _check_scratchpads(job: Job, array: Array, accelerator: Accelerator) -> None:
    """Refuse a job of which a half does not hold the least: a k word of every row or column, or a fold of weights."""
    planes_a, planes_b = job.exchanged.planes if array.dataflow is Dataflow.INPUT_STATIONARY else job.planes
    fold = 1 if array.dataflow is Dataflow.OUTPUT_STATIONARY else array.rows
    sides = (
        ("a", accelerator.scratchpad_a_bits, array.rows, planes_a),
        ("b", accelerator.scratchpad_b_bits, array.cols * fold, planes_b),
    )
    for side, capacity_bits, words, planes in sides:
        least_bits = 2 * words * array.word_bits * planes
        if capacity_bits < least_bits:
            rule = f"must have >= {least_bits} bits for the {planes} planes of {job.name}"
            raise InputError(problem(f"{accelerator.name}: scratchpads.{side}", rule))
