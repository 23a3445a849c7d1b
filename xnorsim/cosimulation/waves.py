"""Waveforms: which format this machine can write, and the design that writes it."""

import subprocess
from dataclasses import replace

from xnorsim.cosimulation.builds import Design
from xnorsim.cosimulation.toolchain import find_compiler

# What Verilator's writer of FST needs; that of VCD, which takes far more bytes, needs nothing.
_FST_PROGRAM = "#include <zlib.h>\n#include <lz4.h>\nint main() {}\n"
_FST_LIBRARIES = ("-lz", "-llz4")


def wave_format() -> str:
    """Return ``fst`` if the compiler finds what its writer needs, else ``vcd``."""
    command = (*find_compiler().command, "-x", "c++", "-", "-o", "/dev/null", *_FST_LIBRARIES)
    ended = subprocess.run(command, input=_FST_PROGRAM, capture_output=True, text=True, check=False)
    return "vcd" if ended.returncode else "fst"


def traced(design: Design, form: str) -> Design:
    """Return a design that writes waveforms, into ``dump.fst`` or ``dump.vcd``."""
    flags = (*design.flags, "--trace-fst") if form == "fst" else design.flags
    return replace(design, flags=flags, waves=True)
