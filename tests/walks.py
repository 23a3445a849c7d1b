"""The walks of docs/worked-jobs.md: what each job does at which edge, as it was worked out by hand."""

import re
from collections.abc import Iterator

from tests.worked_jobs import PAGE, table_rows

COLUMNS = ("thresholds", "B", "A", "preload", "issues", "store")
"""The columns of a walk's table that list edges."""

_CLASSES = ("schedule", "load_stall", "store_stall", "flush")


def walks() -> dict[str, str]:
    """Return the text of each walk by its job's name."""
    parts = re.split(r"^\*\*(\w+)\.\*\* ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def classes_walked(walk: str, cycles: int) -> list[str]:
    """Return the class of each edge: the sentence of a walk lists all but those that issue."""
    (sentence,) = re.findall(r"\bEdges (.*?)\.$", walk, re.MULTILINE | re.DOTALL)
    classes = ["issue"] * cycles
    for listed, name in re.findall(rf"(.*?)({'|'.join(_CLASSES)})", sentence, re.DOTALL):
        for edge in _edges(listed):
            assert classes[edge] == "issue", f"edge {edge} has two classes"
            classes[edge] = name
    return classes


def edges_walked(walk: str) -> dict[str, list[int]]:
    """Return the edges that each column of a walk's table lists, and those of z."""
    rows = list(table_rows(walk))
    walked = {name: [edge for row in rows for edge in _edges(row.get(name, ""))] for name in COLUMNS}
    return walked | {"z": [int(re.findall(r"\d+", row["z"])[-1]) for row in rows if row["z"]]}


def _edges(cell: str) -> Iterator[int]:
    """Yield the edges of a list like `2, 4-6` or `8 + 2 = 10`; what follows a colon or is in brackets is a reason."""
    listed = re.sub(r"\(.*?\)", "", cell).partition(":")[0].rpartition("=")[2]
    for first, last in re.findall(r"(\d+)(?:-(\d+))?", listed):
        yield from range(int(first), int(last or first) + 1)
