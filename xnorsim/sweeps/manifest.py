"""The manifest of a sweep's directory: what its rows are, and a hash of that."""

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

from workloads.errors import InputError, input_error
from workloads.model_file import check_version, reason
from xnorsim import __version__
from xnorsim.sweeps.inputs import Inputs
from xnorsim.sweeps.spec import Spec
from xnorsim.sweeps.sweep_file import parse_sweep

SCHEMA_VERSION = 1
NAME = "manifest.json"
LEAST_PART_ROWS, MOST_PART_ROWS = 8_192, 131_072
"""Rows of a part: many, as the evaluation wants them; but several parts, that several processes have work."""
LEARNT_PART_ROWS = 1_000
"""Rows of an optimizer's part, which ends where a batch does: few, as the points themselves take long."""
_PARTS = 8


@dataclass(frozen=True)
class Manifest:
    """What ``manifest.json`` holds."""

    data: Mapping[str, Any]

    @classmethod
    def of(cls, spec: Spec, inputs: Inputs) -> Self:
        """Return the manifest of a sweep that is to be."""
        versions = {"xnorsim": __version__, "python": platform.python_version(), "numpy": version("numpy")}
        if spec.strategy.sampler.learns:
            versions["optuna"] = version("optuna")
        identity = {
            "schema_version": SCHEMA_VERSION,
            "spec": spec.data,
            "base": inputs.base,
            "sha256": inputs.hashes(),
            "versions": versions,
            "rows": spec.rows,
            "part_rows": _part_rows(spec),
        }
        return cls({**identity, "folder": str(spec.folder), "hash": _hash(identity)})

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a manifest.

        Errors: InputError if there is none, it is damaged, or of another schema.
        """
        try:
            data = json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            raise InputError(f"{path}: cannot be read as a sweep's manifest: {reason(error)}") from error
        check_version(data, SCHEMA_VERSION, path)
        identity = {name: value for name, value in data.items() if name not in ("folder", "hash")}
        if data.get("hash") != _hash(identity) or not isinstance(data.get("folder"), str):
            raise input_error(["the manifest is damaged: its hash is not that of what it says"], path)
        return cls(data)

    @cached_property
    def spec(self) -> Spec:
        """Return the sweep."""
        return parse_sweep(self.data["spec"], Path(self.data["folder"]))

    @property
    def hash(self) -> str:
        """Return the hash of everything that rows depend on."""
        return str(self.data["hash"])

    @property
    def base(self) -> Mapping[str, Any]:
        """Return the data of the base accelerator's file."""
        return dict(self.data["base"])

    @property
    def rows(self) -> int:
        """Return how many rows there are when all is done."""
        return int(self.data["rows"])

    @property
    def part_rows(self) -> int:
        """Return how many rows a part has; the last has what is left."""
        return int(self.data["part_rows"])

    @property
    def parts(self) -> int:
        """Return how many parts there are when all is done."""
        return -(-self.rows // self.part_rows)

    def rows_of(self, part: int) -> range:
        """Return the rows of a part."""
        return range(part * self.part_rows, min((part + 1) * self.part_rows, self.rows))

    def rows_in(self, parts: Iterable[int]) -> int:
        """Return how many rows some parts have."""
        return sum(len(self.rows_of(part)) for part in parts)

    def differences(self, other: Self) -> list[str]:
        """Return in what another manifest is that of another sweep."""
        if self.hash == other.hash:
            return []
        names = [name for name in self.data if name not in ("folder", "hash")]
        return [name for name in names if _text(self.data[name]) != _text(other.data[name])]

    def text(self) -> bytes:
        """Return the file."""
        return (json.dumps(self.data, indent=1) + "\n").encode()


def _part_rows(spec: Spec) -> int:
    batch = spec.strategy.batch
    if batch:
        return -(-LEARNT_PART_ROWS // batch) * batch
    return min(max(-(-spec.rows // _PARTS), LEAST_PART_ROWS), MOST_PART_ROWS)


def _hash(identity: Mapping[str, Any]) -> str:
    return hashlib.sha256(_text(identity).encode()).hexdigest()


def _text(value: Any) -> str:
    return json.dumps(value)
