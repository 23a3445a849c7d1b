"""Casts: a workload with one encoding in the place of another, on request and recorded."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from workloads.encodings import Encoding, encoding
from workloads.errors import InputError, problem
from workloads.operations import ArrayWork, Operation
from workloads.trace import Trace

_ALIASES = {"float16": "fp16", "float32": "fp32"}
_RULE = "must be FROM=TO: fp32 or fp16 to fp16 or to int2 ... int8"


@dataclass(frozen=True)
class Cast:
    """Every tensor of one encoding becomes one of another, but for constants that no product takes (biases).

    To integers the scheme is symmetric: one scale for a tensor, its largest magnitude over the largest integer; the
    zero point is 0. Sums stay exact integers; behind each product the vector unit brings them to the result's scale.
    """

    source: Encoding
    target: Encoding

    @property
    def name(self) -> str:
        """Return the cast as the option has it."""
        return f"{self.source.name}={self.target.name}"

    @property
    def scheme(self) -> str:
        """Return how an element is converted."""
        if self.target.is_float:
            return "rounded to the nearest"
        return f"symmetric, one scale a tensor: largest magnitude / {self.target.maximum}, zero point 0"


def parse_cast(text: str) -> Cast:
    """Return the cast of an option's text, FROM=TO.

    Errors: InputError if the text is no cast, or one that is not from a float to a smaller encoding.
    """
    source, _, target = text.partition("=")
    try:
        cast = Cast(*(encoding(_ALIASES.get(name, name)) for name in (source, target)))
    except InputError:
        raise InputError(problem("--cast", _RULE, text)) from None
    if not cast.source.is_float or cast.source == cast.target or not _is_target(cast.source, cast.target):
        raise InputError(problem("--cast", _RULE, text))
    return cast


def _is_target(source: Encoding, target: Encoding) -> bool:
    if target.is_float:
        return target.bits < source.bits
    return target.name.startswith("int") and target.bits <= 8


def cast_trace(trace: Trace, casts: Sequence[Cast]) -> Trace:
    """Return the trace with every tensor and operation of a cast's source in its target.

    Errors: InputError if the trace has no tensor of a cast's source, so that the cast would change nothing.
    """
    kept = _constants_of_lanes(trace)
    for cast in casts:
        if all(tensor.encoding != cast.source or name in kept for name, tensor in trace.tensors.items()):
            raise InputError(f"--cast {cast.name}: {trace.name} has no {cast.source.name} tensor")
        tensors = {
            name: replace(tensor, encoding=cast.target)
            if tensor.encoding == cast.source and name not in kept
            else tensor
            for name, tensor in trace.tensors.items()
        }
        operations = tuple(_cast_operation(operation, cast) for operation in trace.operations)
        description = f"{trace.description}, cast {cast.name}"
        trace = replace(trace, tensors=tensors, operations=operations, description=description)
    return trace


def _constants_of_lanes(trace: Trace) -> set[str]:
    """Return the constants that no product takes: biases, factors of norms, means. Lanes compute in floats anyway."""
    constants = {name for operation in trace.operations for name in operation.constants}
    products = [work for operation in trace.operations for work in operation.work if isinstance(work, ArrayWork)]
    return constants - {name for work in products for name in (work.a, work.b)}


def _cast_operation(operation: Operation, cast: Cast) -> Operation:
    """Replace every encoding among an operation's fields; all operations are dataclasses."""
    described: Any = operation
    changed = {field.name: cast.target for field in fields(described) if getattr(described, field.name) == cast.source}
    result: Operation = replace(described, **changed)
    return result
