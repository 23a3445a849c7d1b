"""What the RTL does at each edge of a job: xnorsim_recorder, bound into the accelerator, writes it down."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tests.rtl.job_list import check_on_rtl, random_case, random_pool_case
from tests.worked_jobs import WorkedJob, WorkedPool
from xnorsim.cosimulation.builds import Design
from xnorsim.cosimulation.tasks import Work

RECORDER = Path(__file__).parent / "data" / "xnorsim_recorder.sv"
RECORDING = "recording.txt"


@dataclass(frozen=True)
class Written:
    """A row that a column writes into a place of the result buffer."""

    place: int
    row: int


@dataclass(frozen=True)
class Edge:
    """What the flip-flops see at one edge of a job; edge 0 accepts it.

    ``kind`` is that of the request in the request register: thresholds T, B, A or a store S, its word counted from the
    operand's first; a ``void`` one has no word. ``unit`` is the slot (output stationary), the weight set or the group
    (pooling) at the issue port, ``preload`` the weight set that is preloaded there, ``written`` what each column
    writes; None is none.
    """

    issue: bool
    gap: bool
    load: bool
    valid: bool
    ready: bool
    void: bool
    kind: str
    word: int
    response: bool
    a_free: bool
    b_free: bool
    thresholds_free: bool
    tile_ready: bool
    unit: int
    preload: int | None
    written: tuple[Written | None, ...]

    @property
    def accepted(self) -> bool:
        """Tell whether the port accepts a request at this edge."""
        return self.valid and self.ready


def record(worked: WorkedJob | WorkedPool, work_dir: Path) -> list[Edge]:
    """Play a job worked by hand, check it against engine and reference, and return its edges."""
    rng = np.random.default_rng(1)
    case: Work
    if isinstance(worked, WorkedPool):
        case = random_pool_case(worked.job, worked.accelerator, rng)
    else:
        case = random_case(worked.job, worked.accelerator, rng, worked.stalls)
    check_on_rtl([case], worked.accelerator, work_dir, changed=_recorded)
    return _recording(work_dir)


def _recorded(design: Design) -> Design:
    """Return the bench top with the recorder in it."""
    return replace(design, sources=(*design.sources[:-1], RECORDER, design.sources[-1]))


def _recording(work_dir: Path) -> list[Edge]:
    """Read what the recorder wrote into a folder: the edges of its only job, the first and the last included."""
    with (work_dir / RECORDING).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=" "))
    first = next(number for number, row in enumerate(rows) if row["start"] == "1")
    last = next(number for number, row in enumerate(rows) if row["valid"] + row["ready"] + row["last"] == "111")
    loads = [row for row in rows[first : last + 1] if row["valid"] + row["void"] == "10"]
    requests = [(row["kind"], int(row["addr"])) for row in loads]
    bases = {kind: min(address for of, address in requests if of == kind) for kind, _ in requests}
    return [_edge(row, bases) for row in rows[first : last + 1]]


def _edge(row: Mapping[str, str], bases: Mapping[str, int]) -> Edge:
    def is_set(name: str) -> bool:
        return row[name] == "1"

    return Edge(
        issue=is_set("issue"),
        gap=is_set("gap"),
        load=is_set("load"),
        valid=is_set("valid"),
        ready=is_set("ready"),
        void=is_set("void"),
        kind=row["kind"],
        word=int(row["addr"]) - bases.get(row["kind"], 0),
        response=is_set("rsp"),
        a_free=is_set("a_free"),
        b_free=is_set("b_free"),
        thresholds_free=is_set("t_free"),
        tile_ready=is_set("tile_ready"),
        unit=int(row["unit"]),
        preload=None if row["preload"] == "-1" else int(row["preload"]),
        written=tuple(map(_written, row["columns"].rstrip(",").split(","))),
    )


def _written(text: str) -> Written | None:
    return None if text == "-" else Written(*map(int, text.split(".")))


def classes(edges: Sequence[Edge]) -> list[str]:
    """Return the class of each edge: what follows the last issue is flush."""
    last = max(number for number, edge in enumerate(edges) if edge.issue)
    return ["flush" if number > last else _class(edge) for number, edge in enumerate(edges)]


def _class(edge: Edge) -> str:
    if edge.issue:
        return "issue"
    return "schedule" if edge.gap else "load_stall" if edge.load else "store_stall"
