"""The front of a sweep as a table for a person, and how many rows are what."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console

from xnorsim.console import console
from xnorsim.sweeps.accelerator_text import value_text
from xnorsim.sweeps.reading import Places, Reading, numbers_of
from xnorsim.sweeps.spec import Spec
from xnorsim.sweeps.spread import spread
from xnorsim.texts import energy_text, listed, table_of, time_text, title

MOST_ROWS = 40
"""Rows of each workload's front that are printed: the page has all of them."""
MOST_RULES = 5
_LONGEST_HEADING = 9
_WIDTH = 160
"""Letters of a line in a file: a table has many columns."""


def print_front(reading: Reading) -> None:
    """Print the front and the counts of all rows."""
    out = console(_WIDTH)
    spec, front = reading.sweep.spec, reading.front
    out.print(f"The front of {reading.sweep.path}", style="bold")
    better = ", ".join(f"{'more' if one.maximize else 'less'} {one.name}" for one in spec.objectives)
    out.print(f"{len(front):,} of {counts_text(reading)}. Better is {better}.")
    missing = reading.sweep.manifest.rows - len(reading.rows)
    if missing:
        out.print(f"{missing:,} more are not there yet: the sweep has not come to its end.")
    codes = reading.workloads.codes[front]
    for code, workload in enumerate(reading.workloads.texts):
        _workload(out, reading, workload, front[codes == code])
    out.print()
    rules = (f"{count:>10,}  {rule}" for count, rule in reading.common_rules(MOST_RULES))
    listed(out, "Refused, by the commonest rules (alike but for their numbers)", rules)


def print_row(spec: Spec, row: Mapping[str, Any]) -> None:
    """Print one row of a sweep."""
    out = console()
    out.print(f"Row {row['row']}: {row['workload']} on {row['technology']}", style="bold")
    out.print(row["status"] if not row["rule"] else f"{row['status']}: {row['rule']}")
    table = table_of(("", "<"), ("", "<"))
    table.show_header = False
    for name in (*(axis.field for axis in spec.axes), *(numbers_of(spec) if not row["rule"] else ())):
        table.add_row(name, number_text(name, row[name]))
    out.print(table)


def counts_text(reading: Reading) -> str:
    """Return how many rows are what."""
    counts = reading.counts
    parts = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count or what == "ok")
    return f"{len(reading.rows):,} designs ({parts})"


def number_text(name: str, value: Any) -> str:
    """Return a number of a result, or a value of a field, as a page shows it."""
    stem = name.partition(".")[0]
    if stem == "energy_pj":
        return energy_text(value)
    if stem == "latency_s":
        return time_text(value)
    if stem == "utilization":
        return f"{value:.1%}"
    return f"{value:.4g}" if isinstance(value, float) else value_text(value)


def _workload(out: Console, reading: Reading, workload: str, front: Places) -> None:
    """Print the front of a workload."""
    title(
        out, f"{workload}: no other design is as good in all, and better in one" if len(front) else f"{workload}: none"
    )
    printed = front[spread(len(front), MOST_ROWS)]
    if len(printed):
        _table(out, reading, reading.table(printed).to_pylist())
    if len(front) > len(printed):
        out.print(f"{len(front) - len(printed):,} more lie between these: the page has them all.")


def _table(out: Console, reading: Reading, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print rows: what varies, and the numbers."""
    named = ["technology"] if len(reading.sweep.spec.technologies) > 1 else []
    fields = [axis.field for axis in reading.sweep.spec.own_axes if len(axis.values) > 1]
    columns = [(_heading(name), ">") for name in (*fields, *reading.numbers)]
    table = table_of(("row", ">"), *((name, "<") for name in named), *columns)
    for row in rows:
        cells = (number_text(name, row[name]) for name in (*fields, *reading.numbers))
        table.add_row(str(row["row"]), *(row[name] for name in named), *cells)
    out.print(table)


def _heading(name: str) -> str:
    """Return a dotted name on several lines: a table has many columns."""
    lines = [""]
    for part in re.findall(r"[^._]+[._]?", name):
        if lines[-1].endswith(".") or len(lines[-1]) + len(part) > _LONGEST_HEADING:
            lines.append("")
        lines[-1] += part
    return "\n".join(lines).strip()
