"""Outputs that appear whole: written aside, then renamed."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workloads.errors import InputError


def check_whole(path: Path) -> None:
    """Refuse what ``write_whole`` could not write, before there is anything to be written.

    Errors: as ``write_whole``.
    """
    path = _regular(path)
    try:
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error


def _regular(path: Path) -> Path:
    """Return the file behind all links."""
    path = path.resolve()
    if path.exists() and not path.is_file():
        raise InputError(f"{path}: cannot be written: it is not a regular file")
    return path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is never seen half-written.

    A link is followed, so that it stays one.
    Errors: InputError if it cannot be written, or is a device, a pipe or a directory; nothing is left behind then.
    """
    path = _regular(path)
    aside: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
            aside = Path(stream.name)
            stream.write(content)
        aside.chmod(0o666 & ~_umask())
        aside.replace(path)
    except OSError as error:
        if aside is not None:
            aside.unlink(missing_ok=True)
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Yield a folder to be filled, which appears at the path when the block ends, and not at all if it fails.

    Errors: InputError if there is something at the path already, or it cannot be written.
    """
    path = path.absolute()
    if os.path.lexists(path):
        raise InputError(f"{path}: is there already, and is not written over")
    aside: Path | None = None
    try:
        aside = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
        yield aside
        aside.chmod(0o777 & ~_umask())
        aside.rename(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)


def _umask() -> int:
    # A temporary file is private; the result gets the mode that an ordinary new file would have.
    mask = os.umask(0)
    os.umask(mask)
    return mask
