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

from workloads.errors import InputError
from xnorsim.cosimulation import runtime
from xnorsim.cosimulation.cocotb_step import run_step
from xnorsim.cosimulation.environment import process_environment
from xnorsim.cosimulation.errors import BuildError, build_failure
from xnorsim.cosimulation.processes import run_in_group
from xnorsim.cosimulation.toolchain import Simulation, find_simulation
from xnorsim.cosimulation.trimming import trim

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

    ``reading`` are flags about how the sources are read (folders of included files, macros, warnings); what is included
    counts as content. ``optimization`` is the compiler's for the C++ that runs in every cycle. ``harness`` is a C++
    main that drives the model without cocotb, from an executable beside that of cocotb.
    """

    top: str
    sources: tuple[Path, ...]
    parameters: Mapping[str, int] = field(default_factory=dict)
    flags: tuple[str, ...] = DEFAULT_FLAGS
    reading: tuple[str, ...] = ()
    waves: bool = False
    optimization: str = "-Os"
    harness: Path | None = None


@dataclass(frozen=True)
class Build:
    """A design that was built: ``folder`` holds the executable, named like the top module."""

    top: str
    folder: Path

    @property
    def rate_file(self) -> Path:
        """Return the file that says how fast the build runs, once it has run."""
        return self.folder.with_suffix(".rate")


def cache_root() -> Path:
    """Return the folder of all builds: XNORSIM_CACHE, or xnorsim/builds in the user's cache folder."""
    own = os.environ.get("XNORSIM_CACHE")
    if own:
        return Path(own).absolute()
    user = os.environ.get("XDG_CACHE_HOME")
    return (Path(user) if user else Path.home() / ".cache") / "xnorsim" / "builds"


def find_build(design: Design) -> Build | None:
    """Return the build of a design; None if there is none yet.

    Errors: as ``build``.
    """
    place = _place(design, find_simulation())
    return place if place.folder.is_dir() else None


def build(design: Design) -> Build:
    """Build a design, or return its build where the same contents were built before.

    Errors: ToolMissingError; BuildError if Verilator or the compiler refuses the design; InputError if the cache
    cannot be written.
    """
    tools = find_simulation()
    place = _place(design, tools)
    if not _used(place.folder):
        with _locked(place.folder.with_suffix(".lock")):
            if not _used(place.folder):
                _build_into(place.folder, design, tools)
                trim(place.folder.parent)
    return place


def _used(folder: Path) -> bool:
    """Give a folder of the cache the date of its use; tell whether it is there."""
    try:
        os.utime(folder)
    except FileNotFoundError:
        return False
    except OSError:
        # A cache that others fill, and that is only read here.
        return folder.is_dir()
    return True


def _place(design: Design, tools: Simulation) -> Build:
    """Return where a design's build is, or would be."""
    return Build(design.top, cache_root() / f"{design.top}-{build_key(design, tools)}")


def build_key(design: Design, tools: Simulation) -> str:
    """Return a digest of everything that the executable depends on.

    Errors: BuildError if Verilator's preprocessor refuses the design.
    """
    content = {
        "top": design.top,
        "sources": [[path.name, hashlib.sha256(path.read_bytes()).hexdigest()] for path in design.sources],
        "included": _included(design, tools) if design.reading else "",
        "parameters": dict(design.parameters),
        "flags": design.flags,
        "waves": design.waves,
        "optimization": design.optimization,
        "harness": design.harness and hashlib.sha256(design.harness.read_bytes()).hexdigest(),
        "ports": VISIBLE_PORTS,
        "versions": tools.versions,
        # The executable finds cocotb's libraries by their absolute path.
        "cocotb": tools.cocotb.command,
    }
    return _digest(content)


