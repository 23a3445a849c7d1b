"""A part: consecutive rows of a sweep as a Parquet file, which says which sweep and which part it is."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from workloads.errors import InputError
from workloads.model_file import reason

if TYPE_CHECKING:
    from xnorsim.sweeps.manifest import Manifest

_SWEEP, _PART, _COLUMNS = b"xnorsim.sweep", b"xnorsim.part", b"xnorsim.columns"


class DamagedPartError(InputError):
    """Report a part that is not as it was written."""


def name_of(part: int) -> str:
    """Return the name of a part's file."""
    return f"part-{part:06}.parquet"


def table_of(columns: Mapping[str, NDArray[Any] | pa.Array]) -> pa.Table:
    """Return columns as a table."""
    return pa.table({name: _array(column) for name, column in columns.items()})


def _array(column: NDArray[Any] | pa.Array) -> pa.Array:
    texts = not isinstance(column, pa.Array) and column.dtype.kind in "OU"
    return pa.array(column.tolist() if texts else column)


def _hash(schema: pa.Schema) -> str:
    """Return a hash of the names and types of columns, which no checksum of Parquet covers."""
    return hashlib.sha256(repr([(field.name, str(field.type)) for field in schema]).encode()).hexdigest()


def encoded(table: pa.Table, sweep: str, part: int) -> bytes:
    """Return a part's file."""
    marks = {_SWEEP: sweep, _PART: str(part), _COLUMNS: _hash(table.schema)}
    marked = table.replace_schema_metadata(marks)
    texts = [field.name for field in table.schema if pa.types.is_string(field.type)]
    sink = pa.BufferOutputStream()
    # Checksums cover the pages only: the less is beside them, the better.
    pq.write_table(
        marked, sink, compression="zstd", use_dictionary=texts, write_page_checksum=True, write_statistics=False
    )
    return bytes(sink.getvalue())


def read_part(
    folder: Path, part: int, manifest: "Manifest", columns: Sequence[str] | None = None
) -> pa.Table:  # fmt: skip
    """Read columns of a part, all of them unless they are named.

    Errors: DamagedPartError if it is not as it was written, InputError if it is another sweep's.
    """
    path = folder / name_of(part)
    rows = manifest.rows_of(part)
    wanted = None if columns is None else ["row", *columns]
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            marks = file.metadata.metadata or {}
            if _SWEEP in marks and marks[_SWEEP] != manifest.hash.encode():
                raise InputError(f"{path}: is a part of another sweep: take it away")
            if marks.get(_COLUMNS) != _hash(file.schema_arrow).encode():
                raise DamagedPartError(f"{path}: is damaged: it has not the columns that it had")
            table = file.read(wanted)
    except InputError:
        raise
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        raise DamagedPartError(f"{path}: is damaged: {reason(error)}") from error
    if marks.get(_PART) != str(part).encode() or table["row"].to_pylist() != list(rows):
        raise DamagedPartError(f"{path}: is damaged: it has not the rows {rows.start:,} to {rows.stop - 1:,}")
    table = table.replace_schema_metadata(None)
    return table if columns is None else table.select(list(columns))
