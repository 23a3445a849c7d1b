"""A mutant: one small fault in one place of a source."""

from dataclasses import dataclass

SURVIVED = "survived"


@dataclass(frozen=True)
class Mutant:
    """A fault in a line of a file: the code ``before`` reads ``after`` instead; nothing if it was dropped."""

    file: str
    line: int
    code: str
    before: str
    after: str

    @property
    def change(self) -> str:
        """Return the fault without its place."""
        return f"{self.before} -> {self.after or '(dropped)'}"

    @property
    def key(self) -> str:
        """Return what names the mutant while lines move: no line number."""
        return f"{self.file}: {self.code}: {self.change}"


def one_line(text: str) -> str:
    """Return a piece of code on one line."""
    return " ".join(text.split())
