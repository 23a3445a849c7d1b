"""Settings of all tests."""

import signal

import pytest
from hypothesis import settings

PRINTED = "printed"
"""The property that a test records for what is to be read at the end of a run."""

# Derandomized: a test that is green here is green everywhere. No deadline: the machine's speed is no property.
settings.register_profile("xnorsim", deadline=None, derandomize=True, max_examples=100)
settings.load_profile("xnorsim")

# What a shell starts in the background ignores some signals, and so does all that it starts itself: tests send them.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have recorded: what they write themselves is lost where other processes run them."""
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, text in report.user_properties:
            if name == PRINTED:
                terminalreporter.write_line(f"\n{report.nodeid}\n{text}")
