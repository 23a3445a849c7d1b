"""The directory of a sweep: its manifest, and its rows in parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from workloads.atomic import write_whole
from workloads.errors import InputError, problem
from xnorsim.sweeps import manifest as manifests
from xnorsim.sweeps.design_points import DesignPoints
from xnorsim.sweeps.manifest import Manifest
from xnorsim.sweeps.parts import encoded, name_of, read_part
from xnorsim.sweeps.spec import Spec


@dataclass(frozen=True)
class SweepDirectory:
    """A sweep's directory; parts that are not there yet are rows that are not found yet."""

    path: Path
    manifest: Manifest

    @classmethod
    def open(cls, path: str | Path) -> Self:
        """Open the directory of a sweep that was started.

        Errors: InputError if it is none, or its manifest is damaged.
        """
        folder = Path(path)
        if not (folder / manifests.NAME).is_file():
            raise InputError(f"{folder}: is no directory of a sweep: it has no {manifests.NAME}")
        return cls(folder, Manifest.read(folder / manifests.NAME))

    @property
    def spec(self) -> Spec:
        """Return the sweep."""
        return self.manifest.spec

    @property
    def parts_folder(self) -> Path:
        """Return the folder of the parts."""
        return self.path / "parts"

    def there(self) -> list[int]:
        """Return the parts that are there, whether they are damaged or not."""
        return [part for part in range(self.manifest.parts) if (self.parts_folder / name_of(part)).is_file()]

    @property
    def kept(self) -> int:
        """Return how many rows the parts that are there have."""
        return self.manifest.rows_in(self.there())

    @property
    def complete(self) -> bool:
        """Tell whether all parts are there."""
        return len(self.there()) == self.manifest.parts

    def part(self, part: int, columns: Sequence[str] | None = None) -> pa.Table:
        """Read a part.

        Errors: InputError if it is damaged, or of another sweep.
        """
        return read_part(self.parts_folder, part, self.manifest, columns)

    def table(self, columns: Sequence[str] | None = None) -> pa.Table:
        """Read the rows that are there, in order; all columns unless they are named.

        Errors: InputError if there are none, or a part is damaged, or of another sweep.
        """
        tables = [self.part(part, columns) for part in self.there()]
        if not tables:
            raise InputError(f"{self.path}: has no rows yet")
        return pa.concat_tables(tables)

    def row(self, row: int) -> dict[str, Any]:
        """Return all that is known of a row.

        Errors: InputError if there is no such row, or it is not there yet.
        """
        if not 0 <= row < self.manifest.rows:
            raise InputError(problem("row", f"must be from 0 to {self.manifest.rows - 1}", row))
        part = row // self.manifest.part_rows
        if not (self.parts_folder / name_of(part)).is_file():
            raise InputError(f"{self.path}: row {row} is not there yet")
        found: dict[str, Any] = self.part(part).slice(row - part * self.manifest.part_rows, 1).to_pylist()[0]
        return found

    def accelerator(self, row: int) -> dict[str, Any]:
        """Return the data of a row's accelerator file.

        Errors: InputError if there is no such row, or it is not there yet.
        """
        found = self.row(row)
        columns = {axis.field: [found[axis.field]] for axis in self.spec.axes}
        return DesignPoints.of(self.manifest.base, columns).file_of(0)

    def write(self, part: int, content: bytes) -> None:
        """Write a part's file.

        Errors: InputError if it cannot be written; nothing is left behind then.
        """
        write_whole(self.parts_folder / name_of(part), content)

    def write_table(self, part: int, table: pa.Table) -> None:
        """Write a part.

        Errors: InputError if it cannot be written; nothing is left behind then.
        """
        self.write(part, encoded(table, self.manifest.hash, part))
