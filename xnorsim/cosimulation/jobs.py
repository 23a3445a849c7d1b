"""Play jobs on the RTL: memory image in; counters and memory out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import rtl
from simulator.layout import ceil_div, power_of_two_above
from workloads.operations import Window
from xnorsim.cosimulation.builds import Design, build
from xnorsim.cosimulation.runner import run_bench

BENCH_TOP = "xnorsim_bench"
BENCH_FOLDER = Path(__file__).parent / "bench"
TEST_MODULE = "xnorsim.cosimulation.bench.jobs_bench"
DUMP_FILE = "dump.hex"
COUNTERS_FILE = "counters.json"

# Port words, one a row, as bytes from the least significant one.
PortWords = NDArray[np.uint8]

DIM_BITS, WINDOW_BITS = 20, 8
"""The bits of a job's sizes, and of a window's kernel, stride, padding and dilation."""

STALL_WORD_BITS = 64
"""The bits of a word of the bench's stall patterns."""

BENCH_SIZES = {"MemoryWords": 1 << 12, "MaxLatency": 1 << 8, "StallWords": 1 << 16}
"""What the bench holds unless the jobs need more: port words, cycles of a load on its way, words of stall patterns."""


@dataclass(frozen=True)
class RtlOperand:
    """Where an operand lies, and the planes of a row of it.

    ``unipolar`` digits are 0 and 1, others -1 and +1. The weight of a plane is twice that of the plane before if
    ``weighted``, else the same; that of the last plane counts ``negative``.
    Units: ``addr`` in port words.
    """

    addr: int
    planes: int = 1
    unipolar: bool = False
    weighted: bool = False
    negative: bool = False

    def ports(self, name: str) -> dict[str, int]:
        """Return the value of each input of the bench top that is about the operand."""
        return {
            f"job_{name}_addr_i": self.addr,
            f"job_{name}_planes_i": self.planes,
            f"job_{name}_unipolar_i": int(self.unipolar),
            f"job_{name}_weighted_i": int(self.weighted),
            f"job_{name}_negative_i": int(self.negative),
        }


@dataclass(frozen=True)
class RtlJob:
    """The fields of a job as the RTL takes them, its stall pattern, and the cycles after which it counts as stuck.

    A row of A is a place of the ``window``, with ``tap_words`` k words under each tap. ``shift`` is the weight of the
    first pair of planes, as a logarithm. Bit c of ``stalls`` keeps the port from accepting a request at edge c of the
    job; past the end of the pattern the port is ready.
    Units: addresses in port words; ``cycle_limit`` counts from the end of the job before.
    """

    m: int
    n: int
    k_words: int
    tap_words: int
    window: Window
    chunk_words: int
    tail_lanes: int
    tile_rows: int
    n_words: int
    thresholds: bool
    a: RtlOperand
    b: RtlOperand
    t_addr: int
    r_addr: int
    cycle_limit: int
    shift: int = 0
    stalls: tuple[bool, ...] = ()

    def ports(self) -> dict[str, int]:
        """Return the value of each input of the bench top."""
        return {
            "job_m_i": self.m,
            "job_n_i": self.n,
            "job_k_words_i": self.k_words,
            "job_tap_words_i": self.tap_words,
            **window_ports(self.window),
            "job_chunk_words_i": self.chunk_words,
            "job_tile_rows_i": self.tile_rows,
            "job_tail_lanes_i": self.tail_lanes,
            "job_n_words_i": self.n_words,
            "job_thresholds_i": int(self.thresholds),
            "job_shift_i": self.shift,
            **self.a.ports("a"),
            **self.b.ports("b"),
            "job_t_addr_i": self.t_addr,
            "job_r_addr_i": self.r_addr,
            "job_pool_i": 0,
        }


@dataclass(frozen=True)
class RtlPool:
    """The fields of a pooling job as the RTL takes them, with stall pattern and cycle limit as an ``RtlJob`` has them.

    The OR-pool reads ``tap_words`` k words of a pixel under each tap, at each of ``m`` places of the ``window``.
    Units: addresses in port words.
    """

    m: int
    tap_words: int
    window: Window
    a_addr: int
    r_addr: int
    cycle_limit: int
    stalls: tuple[bool, ...] = ()

    def ports(self) -> dict[str, int]:
        """Return the value of each input of the bench top that is about the job; the others count for nothing."""
        return {
            "job_m_i": self.m,
            "job_tap_words_i": self.tap_words,
            **window_ports(self.window),
            "job_a_addr_i": self.a_addr,
            "job_r_addr_i": self.r_addr,
            "job_pool_i": 1,
        }


def window_ports(window: Window) -> dict[str, int]:
    """Return the value of each input of the bench top that is about a window and its map."""
    pairs = {
        "map": window.size,
        "kernel": window.kernel,
        "stride": window.stride,
        "padding": window.padding,
        "dilation": window.dilation,
    }
    sides = {f"job_{name}_{side}_i": pair["hw".index(side)] for name, pair in pairs.items() for side in "hw"}
    return {**sides, "job_result_w_i": window.result[1]}


