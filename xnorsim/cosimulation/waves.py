"""Waveforms: which format this machine can write, and the design that writes it."""

import subprocess
from dataclasses import replace

from xnorsim.cosimulation.builds import Design
from xnorsim.cosimulation.toolchain import find_compiler

# Verilator's writer of FST, a format of few bytes, includes them; its writer of VCD needs nothing.
_FST_HEADERS = "#include <zlib.h>\n#include <lz4.h>\n"


def wave_format() -> str:
    """Return ``fst`` if the compiler finds what its writer includes, else ``vcd``."""
    command = (*find_compiler().command, "-fsyntax-only", "-x", "c++", "-")
    ended = subprocess.run(command, input=_FST_HEADERS, capture_output=True, text=True, check=False)
    return "vcd" if ended.returncode else "fst"


def traced(design: Design, form: str) -> Design:
    """Return a design that writes waveforms, into ``dump.fst`` or ``dump.vcd``."""
    flags = (*design.flags, "--trace-fst") if form == "fst" else design.flags
    return replace(design, flags=flags, waves=True)
