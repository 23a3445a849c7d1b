"""Whether the entries of a manifest fit together."""

from collections.abc import Iterator

from workloads.encodings import encoding
from workloads.errors import InputError, problem
from workloads.manifest_file import (
    ConvolutionModel,
    MatrixProductModel,
    OperationModel,
    PoolingModel,
    ProductModel,
    TensorModel,
    TraceModel,
    operation_of,
)
from workloads.operations import Pooling


def inconsistencies(model: TraceModel) -> list[str]:
    """Return what does not fit together in a manifest whose single fields are right."""
    problems = [text for name, entry in model.tensors.items() for text in _tensor_problems(name, entry)]
    if problems:
        return problems
    seen: set[str] = set()
    produced: set[str] = set()
    for index, entry in enumerate(model.operations):
        field = f"operations.{index}"
        if entry.name in seen:
            problems.append(problem(f"{field}.name", "must be unique", entry.name))
        seen.add(entry.name)
        problems += _operation_problems(field, entry, model, produced)
        produced.add(entry.result)
    sums = {entry.result for entry in model.operations if entry.type != "pooling" and entry.thresholds is None}
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


def _operation_problems(field: str, entry: OperationModel, model: TraceModel, produced: set[str]) -> list[str]:
    operands = [("a", entry.a)] if isinstance(entry, PoolingModel) else [("a", entry.a), ("b", entry.b)]
    missing = [
        problem(f"{field}.{key}", "must name a tensor", name)
        for key, name in (*operands, ("result", entry.result))
        if name not in model.tensors
    ]
    if not isinstance(entry, PoolingModel) and entry.thresholds not in (None, *model.thresholds):
        missing.append(problem(f"{field}.thresholds", "must name an entry of thresholds", entry.thresholds))
    if missing:
        return missing
    results = {other.result for other in model.operations}
    early = [
        problem(f"{field}.{key}", "must be an input or the result of an earlier operation", name)
        for key, name in operands
        if name in results - produced
    ]
    if entry.result in produced:
        early.append(problem(f"{field}.result", "must be the result of one operation only", entry.result))
    if isinstance(entry, ConvolutionModel) and entry.b in results:
        early.append(problem(f"{field}.b", "must be a constant, which no operation makes", entry.b))
    return early + list(_shape_problems(field, entry, model))


def _shape_problems(field: str, entry: OperationModel, model: TraceModel) -> Iterator[str]:
    if isinstance(entry, MatrixProductModel):
        return _matrix_problems(field, entry, model)
    window = entry.window.window()
    if min(window.result) < 1:
        sides = "height" if window.result[0] < 1 else "width"
        return iter([problem(f"{field}.window.kernel", f"must fit the padded map in its {sides}", entry.window.kernel)])
    return _map_problems(field, entry, model)


def _matrix_problems(field: str, entry: MatrixProductModel, model: TraceModel) -> Iterator[str]:
    a, b = model.tensors[entry.a], model.tensors[entry.b]
    if a.elements != b.elements:
        yield problem(f"{field}.b", f"must have {a.elements} elements a row, as {entry.a} has", b.elements)
    yield from _result_shape(field, entry, model, a.rows, b.rows)
    yield from _result_encoding(field, entry, model)


def _map_problems(field: str, entry: ConvolutionModel | PoolingModel, model: TraceModel) -> Iterator[str]:
    a, window = model.tensors[entry.a], entry.window.window()
    pixels = entry.count * window.pixels
    if a.rows != pixels:
        yield problem(f"{field}.a", f"must have {pixels} rows, a pixel of {_maps(entry)} each", a.rows)
    positions = entry.count * window.positions
    if isinstance(entry, PoolingModel):
        yield from _result_shape(field, entry, model, positions, a.elements)
        yield from _pooled_encoding(field, entry, model)
        return
    b, k = model.tensors[entry.b], window.taps * a.elements
    if b.elements != k:
        yield problem(f"{field}.b", f"must have {k} elements a row, {a.elements} for each tap", b.elements)
    yield from _result_shape(field, entry, model, positions, b.rows)
    yield from _result_encoding(field, entry, model)


def _maps(entry: ConvolutionModel | PoolingModel) -> str:
    height, width = entry.window.size
    return f"{entry.count} maps of {height} x {width}"


def _result_shape(field: str, entry: OperationModel, model: TraceModel, rows: int, elements: int) -> Iterator[str]:
    result = model.tensors[entry.result]
    if (result.rows, result.elements) != (rows, elements):
        shape = (result.rows, result.elements)
        yield problem(f"{field}.result", f"must have {rows} rows of {elements} elements", shape)


def _pooled_encoding(field: str, entry: PoolingModel, model: TraceModel) -> Iterator[str]:
    a, result = model.tensors[entry.a], model.tensors[entry.result]
    if a.encoding != result.encoding:
        yield problem(f"{field}.result", f"must be {a.encoding}, as {entry.a} is", result.encoding)
    if entry.function == "mean" and encoding(a.encoding).is_binary:
        yield problem(f"{field}.function", f"must be 'maximum' for elements of one plane ({a.encoding})", "mean")


def _result_encoding(field: str, entry: ProductModel, model: TraceModel) -> Iterator[str]:
    """Yield what is wrong with the result's encoding or the thresholds; of sums the largest must fit."""
    operation = operation_of(entry, model)
    assert not isinstance(operation, Pooling), "an entry of a product stands for one"
    code, filters = encoding(model.tensors[entry.result].encoding), model.tensors[entry.b].rows
    if entry.thresholds is not None:
        channels = model.thresholds[entry.thresholds].channels
        if channels != filters:
            yield problem(f"{field}.thresholds", f"must have {filters} channels", channels)
        if not code.is_binary:
            yield problem(f"{field}.result", "must be bipolar or unipolar behind thresholds", code.name)
    elif not (code.is_float or operation.encoding_a.is_float or operation.encoding_b.is_float):
        needed = operation.worst_sum
        if code.maximum < needed or code.minimum > -needed:
            yield problem(f"{field}.result", f"must hold sums up to +-{needed}", code.name)