def _included(design: Design, tools: Simulation) -> str:
    """Return a digest of the sources as the preprocessor leaves them."""
    sources = [str(path) for path in design.sources if path.suffix != ".vlt"]
    command = (*tools.verilator.command, "-E", "-P", *design.reading, *sources)
    environment = process_environment(tools.verilator.environment)
    ended = subprocess.run(command, env=environment, capture_output=True, check=False)
    if ended.returncode:
        raise build_failure("the preprocessor", ended.stderr.decode(errors="replace"))
    return hashlib.sha256(ended.stdout).hexdigest()


def _digest(content: object) -> str:
    """Return a digest that fits into a file name: 96 bits of SHA-256."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:24]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock file, so that of several processes one builds and the others wait for it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("w")
    except OSError as error:
        rule = f"the builds in {path.parent} cannot be written: {error.strerror}"
        raise InputError(f"{rule}; XNORSIM_CACHE sets another folder") from error
    with handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _build_into(folder: Path, design: Design, tools: Simulation) -> None:
    """Build in a scratch folder and keep the executable; the folder appears only when it is complete."""
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="building-", ignore_cleanup_errors=True) as name:
        scratch = Path(name)
        log = folder.with_suffix(".log")
        content = [design.flags, design.waves, design.optimization, tools.versions]
        store = folder.parent / f"runtime-{_digest(content)}"
        _used(store)
        runtime.reuse(store, scratch / "objects")
        if _run_verilator(design, tools, scratch, log) != 0:
            raise build_failure(f"the build of {design.top} with {dict(design.parameters)}", log.read_text(), log)
        runtime.keep(scratch / "objects", store)
        if _place(design, tools).folder != folder:
            # A build under the name of other contents would be taken for theirs from then on.
            complaint = "a source has changed during the build: run it again"
            raise BuildError(f"{design.top}: {complaint}", complaint)
        kept = scratch / "kept"
        kept.mkdir()
        shutil.copy2(scratch / "objects" / design.top, kept / design.top)
        if design.harness is not None:
            shutil.copy2(scratch / "objects" / design.harness.stem, kept / design.harness.stem)
        kept.rename(folder)


def _run_verilator(design: Design, tools: Simulation, scratch: Path, log: Path) -> int:
    """Call the cocotb runner's build step and return its exit code."""
    ports = scratch / "ports.vlt"
    ports.write_text(_visible_ports(design.top))
    launcher = scratch / "bin" / "verilator"
    launcher.parent.mkdir()
    launcher.symlink_to(tools.verilator.command[0])
    arguments = {
        "sources": [str(path) for path in (ports, *design.sources)],
        "hdl_toplevel": design.top,
        "parameters": dict(design.parameters),
        # They come after the runner's own --public-flat-rw.
        "build_args": [*design.flags, *design.reading],
        "build_dir": str(scratch / "objects"),
        "waves": design.waves,
    }
    # The runner looks for the name `verilator` on PATH.
    path = f"{launcher.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    optimization = f"OPT_FAST={design.optimization} OPT_GLOBAL={design.optimization}"
    make_flags = f"{tools.verilator.environment.get('MAKEFLAGS', '')} {optimization}"
    environment = {**tools.verilator.environment, **tools.libpython.environment, "MAKEFLAGS": make_flags, "PATH": path}
    ended = run_step("build", arguments, environment, scratch, log)
    if ended or design.harness is None:
        return ended
    return _link_harness(design.harness, scratch / "objects", environment, log)


def _link_harness(main: Path, objects: Path, environment: Mapping[str, str], log: Path) -> int:
    """Compile a main, link it with the model and return the exit code."""
    (objects / "harness.mk").write_text(_HARNESS_RULES.format(name=main.stem, folder=main.parent.absolute()))
    command = ("make", "-C", str(objects), "-f", "harness.mk", main.stem)
    return run_in_group(command, process_environment(environment), log)


def _visible_ports(top: str) -> str:
    """Return the Verilator control file that makes the ports of the top module visible to cocotb."""
    lines = (f'public_flat_rw -module "{top}" -var "{pattern}"' for pattern in VISIBLE_PORTS)
    return "\n".join(["`verilator_config", *lines, ""])
