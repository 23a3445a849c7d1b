"""The error of a build or a run of the RTL that failed."""

from collections.abc import Sequence
from pathlib import Path

# Lines of a log that a message shows: enough for one compiler error or one Python traceback.
TAIL_LINES = 30


class CosimulationError(RuntimeError):
    """Report a build or a run of the RTL that failed: why, the end of its log, how to repeat it."""


def failure(what: str, log: Path, repeat: Sequence[str] = ()) -> CosimulationError:
    """Join a cause, the tail of a log and the command that repeats the run."""
    text = log.read_text(errors="replace") if log.is_file() else ""
    tail = text.splitlines()[-TAIL_LINES:]
    again = [f"repeat with: {' '.join(repeat)}"] if repeat else []
    return CosimulationError("\n".join([what, *tail, f"log: {log}", *again]))
