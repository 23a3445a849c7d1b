"""A recorded job as a timing diagram, in WaveJSON (https://wavedrom.com/tutorial.html)."""

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any

from simulator.accelerator import Dataflow
from tests.rtl.recording import Edge, classes
from tests.worked_jobs import WorkedJob, WorkedPool

# WaveDrom's boxes by colour: 2 white, 3 yellow, 4 orange, 5 blue, 6 cyan, 7 green, 8 violet, 9 red.
CLASS_COLOURS = {"issue": "7", "schedule": "8", "load_stall": "9", "store_stall": "4", "flush": "2"}
KIND_COLOURS = {"T": "6", "B": "5", "A": "3", "S": "4"}
UNIT_COLOURS = "75"
"""Slots, weight sets and tiles alternate between two, so that neighbours differ."""

GROUP, SLOT, WEIGHT_SET = "g", "s", "u"
"""What the page calls the units that issue."""

# A cell takes about five letters.
LETTERS_A_CELL = 5

NODES = "".join(letter for letter in map(chr, range(ord("A"), ord("ß"))) if letter.isupper())
"""What arrows start and end at; WaveDrom writes small letters out, capital ones not."""

Box = tuple[Hashable, str, str]
"""What tells a box from its neighbour, its colour and its label."""
Lane = dict[str, Any]


def wave(edges: Sequence[Edge], worked: WorkedJob | WorkedPool) -> dict[str, Any]:
    """Return the diagram of a job: a cell for each edge, with what the flip-flops see there."""
    unit = _unit_letter(worked)
    groups = [
        [_boxes("class", [(name, CLASS_COLOURS[name], name) for name in classes(edges)])],
        [
            _level("tile_ready", [edge.tile_ready for edge in edges]),
            _level("thresholds_free", [edge.thresholds_free for edge in edges]),
            _level("b_free", [edge.b_free for edge in edges]),
            _level("a_free", [edge.a_free for edge in edges]),
        ],
        [
            _level("req_ready", [edge.ready for edge in edges]),
            _boxes("request", _requests(edges)),
            _boxes("response", _responses(edges)),
        ],
        [
            _boxes("preload", [_unit(unit, edge.preload) for edge in edges]),
            _boxes("issue", [_unit(unit, edge.unit if edge.issue else None) for edge in edges]),
        ],
        [_boxes(f"column {number}", column) for number, column in enumerate(_columns(edges))],
    ]
    shown = [changing for group in groups if (changing := list(filter(_changes, group)))]
    lanes = [lane for group in shown for lane in ({}, *group)][1:]
    return {"signal": lanes, "edge": _arrows(edges, lanes, unit), "head": {"text": worked.job.name, "tock": 0}}


def _arrows(edges: Sequence[Edge], lanes: Sequence[Lane], unit: str) -> list[str]:
    """Mark what was waited for, two edges before: a credit or a response, and what it let go."""
    by_name = {lane["name"]: lane for lane in lanes if lane}
    nodes = {name: ["."] * len(edges) for name in by_name}
    letters = iter(NODES)
    arrows = []
    for cause, effect, end in _causes(edges, unit):
        if nodes[cause][end - 2] == ".":
            nodes[cause][end - 2] = next(letters)
        nodes[effect][end] = next(letters)
        arrows.append(f"{nodes[cause][end - 2]}~>{nodes[effect][end]}")
    for name, marks in nodes.items():
        if set(marks) != {"."}:
            by_name[name]["node"] = "".join(marks)
    return arrows


def _causes(edges: Sequence[Edge], unit: str) -> Iterator[tuple[str, str, int]]:
    """Yield (lane of the cause, lane of the effect, edge of the effect) where the effect came as early as it might."""
    of_class, answered = classes(edges), ["" if load is None else load.kind for load in _answered(edges)]
    for end in range(2, len(edges)):
        then, before, now = edges[end - 2 : end + 1]
        if answered[end - 2] == "B" != answered[end - 1] and now.preload is not None and now.preload != before.preload:
            yield "response", "preload", end
        # The OR-pool takes a word when it is there.
        if then.response and now.issue and of_class[end - 1] == "load_stall" and unit != GROUP:
            yield "response", "issue", end
        if now.valid and not before.valid and (credit := _credit(then, now.kind)):
            yield credit, "request", end


