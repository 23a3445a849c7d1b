"""What a mutation run found: its section of docs/mutation.md, with a reason for every survivor."""

import importlib.metadata
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutation.mutant import SURVIVED, Mutant

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "mutation.md"


@dataclass(frozen=True)
class Result:
    """A mutant, and the test or the assertion that killed it, or that it survived."""

    mutant: Mutant
    outcome: str

    @property
    def killed(self) -> bool:
        """Tell whether anything noticed the mutant."""
        return self.outcome != SURVIVED


@dataclass(frozen=True)
class Reason:
    """Why some mutants survive."""

    kind: str
    why: str
    mutants: frozenset[str]


def read_reasons(path: Path) -> list[Reason]:
    """Read the reasons of a file of survivors."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["reason"]
    return [Reason(entry["kind"], entry["why"], frozenset(entry["mutants"])) for entry in entries]


def versions(*packages: str) -> str:
    """Return the versions of some packages."""
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    return ", ".join([python, *(f"{name} {importlib.metadata.version(name)}" for name in packages)])


def finish(name: str, facts: str, results: Sequence[Result], *, least_killed: float = 0.0) -> int:
    """Write a run's section of the page; say what is wrong, and return the exit code."""
    reasons = read_reasons(Path(__file__).with_name(f"{name}_survivors.toml"))
    write_section(name, facts, results, reasons)
    wrong = complaints(results, reasons, least_killed)
    killed = sum(result.killed for result in results)
    sys.stdout.write(f"\n{killed} of {len(results)} mutants killed; the page is {PAGE.relative_to(ROOT)}\n")
    sys.stdout.write("".join(f"{line}\n" for line in wrong))
    return int(bool(wrong))


def complaints(results: Sequence[Result], reasons: Sequence[Reason], least_killed: float) -> list[str]:
    """Return what is wrong: too few killed, a survivor without a reason, a reason for what does not survive."""
    alive = {result.mutant.key for result in results if not result.killed}
    explained = {key for reason in reasons for key in reason.mutants}
    killed = sum(result.killed for result in results) / len(results)
    few = [f"only {killed:.1%} are killed, not {least_killed:.0%}"] if killed < least_killed else []
    unexplained = [f"no reason: {key}" for key in sorted(alive - explained)]
    return few + unexplained + [f"does not survive: {key}" for key in sorted(explained - alive)]


def write_section(name: str, facts: str, results: Sequence[Result], reasons: Sequence[Reason]) -> None:
    """Put the tables and survivors of a run between its marks in the page."""
    parts = [facts, _by_file(results), _by_killer(results), *_survivors(results, reasons)]
    begin, end = f"<!-- {name}: written by the run -->", f"<!-- end of {name} -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    section = "\n\n".join([begin, *parts, end])
    PAGE.write_text(pattern.sub(lambda _: section, PAGE.read_text(encoding="utf-8")), encoding="utf-8")


def _by_file(results: Sequence[Result]) -> str:
    files = sorted({result.mutant.file for result in results})
    rows = [_row(file, [result for result in results if result.mutant.file == file]) for file in files]
    head = "| file | mutants | killed | survived |\n|---|---|---|---|"
    return "\n".join([head, *rows, _row("all", results)])


def _row(name: str, results: Sequence[Result]) -> str:
    killed = sum(result.killed for result in results)
    return f"| {name} | {len(results)} | {killed} ({killed / len(results):.1%}) | {len(results) - killed} |"


def _by_killer(results: Sequence[Result]) -> str:
    counts = Counter(result.outcome for result in results if result.killed)
    rows = [f"| {killer} | {count} |" for killer, count in counts.most_common()]
    return "\n".join(["| killed by | mutants |\n|---|---|", *rows])


def _survivors(results: Sequence[Result], reasons: Sequence[Reason]) -> list[str]:
    """Return each reason with its survivors, and those that have none."""
    alive = [result.mutant for result in results if not result.killed]
    explained = {key for reason in reasons for key in reason.mutants}
    known = [(f"**{reason.kind}.** {reason.why}", reason.mutants) for reason in reasons]
    open_ = ("**Not explained yet.**", frozenset(mutant.key for mutant in alive) - explained)
    parts = []
    for text, keys in [*known, open_]:
        lines = [f"- `{m.file}:{m.line}` `{m.code}`: `{m.change}`" for m in alive if m.key in keys]
        if lines:
            parts.append("\n".join([text, "", *lines]))
    return parts
