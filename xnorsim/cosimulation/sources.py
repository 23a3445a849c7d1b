"""The RTL that is simulated: this project's own, or another one's by its file list."""

import os
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import rtl
from workloads.errors import InputError, problem

SUFFIXES = (".sv", ".v", ".svh", ".vh", ".vlt")


@dataclass(frozen=True)
class Sources:
    """Sources in compilation order, waivers among them, and Verilator's flags of how to read them."""

    files: tuple[Path, ...]
    reading: tuple[str, ...] = ()
    file_list: Path | None = None


OURS = Sources((*rtl.waivers(), *rtl.source_files()))


def read_file_list(path: Path) -> Sources:
    """Read a file list: a source a line, comments behind // or #, ``+incdir+``, ``+define+``, ``-f`` for another list.

    Paths start from the folder of the list that they stand in. Warnings do not stop the build: lint is another check.
    Errors: InputError naming list, line and what is wrong with it.
    """
    words = list(_words(path, ()))
    files = tuple(Path(word) for word in words if not word.startswith("-"))
    if not files:
        raise InputError(f"{path}: must name at least one source")
    return Sources(files, ("-Wno-fatal", *(word for word in words if word.startswith("-"))), path)


def _words(path: Path, outer: tuple[Path, ...]) -> Iterator[str]:
    """Yield every source as an absolute path, and every flag as Verilator takes it."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no text"
        raise InputError(f"{path}: cannot be read as a file list: {reason}") from error
    if path.resolve() in outer:
        raise InputError(f"{path}: a file list must not name itself")
    for number, line in enumerate(lines, start=1):
        where = f"{path}: line {number}"
        try:
            words = iter(shlex.split(os.path.expandvars(_without_comment(line))))
        except ValueError as error:
            raise InputError(f"{where} must be words, quoted if need be: {error}") from error
        for word in words:
            if word in ("-f", "-F"):
                yield from _words(_existing(path, next(words, ""), where), (*outer, path.resolve()))
            else:
                yield from _meaning(path, word, where)


def _without_comment(line: str) -> str:
    """Return a line without what stands behind // or #, unless that is a part of a word."""
    return re.sub(r"(?<!\S)(//|#).*", "", line)


def _meaning(path: Path, word: str, where: str) -> Iterator[str]:
    """Yield what a word of a list means."""
    if word.startswith("+incdir+"):
        yield from (f"-I{_existing(path, folder, where)}" for folder in word.split("+")[2:])
    elif word.startswith("+define+"):
        yield from (f"-D{macro}" for macro in word.split("+")[2:])
    elif word.startswith(("+", "-")):
        raise InputError(problem(where, "must have a source, +incdir+FOLDER, +define+NAME=VALUE or -f LIST", word))
    elif Path(word).suffix not in SUFFIXES:
        raise InputError(problem(where, f"must have sources ending in {', '.join(SUFFIXES)}", word))
    else:
        yield str(_existing(path, word, where))


def _existing(path: Path, name: str, where: str) -> Path:
    """Return the place of a file or folder that a list names."""
    found = (path.parent / name).absolute()
    if not name or not found.exists():
        raise InputError(f"{where}: {name or 'the list behind -f'} is not there ({found})")
    return found
