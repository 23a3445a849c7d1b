"""A sweep as one page for a browser: all in one file, which asks the network for nothing."""

import json
import re
import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from xnorsim.sweeps.accelerator_text import literal, text_of, value_text
from xnorsim.sweeps.design_points import DesignPoints
from xnorsim.sweeps.explaining import Reasons
from xnorsim.sweeps.reading import Places, Reading
from xnorsim.sweeps.roofline import BoundLayer

if TYPE_CHECKING:
    import pyarrow as pa

MOST_OTHERS = 5000
"""Designs that are drawn beside the front: more are slow to draw, and lie on top of each other."""
_PARTS = Path(__file__).parent / "page"
_SCRIPTS = ("texts.js", "why.js", "designs.js")
_SEED = 1
_LAYER = ("name", "operation", "cycles", "bound_by", "spent", "macs", "macs_per_cycle", "port_bits", "dram_bits")
_FRONT, _INSIDE, _OUTSIDE = 0, 1, 2


def page(reading: Reading, reasons: Sequence[Reasons], chosen: int | None, counts: str) -> bytes:
    """Return the page of a sweep, with the reasons of some of its rows and one of them chosen."""
    from plotly.offline import get_plotlyjs

    data = json.dumps(_data(reading, reasons, chosen, counts), separators=(",", ":"), allow_nan=False)
    texts = {
        "TITLE": _title(reading).replace("&", "&amp;").replace("<", "&lt;"),
        "STYLE": _part("page.css"),
        # A script ends where </script> stands, in whatever text.
        "DATA": data.replace("<", r"\u003c"),
        "PLOTLY": get_plotlyjs(),
        "SCRIPT": "\n".join(_part(name) for name in _SCRIPTS),
    }
    return re.sub("@([A-Z]+)@", lambda match: texts[match[1]], _part("page.html")).encode()


def drawn(reading: Reading, chosen: int | None) -> Places:
    """Return the places of the rows that are drawn: the front, the chosen one, and of the others no more than many."""
    others = reading.others
    if len(others) > MOST_OTHERS:
        others = np.sort(np.random.default_rng(_SEED).choice(others, MOST_OTHERS, replace=False))
    kept = others if chosen is None else np.union1d(others, np.setdiff1d([reading.place_of(chosen)], reading.front))
    return np.concatenate([reading.front, kept])


def _part(name: str) -> str:
    return (_PARTS / name).read_text(encoding="utf-8")


def _title(reading: Reading) -> str:
    return f"The front of {reading.sweep.path.resolve().name}"


def _data(reading: Reading, reasons: Sequence[Reasons], chosen: int | None, counts: str) -> dict[str, Any]:
    """Return everything that the page's scripts read."""
    places, spec = drawn(reading, chosen), reading.sweep.spec
    table = reading.table(places)
    axes = [_axis(place, axis.field, table, axis in spec.own_axes) for place, axis in enumerate(spec.axes)]
    markers = {axis["name"]: np.array([axis["marker"]], dtype=object) for axis in axes}
    groups = np.where(reading.within[places], _INSIDE, _OUTSIDE)
    groups[: len(reading.front)] = _FRONT
    workloads, technologies = ([*dict.fromkeys(table[name].to_pylist())] for name in ("workload", "technology"))
    return {
        "title": _title(reading),
        "directory": str(reading.sweep.path),
        "counts": counts,
        "drawn": _drawn_text(reading),
        "chosen": chosen,
        "workloads": workloads,
        "commands": [_command(reading, label) for label in workloads],
        "technologies": technologies,
        "objectives": [
            {"name": objective.name, "direction": "maximize" if objective.maximize else "minimize"}
            for objective in spec.objectives
        ],
        "numbers": reading.numbers,
        "axes": [{name: axis[name] for name in axis if name != "codes"} for axis in axes],
        "template": text_of(DesignPoints.of(reading.sweep.manifest.base, markers).file_of(0), "@row@"),
        "points": {
            "row": table["row"].to_pylist(),
            "group": groups.tolist(),
            "workload": [workloads.index(label) for label in table["workload"].to_pylist()],
            "technology": [technologies.index(name) for name in table["technology"].to_pylist()],
            "numbers": [table[name].to_pylist() for name in reading.numbers],
            "axes": [axis["codes"] for axis in axes],
        },
        "why": {str(one.row["row"]): _why(one) for one in reasons},
    }


def _axis(place: int, field: str, table: "pa.Table", varies: bool) -> dict[str, Any]:
    """Return a field of the accelerator's file: its values, as texts and in TOML, and which of them each row has."""
    column = table[field].to_pylist()
    values = sorted(set(column))
    codes = {value: code for code, value in enumerate(values)}
    return {
        "name": field,
        "varies": varies and len(values) > 1,
        "marker": f"@{place}@",
        "texts": [value_text(value) for value in values],
        "literals": [literal(value) for value in values],
        "codes": [codes[value] for value in column],
    }


def _command(reading: Reading, label: str) -> str:
    """Return a workload as ``xnorsim run`` takes it."""
    (workload,) = (one for one in reading.sweep.spec.workloads if one.label == label)
    given = label.removeprefix(workload.name).split()
    return shlex.join([workload.name, *(word for text in given for word in ("-p", text))])


def _drawn_text(reading: Reading) -> str:
    others = len(reading.others)
    if others <= MOST_OTHERS:
        return "Every design that has numbers is drawn."
    return f"The front is drawn whole; of the {others:,} other designs {MOST_OTHERS:,} are, picked at random."


def _why(reasons: Reasons) -> dict[str, Any]:
    cycles = sum(layer.cycles for layer in reasons.layers)
    return {
        "moves": [
            {
                "axis": move.axis,
                "values": [value_text(value) for value in move.values],
                "place": move.place,
                "objectives": [
                    [None if rule else number for rule, number in zip(move.rules, numbers, strict=True)]
                    for numbers in move.objectives.values()
                ],
                "rules": move.rules,
            }
            for move in reasons.moves
            if len(move.values) > 1
        ],
        "layers": [_layer(layer, cycles) for layer in reasons.layers],
        "roofs": [vars(roof) for roof in reasons.roofs],
    }


def _layer(layer: BoundLayer, cycles: int) -> dict[str, Any]:
    roof = layer.lowest_roof
    return {
        **{name: getattr(layer, name) for name in _LAYER},
        "share": layer.cycles / cycles,
        "lowest_roof": roof,
        "of_roof": layer.macs_per_cycle / layer.roofs[roof] if roof else None,
    }
