"""Build a design with Verilator for cocotb, once for each content."""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from xnorsim.cosimulation import environment, runtime
from xnorsim.cosimulation.errors import failure
from xnorsim.cosimulation.toolchain import Simulation, find_simulation

# Assertions count; registers without reset start with a random value (the runner gives the seed).
# Only the ports are visible to Python: the runner's --public-flat-rw keeps every net, which costs speed.
# In functions of Verilator's default size 32 x 32 PEs take the compiler six times as long, and run no faster.
DEFAULT_FLAGS = ("--assert", "--x-initial", "unique", "--no-public-flat-rw", "--output-split-cfuncs", "1000")

# The suffixes of ports in this project's SystemVerilog.
VISIBLE_PORTS = ("*_i", "*_ni", "*_o")

# Links a main with the model that cocotb drives, and lists for it the inputs of the top: PORT(name), one a line.
_HARNESS_RULES = r"""
include Vtop.mk
VPATH += {folder}

{name}: {name}.o $(VK_GLOBAL_OBJS) Vtop__ALL.a
	$(CXX) $^ -pthread -o $@
{name}.o: ports.inc
ports.inc: Vtop.h
	sed -n 's/.*VL_IN[0-9]*(&\([a-z_0-9]*\),.*/PORT(\1)/p' $< > $@
"""


@dataclass(frozen=True)
class Design:
    """A top module, its sources in compilation order, its parameters and Verilator's flags.

    ``optimization`` is the compiler's for the C++ that runs in every cycle. ``harness`` is a C++ main that drives the
    model without cocotb, from an executable beside that of cocotb.
    """

    top: str
    sources: tuple[Path, ...]
    parameters: Mapping[str, int] = field(default_factory=dict)
    flags: tuple[str, ...] = DEFAULT_FLAGS
    optimization: str = "-Os"
    harness: Path | None = None


@dataclass(frozen=True)
class Build:
    """A design that was built: ``folder`` holds the executable, named like the top module."""

    top: str
    folder: Path


def cache_root() -> Path:
    """Return the folder of all builds: XNORSIM_CACHE, or xnorsim/builds in the user's cache folder."""
    own = os.environ.get("XNORSIM_CACHE")
    if own:
        return Path(own).absolute()
    user = os.environ.get("XDG_CACHE_HOME")
    return (Path(user) if user else Path.home() / ".cache") / "xnorsim" / "builds"


def build(design: Design) -> Build:
    """Build a design, or return its build where the same contents were built before.

    Errors: ToolMissingError; CosimulationError if Verilator or the compiler refuses the design.
    """
    tools = find_simulation()
    folder = cache_root() / f"{design.top}-{build_key(design, tools)}"
    if not folder.is_dir():
        with _locked(folder.with_suffix(".lock")):
            if not folder.is_dir():
                _build_into(folder, design, tools)
    return Build(design.top, folder)


def build_key(design: Design, tools: Simulation) -> str:
    """Return a digest of everything that the executable depends on."""
    content = {
        "top": design.top,
        "sources": [[path.name, hashlib.sha256(path.read_bytes()).hexdigest()] for path in design.sources],
        "parameters": dict(design.parameters),
        "flags": design.flags,
        "optimization": design.optimization,
        "harness": design.harness and hashlib.sha256(design.harness.read_bytes()).hexdigest(),
        "ports": VISIBLE_PORTS,
        "versions": tools.versions,
        # The executable finds cocotb's libraries by their absolute path.
        "cocotb": tools.cocotb.command,
    }
    return _digest(content)


def _digest(content: object) -> str:
    """Return a digest that fits into a file name: 96 bits of SHA-256."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:24]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock file, so that of several processes one builds and the others wait for it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _build_into(folder: Path, design: Design, tools: Simulation) -> None:
    """Build in a scratch folder and keep the executable; the folder appears only when it is complete."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="building-") as name:
        scratch = Path(name)
        log = folder.with_suffix(".log")
        store = folder.parent / f"runtime-{_digest([design.flags, design.optimization, tools.versions])}"
        runtime.reuse(store, scratch / "objects")
        try:
            _run_verilator(design, tools, scratch, log)
        except (RuntimeError, SystemExit) as error:
            raise failure(f"the build of {design.top} with {dict(design.parameters)} failed", log) from error
        runtime.keep(scratch / "objects", store)
        kept = scratch / "kept"
        kept.mkdir()
        shutil.copy2(scratch / "objects" / design.top, kept / design.top)
        if design.harness is not None:
            shutil.copy2(scratch / "objects" / design.harness.stem, kept / design.harness.stem)
        kept.rename(folder)


def _run_verilator(design: Design, tools: Simulation, scratch: Path, log: Path) -> None:
    """Call the cocotb runner's build step."""
    from cocotb_tools.runner import get_runner

    ports = scratch / "ports.vlt"
    ports.write_text(_visible_ports(design.top))
    launcher = scratch / "bin" / "verilator"
    launcher.parent.mkdir()
    launcher.symlink_to(tools.verilator.command[0])
    # The runner looks for the name `verilator` on PATH; the flags come after its own --public-flat-rw.
    path = f"{launcher.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    optimization = f"OPT_FAST={design.optimization} OPT_GLOBAL={design.optimization}"
    make_flags = f"{tools.verilator.environment.get('MAKEFLAGS', '')} {optimization}"
    variables = {**tools.verilator.environment, **tools.libpython.environment, "MAKEFLAGS": make_flags, "PATH": path}
    with environment.applied(variables):
        get_runner("verilator").build(
            sources=[ports, *design.sources],
            hdl_toplevel=design.top,
            parameters=design.parameters,
            build_args=list(design.flags),
            build_dir=scratch / "objects",
            log_file=log,
        )
        if design.harness is not None:
            _link_harness(design.harness, scratch / "objects", log)


def _link_harness(main: Path, objects: Path, log: Path) -> None:
    """Compile a main and link it with the model.

    Errors: RuntimeError, as the runner's.
    """
    rules = objects / "harness.mk"
    rules.write_text(_HARNESS_RULES.format(name=main.stem, folder=main.parent.absolute()))
    with log.open("a") as output:
        command = ("make", "-C", str(objects), "-f", rules.name, main.stem)
        ended = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False)
    if ended.returncode:
        raise RuntimeError(f"{main.name} was not linked with the model")


def _visible_ports(top: str) -> str:
    """Return the Verilator control file that makes the ports of the top module visible to cocotb."""
    lines = (f'public_flat_rw -module "{top}" -var "{pattern}"' for pattern in VISIBLE_PORTS)
    return "\n".join(["`verilator_config", *lines, ""])
