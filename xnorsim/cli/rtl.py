"""``xnorsim rtl``."""

from pathlib import Path

from simulator.accelerator_file import accelerator_path, load_accelerator
from workloads.errors import InputError
from xnorsim.console import console
from xnorsim.cosimulation.take_away import take_away


def write_rtl(accelerator: str, output: str) -> None:
    """Write the RTL of an accelerator into a new folder, and say what to do with it."""
    if not output:
        raise InputError("--output must name a folder")
    folder = Path(output)
    take_away(load_accelerator(accelerator), accelerator_path(accelerator), folder)
    console().print(f"{folder}: sources, xnorsim.f, parameters.f, bench; {folder / 'README.md'} has what to do")
