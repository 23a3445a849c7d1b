"""Play jobs on the RTL: memory image in; counters and memory out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import rtl
from xnorsim.cosimulation.builds import Design, build
from xnorsim.cosimulation.runner import run_bench

BENCH_TOP = "xnorsim_bench"
BENCH_FOLDER = Path(__file__).parent / "bench"
TEST_MODULE = "xnorsim.cosimulation.bench.jobs_bench"

# Port words, one a row, as bytes from the least significant one.
PortWords = NDArray[np.uint8]


@dataclass(frozen=True)
class RtlJob:
    """The fields of a job as the RTL takes them, and the cycles after which it counts as stuck.

    Units: addresses in port words; ``cycle_limit`` counts from the end of the job before.
    """

    m: int
    n: int
    k_words: int
    tail_lanes: int
    n_words: int
    thresholds: bool
    a_addr: int
    b_addr: int
    t_addr: int
    r_addr: int
    cycle_limit: int
    and_product: bool = False
    shift: int = 0

    def ports(self) -> dict[str, int]:
        """Return the value of each input of the bench top."""
        return {
            "job_m_i": self.m,
            "job_n_i": self.n,
            "job_k_words_i": self.k_words,
            "job_tail_lanes_i": self.tail_lanes,
            "job_n_words_i": self.n_words,
            "job_thresholds_i": int(self.thresholds),
            "job_and_i": int(self.and_product),
            "job_shift_i": self.shift,
            "job_a_addr_i": self.a_addr,
            "job_b_addr_i": self.b_addr,
            "job_t_addr_i": self.t_addr,
            "job_r_addr_i": self.r_addr,
        }


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
    return Design(BENCH_TOP, sources, dict(parameters))


def play(
    parameters: Mapping[str, int],
    image: PortWords,
    jobs: Sequence[RtlJob],
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
    design: Design, image: PortWords, jobs: Sequence[RtlJob], latency: int, work_dir: Path, seed: int = 1
) -> tuple[list[JobCycles], PortWords]:
    """Play jobs on a design with the bench top's ports, as ``play`` does."""
    work_dir = work_dir.absolute()
    work_dir.mkdir(parents=True, exist_ok=True)
    files = {name: work_dir / name for name in ("image.hex", "dump.hex", "jobs.json", "counters.json")}
    write_hex(files["image.hex"], image)
    script = {"latency": latency, "jobs": [{"ports": j.ports(), "cycle_limit": j.cycle_limit} for j in jobs]}
    files["jobs.json"].write_text(json.dumps(script))
    run_bench(
        build(design),
        TEST_MODULE,
        work_dir,
        seed=seed,
        plusargs=[f"+image={files['image.hex']}", f"+dump={files['dump.hex']}"],
        environment={"XNORSIM_JOBS": str(files["jobs.json"]), "XNORSIM_JOB_COUNTERS": str(files["counters.json"])},
    )
    cycles = [JobCycles(**counters) for counters in json.loads(files["counters.json"].read_text())]
    return cycles, read_hex(files["dump.hex"], image.shape[1])[: len(image)]


def write_hex(path: Path, words: PortWords) -> None:
    """Write port words for $readmemh, one a line."""
    path.write_text(np.ascontiguousarray(words[:, ::-1]).tobytes().hex("\n", words.shape[1]) + "\n")


def read_hex(path: Path, word_bytes: int) -> PortWords:
    """Read the port words that $writememh wrote from address 0 on."""
    lines = path.read_text().split("\n")
    digits = "".join(line for line in lines if not line.startswith(("//", "@")))
    return np.frombuffer(bytes.fromhex(digits), np.uint8).reshape(-1, word_bytes)[:, ::-1]
