"""The manifest of a trace, trace.json: its entries, and whether they fit together."""

from typing import Annotated, Literal

from pydantic import Field

from workloads.encodings import encoding
from workloads.errors import InputError, problem
from workloads.model_file import FileModel
from workloads.operations import MatrixProduct
from workloads.trace import MAX_SIZE

Size = Annotated[int, Field(ge=1, le=MAX_SIZE)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class TensorModel(FileModel):
    """A tensor's entry; ``data`` names its .npy file."""

    rows: Size
    elements: Size
    encoding: Name
    data: Name | None = None


class ThresholdsModel(FileModel):
    """An entry of thresholds: int64 [channels, 2], the threshold and 1 where the bit is sum <= threshold."""

    channels: Size
    data: Name | None = None


class OperationModel(FileModel):
    """A matrix product; m, k and n follow from its tensors."""

    type: Literal["matrix_product"]
    name: Name
    a: Name
    b: Name
    result: Name
    thresholds: Name | None = None
    count: Annotated[int, Field(ge=1, le=MAX_SIZE)] = 1


class LabelsModel(FileModel):
    """The true class of each row of a result."""

    tensor: Name
    data: Name


class TraceModel(FileModel):
    """trace.json."""

    schema_version: Literal[1]
    name: Name
    description: str = ""
    sources: list[str] = []
    tensors: dict[Name, TensorModel]
    thresholds: dict[Name, ThresholdsModel] = {}
    operations: Annotated[list[OperationModel], Field(min_length=1)]
    labels: LabelsModel | None = None


def operation_of(entry: OperationModel, model: TraceModel) -> MatrixProduct:
    """Return the operation of an entry, with the sizes of its tensors."""
    a, b = model.tensors[entry.a], model.tensors[entry.b]
    return MatrixProduct(
        entry.name, a.rows, a.elements, b.rows, entry.a, entry.b, entry.result,
        encoding(a.encoding), encoding(b.encoding), entry.thresholds, entry.count,
        dynamic=any(other.result == entry.b for other in model.operations),
    )  # fmt: skip


def inconsistencies(model: TraceModel) -> list[str]:
    """Return what does not fit together in a manifest whose single fields are right."""
    problems = [text for name, entry in model.tensors.items() for text in _tensor_problems(name, entry)]
    if problems:
        return problems
    seen: set[str] = set()
    produced: set[str] = set()
    results = {entry.result for entry in model.operations}
    for index, entry in enumerate(model.operations):
        field = f"operations.{index}"
        if entry.name in seen:
            problems.append(problem(f"{field}.name", "must be unique", entry.name))
        seen.add(entry.name)
        found = _operation_problems(field, entry, model, produced, results)
        problems += found
        produced.add(entry.result)
    sums = {entry.result for entry in model.operations if entry.thresholds is None}
    if model.labels is not None and model.labels.tensor not in sums & set(model.tensors):
        problems.append(problem("labels.tensor", "must name a result without thresholds", model.labels.tensor))
    return problems


def _tensor_problems(name: str, entry: TensorModel) -> list[str]:
    try:
        code = encoding(entry.encoding)
    except InputError as error:
        return [f"tensors.{name}.{error}"]
    if code.is_float and entry.data is not None:
        return [problem(f"tensors.{name}.data", f"cannot be carried for {code.name}", entry.data)]
    return []


def _operation_problems(
    field: str, entry: OperationModel, model: TraceModel, produced: set[str], results: set[str]
) -> list[str]:
    missing = [
        problem(f"{field}.{key}", "must name a tensor", name)
        for key, name in (("a", entry.a), ("b", entry.b), ("result", entry.result))
        if name not in model.tensors
    ]
    if entry.thresholds is not None and entry.thresholds not in model.thresholds:
        missing.append(problem(f"{field}.thresholds", "must name an entry of thresholds", entry.thresholds))
    if missing:
        return missing
    early = [
        problem(f"{field}.{key}", "must be an input or the result of an earlier operation", name)
        for key, name in (("a", entry.a), ("b", entry.b))
        if name in results - produced
    ]
    if entry.result in produced:
        early.append(problem(f"{field}.result", "must be the result of one operation only", entry.result))
    return early + _shape_problems(field, entry, model)


def _shape_problems(field: str, entry: OperationModel, model: TraceModel) -> list[str]:
    a, b, result = model.tensors[entry.a], model.tensors[entry.b], model.tensors[entry.result]
    problems = []
    if a.elements != b.elements:
        problems.append(problem(f"{field}.b", f"must have {a.elements} elements a row, as {entry.a} has", b.elements))
    if (result.rows, result.elements) != (a.rows, b.rows):
        shape = (result.rows, result.elements)
        problems.append(problem(f"{field}.result", f"must have {a.rows} rows of {b.rows} elements", shape))
    code = encoding(result.encoding)
    if entry.thresholds is not None:
        channels = model.thresholds[entry.thresholds].channels
        if channels != b.rows:
            problems.append(problem(f"{field}.thresholds", f"must have {b.rows} channels", channels))
        if not code.is_binary:
            problems.append(problem(f"{field}.result", "must be bipolar or unipolar behind thresholds", code.name))
    elif not (code.is_float or encoding(a.encoding).is_float or encoding(b.encoding).is_float):
        needed = operation_of(entry, model).worst_sum
        if code.maximum < needed or code.minimum > -needed:
            problems.append(problem(f"{field}.result", f"must hold sums up to +-{needed}", code.name))
    return problems
