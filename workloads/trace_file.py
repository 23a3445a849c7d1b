"""The trace file: a zip of trace.json and .npy operands (.xtrace), or a bare trace.json without operands."""

import io
import json
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workloads.atomic import write_whole
from workloads.encodings import encoding
from workloads.errors import InputError, input_error, problem
from workloads.manifest_file import LabelsModel, TensorModel, ThresholdsModel, TraceModel, operation_of
from workloads.manifest_rules import inconsistencies
from workloads.model_file import check_version, read_bounded, reason, validate
from workloads.operations import Convolution, MatrixProduct, Operation, Pooling, Window
from workloads.packing import has_clean_tail, words_of
from workloads.trace import SCHEMA_VERSION, Labels, Tensor, Thresholds, Trace

MANIFEST = "trace.json"
MAX_MANIFEST_BYTES = 16 << 20
MAX_OPERAND_BYTES = 512 << 20
_ENCRYPTED = 1
"""The bit of a zip member's flags."""


def read_trace(path: Path) -> Trace:
    """Read and check a trace.

    Errors: InputError naming file, field, rule and value; nothing large is allocated before its size is checked.
    """
    try:
        if not zipfile.is_zipfile(path):
            return _build(_manifest(read_bounded(path, MAX_MANIFEST_BYTES), path), None, path)
        with zipfile.ZipFile(path) as archive:
            return _build(_manifest(_member(archive, MANIFEST, MAX_MANIFEST_BYTES, path), path), archive, path)
    except InputError:
        raise
    except (OSError, ValueError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise InputError(f"{path}: cannot be read as a trace: {reason(error)}") from error


def _manifest(text: bytes, path: Path) -> TraceModel:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: is neither a trace archive nor JSON: {reason(error)}") from error
    check_version(data, SCHEMA_VERSION, path)
    return validate(TraceModel, data, path)


def _member(archive: zipfile.ZipFile, name: str, limit_bytes: int, path: Path) -> bytes:
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise input_error([f"{name} is missing from the archive"], path) from None
    if info.file_size > limit_bytes:
        raise input_error([problem(name, f"must have at most {limit_bytes} bytes", info.file_size)], path)
    if info.flag_bits & _ENCRYPTED or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise input_error([f"{name} must be stored or deflated, and not encrypted"], path)
    with archive.open(info) as stream:
        return stream.read(limit_bytes + 1)


class _Operands:
    """The .npy members of an archive, each checked against the manifest before it is read."""

    def __init__(self, archive: zipfile.ZipFile | None, path: Path) -> None:
        self._archive = archive
        self._path = path
        self._left_bytes = MAX_OPERAND_BYTES

    def array(self, field: str, name: str, dtype: str, shape: tuple[int, ...]) -> NDArray[Any]:
        if self._archive is None:
            raise input_error([problem(field, "names data, which a bare trace.json cannot carry", name)], self._path)
        wanted = np.dtype(dtype)
        size_bytes = int(np.prod(shape, dtype=object)) * wanted.itemsize
        if size_bytes > self._left_bytes:
            raise input_error([problem(field, f"takes the operands over {MAX_OPERAND_BYTES} bytes", shape)], self._path)
        self._left_bytes -= size_bytes
        content = io.BytesIO(_member(self._archive, name, size_bytes + 4096, self._path))
        try:
            header = _npy_header(content)
        except (ValueError, SyntaxError, tokenize.TokenError) as error:
            raise input_error([f"{name} is not a .npy file: {reason(error)}"], self._path) from error
        body = content.read()
        if header != (shape, False, wanted) or len(body) != size_bytes:
            rule = f"must be C-ordered {wanted.str} of shape {shape} in {size_bytes} bytes"
            raise input_error([problem(name, rule, (*header, len(body)))], self._path)
        return np.frombuffer(body, dtype=wanted).reshape(shape).astype(wanted.newbyteorder("="), copy=False)


def _npy_header(content: io.BytesIO) -> tuple[Any, ...]:
    version = np.lib.format.read_magic(content)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(content)
    return np.lib.format.read_array_header_2_0(content)


def _build(model: TraceModel, archive: zipfile.ZipFile | None, path: Path) -> Trace:
    problems = inconsistencies(model)
    if problems:
        raise input_error(problems, path)
    operands = _Operands(archive, path)
    tensors = {name: _tensor(name, entry, operands, path) for name, entry in model.tensors.items()}
    thresholds = {
        name: _thresholds(name, entry, operands, path)
        for name, entry in model.thresholds.items()
        if entry.data is not None
    }
    operations = tuple(operation_of(entry, model) for entry in model.operations)
    labels = None if model.labels is None else _labels(model.labels, tensors, operands, path)
    return Trace(model.name, model.description, tensors, operations, thresholds, labels, tuple(model.sources))


def _labels(entry: LabelsModel, tensors: Mapping[str, Tensor], operands: _Operands, path: Path) -> Labels:
    tensor = tensors[entry.tensor]
    classes = operands.array("labels.data", entry.data, "<i8", (tensor.rows,))
    if classes.min() < 0 or classes.max() >= tensor.elements:
        raise input_error([f"{entry.data} must have classes from 0 to {tensor.elements - 1}"], path)
    return Labels(entry.tensor, classes)


def _tensor(name: str, entry: TensorModel, operands: _Operands, path: Path) -> Tensor:
    code = encoding(entry.encoding)
    packed = None
    if entry.data is not None:
        shape = (entry.rows, len(code.planes), words_of(entry.elements))
        packed = operands.array(f"tensors.{name}.data", entry.data, "<u8", shape)
        if not has_clean_tail(packed, entry.elements):
            raise input_error([f"{entry.data} must have zero bits after element {entry.elements} of each row"], path)
    return Tensor(name, entry.rows, entry.elements, code, packed)


def _thresholds(name: str, entry: ThresholdsModel, operands: _Operands, path: Path) -> Thresholds:
    assert entry.data is not None
    table = operands.array(f"thresholds.{name}.data", entry.data, "<i8", (entry.channels, 2))
    if not np.isin(table[:, 1], (0, 1)).all():
        raise input_error([f"{entry.data} must have 0 or 1 in its second column, the direction"], path)
    return Thresholds(name, np.ascontiguousarray(table[:, 0]), table[:, 1] != 0)


def write_trace(trace: Trace, path: Path) -> None:
    """Write a trace as .xtrace, whole or not at all; the same trace gives the same bytes.

    Errors: InputError if an operation has no form in a trace file, or the file cannot be written.
    """
    for operation in trace.operations:
        what = _unwritten(operation)
        if what is not None:
            raise InputError(f"layer {operation.name}: {what} cannot be written to a trace file yet ({path})")
    arrays: dict[str, NDArray[Any]] = {}

    def carried(name: str, array: NDArray[Any] | None, dtype: str) -> str | None:
        if array is None:
            return None
        arrays[f"{name}.npy"] = np.ascontiguousarray(array.astype(dtype))
        return f"{name}.npy"

    manifest = {
        "schema_version": SCHEMA_VERSION,
        "name": trace.name,
        "description": trace.description,
        "sources": list(trace.sources),
        "tensors": {
            t.name: _entry(rows=t.rows, elements=t.elements, encoding=t.encoding.name,
                           data=carried(t.name, t.packed, "<u8"))
            for t in trace.tensors.values()
        },
        "thresholds": {
            name: _entry(channels=channels, data=carried(name, _table(trace, name), "<i8"))
            for name, channels in trace.threshold_channels.items()
        },
        "operations": [_operation(operation) for operation in trace.operations],
    }  # fmt: skip
    if trace.labels is not None:
        manifest["labels"] = {"tensor": trace.labels.tensor, "data": carried("labels", trace.labels.classes, "<i8")}
    write_whole(path, _archive(manifest, arrays))


def _unwritten(operation: Operation) -> str | None:
    """Return what of an operation has no form in a trace file; None where all of it has."""
    if isinstance(operation, Convolution) and operation.groups > 1:
        return "a convolution in groups"
    if isinstance(operation, MatrixProduct | Convolution):
        if operation.bias is not None:
            return "a bias"
        return None if operation.encoding_result is None else "a change of encoding"
    return None if isinstance(operation, Pooling) else operation.kind


def _operation(operation: Operation) -> dict[str, object]:
    """Return an operation's entry."""
    if isinstance(operation, MatrixProduct):
        o = operation
        return _entry(type="matrix_product", name=o.name, a=o.a, b=o.b, result=o.result, thresholds=o.thresholds,
                      count=o.count)  # fmt: skip
    if isinstance(operation, Convolution):
        c = operation
        return _entry(type="convolution", name=c.name, a=c.a, b=c.b, result=c.result, window=_window(c.window),
                      thresholds=c.thresholds, count=c.count, feed=c.feed)  # fmt: skip
    assert isinstance(operation, Pooling), "_unwritten lets nothing else pass"
    p = operation
    return _entry(type="pooling", name=p.name, function=p.function, a=p.a, result=p.result, window=_window(p.window),
                  count=p.count)  # fmt: skip


def _window(window: Window) -> dict[str, list[int]]:
    return {name: list(sides) for name, sides in asdict(window).items()}


def _table(trace: Trace, name: str) -> NDArray[np.int64] | None:
    carried = trace.thresholds.get(name)
    return None if carried is None else np.stack([carried.sums, carried.at_most.astype(np.int64)], axis=1)


def _entry(**values: object) -> dict[str, object]:
    return {key: value for key, value in values.items() if value is not None}


def _archive(manifest: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        members = {MANIFEST: json.dumps(manifest, indent=1).encode()}
        for name, array in arrays.items():
            stream = io.BytesIO()
            np.lib.format.write_array(stream, array, version=(1, 0), allow_pickle=False)
            members[name] = stream.getvalue()
        for name, data in members.items():
            # A fixed date: the same trace must give the same bytes.
            info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return content.getvalue()
