"""Where a command's JSON goes."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workloads.atomic import write_whole
from workloads.errors import InputError


def write_json(report: Mapping[str, Any], target: str) -> None:
    """Write one JSON object to a file, or to standard output for ``-``.

    Errors: InputError if the file cannot be written; nothing is left behind then.
    """
    if not target:
        raise InputError("--json must name a file, or be - for standard output")
    text = json.dumps(report, indent=1)
    if target == "-":
        sys.stdout.write(f"{text}\n")
    else:
        write_whole(Path(target), f"{text}\n".encode())