@dataclass(frozen=True)
class JobCycles:
    """The cycles of one job on the RTL and the class of each."""

    cycles: int
    issue: int
    schedule: int
    load_stall: int
    store_stall: int
    flush: int


def bench_design(parameters: Mapping[str, int]) -> Design:
    """Return the bench top around the accelerator with these parameters."""
    sources = (*rtl.waivers(), *rtl.source_files(), BENCH_FOLDER / f"{BENCH_TOP}.sv")
    return Design(BENCH_TOP, sources, {**BENCH_SIZES, **parameters})


def play(
    parameters: Mapping[str, int],
    image: PortWords,
    jobs: Sequence[RtlJob | RtlPool],
    latency: int,
    work_dir: Path,
    seed: int = 1,
) -> tuple[list[JobCycles], PortWords]:
    """Play jobs back to back and return their cycles and the memory after the last one.

    Shapes: image [words, port bits / 8], and so is what is returned.
    Errors: ToolMissingError; CosimulationError if a build or a job fails.
    """
    return play_on(bench_design(parameters), image, jobs, latency, work_dir, seed)


def play_on(
    design: Design, image: PortWords, jobs: Sequence[RtlJob | RtlPool], latency: int, work_dir: Path, seed: int = 1
) -> tuple[list[JobCycles], PortWords]:
    """Play jobs on a design with the bench top's ports, as ``play`` does; the bench gets the room that they need."""
    work_dir = work_dir.absolute()
    plusargs, environment = write_run(work_dir, image, jobs, latency)
    roomy = _with_room(design, len(image), jobs, latency)
    run_bench(build(roomy), TEST_MODULE, work_dir, seed=seed, plusargs=plusargs, environment=environment)
    cycles = [JobCycles(**counters) for counters in json.loads((work_dir / COUNTERS_FILE).read_text())]
    return cycles, read_hex(work_dir / DUMP_FILE, image.shape[1])[: len(image)]


def write_run(
    folder: Path, image: PortWords, jobs: Sequence[RtlJob | RtlPool], latency: int
) -> tuple[list[str], dict[str, str]]:
    """Write what the bench reads into a folder; return its plusargs and environment, by which it finds it."""
    folder.mkdir(parents=True, exist_ok=True)
    write_hex(folder / "image.hex", image)
    patterns = [_stall_words(job.stalls) for job in jobs]
    write_hex(folder / "stalls.hex", np.concatenate([_stall_words((False,)), *patterns]))
    (folder / "jobs.json").write_text(json.dumps({"latency": latency, "jobs": _script(jobs, patterns)}))
    plusargs = [f"+image={folder / 'image.hex'}", f"+stalls={folder / 'stalls.hex'}", f"+dump={folder / DUMP_FILE}"]
    return plusargs, {
        "XNORSIM_JOBS": str(folder / "jobs.json"),
        "XNORSIM_JOB_COUNTERS": str(folder / COUNTERS_FILE),
    }


def _with_room(design: Design, memory_words: int, jobs: Sequence[RtlJob | RtlPool], latency: int) -> Design:
    """Return the design with a large enough bench, in powers of two, so that many lists of jobs share a build."""
    stall_words = 1 + sum(ceil_div(len(job.stalls), STALL_WORD_BITS) for job in jobs)
    needed = {"MemoryWords": memory_words, "MaxLatency": latency, "StallWords": stall_words}
    sizes = {**BENCH_SIZES, **design.parameters}
    larger = {name: power_of_two_above(size) for name, size in needed.items() if size > sizes[name]}
    return replace(design, parameters={**design.parameters, **larger})


def _script(jobs: Sequence[RtlJob | RtlPool], patterns: Sequence[PortWords]) -> list[dict[str, object]]:
    """Return each job as the bench plays it; the patterns lie behind a first word of their own."""
    ends = accumulate(map(len, patterns), initial=1)
    return [
        {
            "ports": {**job.ports(), "stall_first_i": first, "stall_cycles_i": len(job.stalls)},
            "cycle_limit": job.cycle_limit,
        }
        for job, first in zip(jobs, ends, strict=False)
    ]


def _stall_words(stalls: Sequence[bool]) -> PortWords:
    """Pack a stall pattern into words, the first cycle in the lowest bit."""
    padded = np.pad(np.array(stalls, dtype=np.bool_), (0, -len(stalls) % STALL_WORD_BITS))
    return np.packbits(padded, bitorder="little").reshape(-1, STALL_WORD_BITS // 8)


def write_hex(path: Path, words: PortWords) -> None:
    """Write port words for $readmemh, one a line."""
    path.write_text(np.ascontiguousarray(words[:, ::-1]).tobytes().hex("\n", words.shape[1]) + "\n")


def read_hex(path: Path, word_bytes: int) -> PortWords:
    """Read the port words that $writememh wrote from address 0 on."""
    lines = path.read_text().split("\n")
    digits = "".join(line for line in lines if not line.startswith(("//", "@")))
    return np.frombuffer(bytes.fromhex(digits), np.uint8).reshape(-1, word_bytes)[:, ::-1]
