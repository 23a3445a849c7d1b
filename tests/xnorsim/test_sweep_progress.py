"""How a sweep goes on: a bar with rate and time left on a terminal, lines elsewhere."""

import io
import signal
import sys

import pytest
from rich.console import Console

from xnorsim.cli import sweep_progress
from xnorsim.cli.sweep_progress import telling


def heard(monkeypatch: pytest.MonkeyPatch, *, terminal: bool) -> str:
    """Return what is seen of a sweep of a million rows: a quarter was there, and a quarter is found in a minute."""
    out, now = io.StringIO(), [100.0]
    console = Console(file=out, force_terminal=terminal, width=100, highlight=False, markup=False, soft_wrap=True)
    monkeypatch.setattr(sweep_progress, "error_console", lambda: console)
    monkeypatch.setattr(sweep_progress, "monotonic", lambda: now[0])
    with telling() as listener:
        listener.started(1_000_000, 250_000)
        now[0] += 5
        listener.advanced(50_000)
        now[0] += 55
        listener.advanced(200_000)
        assert listener.found == 250_000
        listener.verifying(7)
    assert listener.verified == 7
    return out.getvalue()


def test_lines_say_how_far_how_fast_and_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    assert heard(monkeypatch, terminal=False).splitlines() == [
        "250,000 of 1,000,000 rows are there",
        "500,000 of 1,000,000 rows, 4,167 rows/s, about 2 min 0 s left",
    ]


def test_a_bar_moves_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = heard(monkeypatch, terminal=True)
    assert "500000/1000000" in seen
    assert "7 rows on the engine" in seen
    assert "━" in seen


def test_an_interrupt_that_would_be_lost_comes_with_the_next_part() -> None:
    listener = sweep_progress.Lines(Console(file=io.StringIO()))
    listener.started(100, 0)

    class Collected:
        def __del__(self) -> None:
            listener.interrupt(signal.SIGINT, sys._getframe())

    collected = Collected()
    del collected
    with pytest.raises(KeyboardInterrupt):
        listener.advanced(10)
    assert listener.there == 10
    with pytest.raises(KeyboardInterrupt):
        listener.interrupt(signal.SIGINT, sys._getframe())


@pytest.mark.parametrize(("seconds", "text"), [(9.6, "10 s"), (75, "1 min 15 s"), (7262, "2 h 1 min")])
def test_a_time_is_said_as_people_do(seconds: float, text: str) -> None:
    assert sweep_progress._time(seconds) == text
