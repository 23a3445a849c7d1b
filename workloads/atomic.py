"""Outputs that appear whole: written aside, then renamed."""

import os
import tempfile
from pathlib import Path

from workloads.errors import InputError


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is never seen half-written.

    A link is followed, so that it stays one.
    Errors: InputError if it cannot be written, or is a device, a pipe or a directory; nothing is left behind then.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        raise InputError(f"{path}: cannot be written: it is not a regular file")
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


def _umask() -> int:
    # A temporary file is private; the result gets the mode that an ordinary new file would have.
    mask = os.umask(0)
    os.umask(mask)
    return mask