def _credit(edge: Edge, kind: str) -> str | None:
    """Return the lane of the credit that a kind of request needs, if it is given at an edge."""
    given = {
        "S": ("tile_ready", edge.tile_ready),
        "T": ("thresholds_free", edge.thresholds_free),
        "B": ("b_free", edge.b_free),
        "A": ("a_free", edge.a_free),
    }
    name, is_given = given[kind]
    return name if is_given else None


def _requests(edges: Sequence[Edge]) -> Iterator[Box | None]:
    """Yield the request in the request register, a box from the edge that first sees it to the one that accepts it."""
    number = 0
    for edge in edges:
        yield (number, KIND_COLOURS[edge.kind], _request_label(edge)) if edge.valid else None
        number += edge.accepted


def _request_label(edge: Edge) -> str:
    return "v" if edge.void else f"{edge.kind}{edge.word}"


def _responses(edges: Sequence[Edge]) -> Iterator[Box | None]:
    """Yield the load whose data is there."""
    for number, load in enumerate(_answered(edges)):
        yield (number, KIND_COLOURS[load.kind], _request_label(load)) if load else None


def _answered(edges: Sequence[Edge]) -> Iterator[Edge | None]:
    """Yield the edge that accepted the load which is answered at each edge; loads are answered in their order."""
    under_way: deque[Edge] = deque()
    for edge in edges:
        yield under_way.popleft() if edge.response else None
        if edge.accepted and edge.kind != "S":
            under_way.append(edge)


def _unit(letter: str, number: int | None) -> Box | None:
    """Return the box of a slot, a weight set or a group."""
    return None if number is None else (number, UNIT_COLOURS[number % 2], f"{letter}{number}")


def _unit_letter(worked: WorkedJob | WorkedPool) -> str:
    if isinstance(worked, WorkedPool):
        return GROUP
    dataflow = worked.accelerator.arrays[worked.job.array].dataflow
    return SLOT if dataflow is Dataflow.OUTPUT_STATIONARY else WEIGHT_SET


def _columns(edges: Sequence[Edge]) -> Iterator[list[Box | None]]:
    """Yield the rows that each column writes; another place is another tile."""
    for column in zip(*(edge.written for edge in edges), strict=True):
        boxes: list[Box | None] = []
        tile, place = -1, None
        for number, row in enumerate(column):
            if row is not None and row.place != place:
                tile, place = tile + 1, row.place
            boxes.append(row and (number, UNIT_COLOURS[tile % 2], f"r{row.row}"))
        yield boxes


def _boxes(name: str, boxes: Iterable[Box | None]) -> Lane:
    """Return a lane of boxes, one as long as it goes on; a label that does not fit is left out."""
    letters: list[str] = []
    labels: list[tuple[str, int]] = []
    before: Box | None = None
    for box in boxes:
        if letters and box == before:
            letters.append(".")
        else:
            letters.append("z" if box is None else box[1])
        if box is not None:
            if box != before:
                labels.append((box[2], 0))
            labels[-1] = (box[2], labels[-1][1] + 1)
        before = box
    data = [label if len(label) <= LETTERS_A_CELL * cells else "" for label, cells in labels]
    return {"name": name, "wave": "".join(letters), "data": data}


def _level(name: str, values: Sequence[bool]) -> Lane:
    """Return a lane of zeros and ones."""
    pairs = zip([None, *values], values, strict=False)
    return {"name": name, "wave": "".join("." if old == new else str(int(new)) for old, new in pairs)}


def _changes(lane: Lane) -> bool:
    """Tell whether anything happens in a lane."""
    return bool(lane["wave"].strip(".")[1:]) or bool(lane.get("data"))
