"""The errors of tools that are missing, and of a build or a run of the RTL that failed."""

import re
from collections.abc import Sequence
from pathlib import Path

# Lines of a log that a message shows: enough for one compiler error or one Python traceback.
TAIL_LINES = 30


class CosimulationError(RuntimeError):
    """Report a build or a run of the RTL that failed: why, the end of its log, how to repeat it."""


class BuildError(CosimulationError):
    """Report sources that Verilator or the compiler refused; ``complaint`` is the tool's first error."""

    def __init__(self, message: str, complaint: str) -> None:
        super().__init__(message)
        self.complaint = complaint


class ToolMissingError(RuntimeError):
    """Report a tool that is not there, or too old, and how to get it."""

    def __init__(self, tool: str, remedy: str, found: str = "") -> None:
        super().__init__(f"{tool} not found{found and f' ({found})'}: {remedy}")
        self.tool = tool
        self.remedy = remedy


def failure(what: str, log: Path, repeat: Sequence[str] = ()) -> CosimulationError:
    """Join a cause, the tail of a log and the command that repeats the run."""
    text = log.read_text(errors="replace") if log.is_file() else ""
    again = [f"repeat with: {' '.join(repeat)}"] if repeat else []
    return CosimulationError("\n".join([what, *_tail(text), f"log: {log}", *again]))


def build_failure(what: str, said: str, log: Path | None = None) -> BuildError:
    """Join what failed and what the tool said of it."""
    where = [] if log is None else [f"log: {log}"]
    lines = [line for line in said.splitlines() if line.strip()]
    # Verilator's first error names the cause; its last ones only count them.
    errors = [line for line in lines if re.search(r"%Error|\berror:", line)] or lines[-1:]
    complaint = " ".join(errors[:1] or ["it said nothing"])
    return BuildError("\n".join([f"{what} failed", *_tail(said), *where]), complaint)


def _tail(text: str) -> list[str]:
    return text.splitlines()[-TAIL_LINES:]
