"""``xnorsim pareto``."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workloads.atomic import write_whole
from workloads.errors import InputError
from xnorsim.errors import demand
from xnorsim.sweeps.accelerator_text import text_of
from xnorsim.sweeps.explaining import Explaining, Reasons
from xnorsim.sweeps.front_table import counts_text, print_front, print_row
from xnorsim.sweeps.pareto_page import page
from xnorsim.sweeps.reading import Reading
from xnorsim.sweeps.spread import spread
from xnorsim.sweeps.why_tables import print_reasons

if TYPE_CHECKING:
    from xnorsim.sweeps.directory import SweepDirectory

EXPLAINED = 24
"""Designs of the front whose reasons a page has: each costs an evaluation of all values of all axes, and a run."""


@dataclass(frozen=True)
class Request:
    """What ``xnorsim pareto`` was asked for."""

    directory: str
    html: str | None
    row: int | None
    toml: str | None
    why: int | None


def pareto(request: Request) -> None:
    """Print the front of a sweep, or one of its rows, or why that is as it is; write a page, or an accelerator."""
    if request.toml is not None and request.row is None:
        raise InputError("--toml needs --row: which row's accelerator?")
    if request.row is not None and (request.why is not None or request.html is not None):
        raise InputError("--row shows one row by itself: --why and --html go without it")
    # Before anything is read.
    demand("sweep", "pyarrow", "plotly", "tomli-w")
    from xnorsim.sweeps.directory import SweepDirectory

    sweep = SweepDirectory.open(request.directory)
    if request.row is not None:
        _row(sweep, request.row, request.toml)
    elif request.why is not None:
        _why(sweep, request.why, request.html)
    else:
        _front(sweep, request.html)


def _row(sweep: "SweepDirectory", row: int, target: str | None) -> None:
    """Print a row, and its accelerator's file or where that went."""
    found = sweep.row(row)
    text = text_of(sweep.accelerator(row), row)
    if target == "-":
        sys.stdout.write(text)
        return
    if target is not None:
        write_whole(Path(target), text.encode())
    print_row(sweep.spec, found)
    sys.stdout.write(f"\n{text}" if target is None else f"\nIts accelerator: {target}\n")


def _why(sweep: "SweepDirectory", row: int, html: str | None) -> None:
    (reasons,) = Explaining(sweep).reasons([sweep.row(row)])
    print_reasons(sweep.spec, reasons)
    _write(Reading.of(sweep), [reasons], row, html)


def _front(sweep: "SweepDirectory", html: str | None) -> None:
    reading = Reading.of(sweep)
    if not len(reading.front):
        raise InputError(f"{sweep.path}: no design is on the front: {counts_text(reading)}")
    print_front(reading)
    explained = reading.front[spread(len(reading.front), EXPLAINED)]
    reasons: list[Reasons] = []
    try:
        reasons = Explaining(sweep).reasons(reading.table(explained).to_pylist())
    except InputError as error:
        # The front is what it was: it only cannot be evaluated anew.
        sys.stdout.write(f"\nThe page says of no design why it is as it is: {error}\n")
    _write(reading, reasons, None, html)


def _write(reading: Reading, reasons: Sequence[Reasons], chosen: int | None, html: str | None) -> None:
    target = reading.sweep.path / "pareto.html" if html is None else Path(html)
    write_whole(target, page(reading, reasons, chosen, counts_text(reading)))
    sys.stdout.write(f"\nThe page: {target}\n")
