"""Where the SystemVerilog is; the hardware itself lies in ``src`` beside this file."""

from pathlib import Path

_FOLDER = Path(__file__).parent
SOURCE_DIR = _FOLDER / "src"


def source_files() -> tuple[Path, ...]:
    """Return the sources in the order of the file list: every module after those that it instantiates."""
    lines = (line.strip() for line in (_FOLDER / "xnorsim.f").read_text(encoding="utf-8").splitlines())
    return tuple(_FOLDER / line for line in lines if line and not line.startswith("//"))


def waivers() -> tuple[Path, ...]:
    """Return Verilator's waiver files, to be read before the sources; each waiver has its reason above it."""
    return (_FOLDER / "waivers.vlt",)
