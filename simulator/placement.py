"""Placement: which array runs an operation, and as what job."""

from simulator.accelerator import Accelerator
from simulator.job import Job, Product, check_job
from workloads.encodings import Digit, Encoding
from workloads.errors import InputError
from workloads.operations import MatrixProduct, Operation


def place(operation: Operation, accelerator: Accelerator) -> Job:
    """Return the job of an operation.

    Errors: InputError if the operation is not simulated, no array holds its encodings, or the job breaks a limit of the
    hardware.
    """
    if not isinstance(operation, MatrixProduct) or operation.bias is not None:
        what = "a bias" if isinstance(operation, MatrixProduct) else operation.kind
        raise InputError(f"layer {operation.name}: {what} is not simulated yet; `xnorsim account` counts it")
    product = _product(operation.encoding_a, operation.encoding_b)
    if product is None:
        raise InputError(
            f"layer {operation.name}: no array of {accelerator.name} can hold {operation.encoding_a.name} x "
            f"{operation.encoding_b.name}; an xnor array takes bipolar x bipolar or unipolar x unipolar"
        )
    array = next(iter(accelerator.arrays.values()))
    job = Job(
        name=operation.name,
        array=array.name,
        count=operation.count,
        m=operation.m,
        k=operation.k,
        n=operation.n,
        product=product,
        thresholds=operation.thresholds is not None,
    )
    check_job(job, array.accumulator_bits)
    return job


def _product(a: Encoding, b: Encoding) -> Product | None:
    if not (a.is_binary and b.is_binary) or a.planes != b.planes:
        return None
    return Product.XNOR if a.planes[0].digit is Digit.BIPOLAR else Product.AND
