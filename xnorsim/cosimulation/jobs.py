"""Play jobs on the RTL: memory image in; counters and memory out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.cycles import CycleClasses
from xnorsim.cosimulation.builds import Design, build
from xnorsim.cosimulation.errors import CosimulationError
from xnorsim.cosimulation.progress import PATIENCE_S, Heard, Progress, StandsStillError, unheard
from xnorsim.cosimulation.runner import LOG_FILE, run_bench
from xnorsim.cosimulation.sources import OURS, Sources

BENCH_TOP = "xnorsim_bench"
BENCH_FOLDER = Path(__file__).parent / "bench"
TEST_MODULE = "xnorsim.cosimulation.bench.jobs_bench"

# Port words, one a row, as bytes from the least significant one.
PortWords = NDArray[np.uint8]

STALL_WORD_BITS = 64
"""The bits of a word of the bench's stall patterns."""


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

    ``shift`` is the weight of the first pair of planes, as a logarithm. Bit c of ``stalls`` keeps the port from
    accepting a request at edge c of the job; past the end of the pattern the port is ready.
    Units: addresses in port words; ``cycle_limit`` counts from the end of the job before.
    """

    m: int
    n: int
    k_words: int
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

    @property
    def classes(self) -> CycleClasses:
        """Return the cycles by class as the model has them."""
        return CycleClasses(self.issue, self.schedule, self.load_stall, self.store_stall, self.flush)


@dataclass(frozen=True)
class Stop:
    """Why a job did not end; ``reached`` is how far it had come where it was stuck, by the bench's names.

    ``still`` tells that the simulator itself stood still.
    """

    reason: str
    reached: Mapping[str, Any] | None = None
    still: bool = False


@dataclass(frozen=True)
class Played:
    """What the RTL did: cycles and seconds of each job that ended, and the memory behind the last one.

    Where a job did not end, ``stop`` says why, and no later one was played; the memory is None if the simulator ended
    too.
    """

    cycles: tuple[JobCycles, ...]
    seconds: tuple[float, ...]
    memory: PortWords | None
    stop: Stop | None = None


def bench_design(parameters: Mapping[str, int], sources: Sources = OURS) -> Design:
    """Return the bench top around the accelerator with these parameters."""
    bench = BENCH_FOLDER / f"{BENCH_TOP}.sv"
    return Design(BENCH_TOP, (*sources.files, bench), dict(parameters), reading=sources.reading)


def play(
    parameters: Mapping[str, int],
    image: PortWords,
    jobs: Sequence[RtlJob],
    latency: int,
    work_dir: Path,
    seed: int = 1,
) -> tuple[list[JobCycles], PortWords]:
    """Play jobs on this project's RTL and return their cycles and the memory after the last one.

    Shapes: image [words, port bits / 8], and so is what is returned.
    Errors: as ``play_on``; CosimulationError too if a job does not end.
    """
    played = play_on(bench_design(parameters), image, jobs, latency, work_dir, seed=seed)
    if played.stop is not None:
        number = len(played.cycles)
        ports = " ".join(f"{name}={value}" for name, value in jobs[number].ports().items())
        raise CosimulationError(f"job {number} {played.stop.reason}: {ports}")
    assert played.memory is not None, "the simulator ended early only where it was stopped"
    return list(played.cycles), played.memory


def play_on(
    design: Design,
    image: PortWords,
    jobs: Sequence[RtlJob],
    latency: int,
    work_dir: Path,
    *,
    seed: int = 1,
    patience_s: float = PATIENCE_S,
    heard: Heard = unheard,
) -> Played:
    """Play jobs back to back on a design with the bench top's ports.

    Errors: ToolMissingError; BuildError; CosimulationError if the bench fails, and not the RTL.
    """
    work_dir = work_dir.absolute()
    work_dir.mkdir(parents=True, exist_ok=True)
    hexes = {name: work_dir / f"{name}.hex" for name in ("image", "dump", "stalls")}
    hexes["dump"].unlink(missing_ok=True)
    write_hex(hexes["image"], image)
    patterns = [_stall_words(job.stalls) for job in jobs]
    write_hex(hexes["stalls"], np.concatenate([_stall_words((False,)), *patterns]))
    script = work_dir / "jobs.json"
    script.write_text(json.dumps({"latency": latency, "jobs": _script(jobs, patterns)}))
    built = build(design)
    # Only from here on: a build takes its time, and gives no sign of life.
    progress = Progress(work_dir / "progress.jsonl", patience_s, heard)
    early: Stop | None = None
    try:
        run_bench(
            built,
            TEST_MODULE,
            work_dir,
            seed=seed,
            plusargs=[f"+words={len(image)}", *(f"+{name}={path}" for name, path in hexes.items())],
            environment={"XNORSIM_JOBS": str(script), "XNORSIM_PROGRESS": str(progress.path)},
            waves=design.waves,
            watch=progress.look,
        )
    except StandsStillError as error:
        early = Stop(str(error), still=True)
    except CosimulationError:
        progress.read()
        complaint = progress.complaint(work_dir / LOG_FILE)
        if complaint is None:
            raise
        early = Stop(complaint)
    progress.read()
    cycles = tuple(JobCycles(**counters) for counters in progress.ended)
    if early is not None:
        return Played(cycles, progress.seconds, None, early)
    reached = progress.stuck
    stop = None if reached is None else Stop(_waits_for(reached, jobs[len(cycles)]), reached)
    return Played(cycles, progress.seconds, read_hex(hexes["dump"], image.shape[1]), stop)


def _waits_for(reached: Mapping[str, Any], job: RtlJob) -> str:
    """Say what a job waits for that has not ended within its limit."""
    end = "its last store (jobs_done_o)" if reached["accepted"] else "its acceptance (job_ready_o)"
    return f"waits for {end} after {job.cycle_limit} cycles, the limit"


def _script(jobs: Sequence[RtlJob], patterns: Sequence[PortWords]) -> list[dict[str, object]]:
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
