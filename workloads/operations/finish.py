"""What follows a product on the vector unit: a bias, and the change from sums to the result's encoding."""

from dataclasses import replace

from workloads.encodings import Encoding, encoding
from workloads.operations.work import Value, VectorFunction, VectorWork


def sums_name(operation: str, step: str = "sums") -> str:
    """Return the name of a tensor that stays inside an operation."""
    return f"{operation}.{step}"


def conversion(result: Encoding | None, operands: tuple[Encoding, Encoding]) -> VectorFunction | None:
    """Return what makes elements of the result's encoding out of sums; None where the sums are that already."""
    if result is None:
        return None
    if not result.is_float:
        return VectorFunction.REQUANTIZE
    sums_are_integers = not any(operand.is_float for operand in operands)
    return VectorFunction.CONVERT if sums_are_integers else None


def written(work: VectorWork) -> tuple[VectorWork, ...]:
    """Return a function's step, and behind it the one that makes integers of its result if that is what it is.

    Lanes compute in floats: only a sign, a maximum, which is one of its elements, or the change to integers itself ends
    in integers.
    """
    result = work.result
    if result is None or result.encoding.is_float or result.encoding.is_binary:
        return (work,)
    if work.function in (VectorFunction.MAXIMUM, VectorFunction.REQUANTIZE):
        return (work,)
    elements, step = result.rows * result.elements, f"{work.step}_requantize"
    return replace(work, result=None), VectorWork(step, VectorFunction.REQUANTIZE, elements, (), result)


def finished(
    operation: str, result: str, rows: int, elements: int, bias: str | None, code: Encoding | None,
    operands: tuple[Encoding, Encoding], *, merged: bool = False,
) -> tuple[VectorWork, ...]:  # fmt: skip
    """Return the steps behind a product: none where its sums are the result.

    ``merged`` results of several products are put side by side first. Between the steps the elements stay in the vector
    unit: the first one reads the sums, the last one writes the result.
    """
    change = conversion(code, operands)
    steps: list[tuple[str, VectorFunction, tuple[str, ...]]] = []
    if merged:
        steps.append(("merge", VectorFunction.RELAYOUT, ()))
    if bias is not None:
        steps.append(("bias", VectorFunction.ADD, (bias,)))
    if change is not None:
        steps.append((change.value, change, ()))
    # Without an encoding of its own a result is as wide as the sums.
    value, last = Value(result, rows, elements, code or _sums(operands)), len(steps) - 1
    return tuple(
        VectorWork(
            step,
            function,
            rows * elements,
            reads if number else (sums_name(operation), *reads),
            value if number == last else None,
        )
        for number, (step, function, reads) in enumerate(steps)
    )


def _sums(operands: tuple[Encoding, Encoding]) -> Encoding:
    return encoding("fp32") if any(operand.is_float for operand in operands) else encoding("int32")
