"""The outcomes of a run, written down one by one, so that a run that was interrupted goes on where it ended."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).parents[2] / ".cache" / "mutation"


class Journal:
    """A file with a line for each mutant that was run: its name and the outcome."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, str]:
        """Return the outcomes so far."""
        lines = self._path.read_text(encoding="utf-8").splitlines() if self._path.is_file() else []
        return dict(line.split(maxsplit=1) for line in lines)

    def add(self, name: str, outcome: str) -> None:
        """Write down one outcome."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{name} {outcome}\n")


def digest(parts: Iterable[bytes]) -> str:
    """Return a name for what outcomes depend on."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]
