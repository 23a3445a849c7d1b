"""Verilator's runtime library, compiled once for all designs: most of the compile time of a small one."""

import os
import shutil
import tempfile
import time
from pathlib import Path

# The objects that depend on Verilator, the compiler and the flags, and on nothing of the design.
OBJECTS = "verilated*.o"

# Verilator's makefile rebuilds objects that are older than itself, and it is written after they are put in place.
AHEAD_S = 3600.0


def reuse(store: Path, objects: Path) -> None:
    """Put the stored objects, if there are any, where make finds them, newer than all that they depend on."""
    objects.mkdir(parents=True)
    later = time.time() + AHEAD_S
    for path in store.glob(OBJECTS):
        os.utime(shutil.copyfile(path, objects / path.name), (later, later))


def keep(objects: Path, store: Path) -> None:
    """Store the objects of a build, unless some are stored; the folder appears only when it is complete."""
    if store.is_dir():
        return
    scratch = Path(tempfile.mkdtemp(dir=store.parent, prefix="keeping-"))
    for path in objects.glob(OBJECTS):
        shutil.copyfile(path, scratch / path.name)
    try:
        scratch.rename(store)
    except OSError:
        # Another process stored its own in between; they are the same.
        shutil.rmtree(scratch)
