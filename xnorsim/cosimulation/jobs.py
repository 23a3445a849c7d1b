"""Play jobs on the RTL: memory image in; counters and memory out."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.cycles import CycleClasses
from simulator.layout import ceil_div, power_of_two_above
from xnorsim.cosimulation.builds import Design, build
from xnorsim.cosimulation.errors import CosimulationError
from xnorsim.cosimulation.fields import RtlJob, RtlPool
from xnorsim.cosimulation.progress import PATIENCE_S, Heard, Progress, StandsStillError, unheard
from xnorsim.cosimulation.runner import LOG_FILE, run_bench
from xnorsim.cosimulation.sources import OURS, Sources

BENCH_TOP = "xnorsim_bench"
BENCH_FOLDER = Path(__file__).parent / "bench"
TEST_MODULE = "xnorsim.cosimulation.bench.jobs_bench"
DUMP_FILE = "dump.hex"

# Port words, one a row, as bytes from the least significant one.
PortWords = NDArray[np.uint8]

STALL_WORD_BITS = 64
"""The bits of a word of the bench's stall patterns."""

BENCH_SIZES = {"MemoryWords": 1 << 12, "MaxLatency": 1 << 8, "StallWords": 1 << 16}
"""What the bench holds unless the jobs need more: port words, cycles of a load on its way, words of stall patterns."""


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
    return Design(BENCH_TOP, (*sources.files, bench), {**BENCH_SIZES, **parameters}, reading=sources.reading)


def play(
    parameters: Mapping[str, int],
    image: PortWords,
    jobs: Sequence[RtlJob | RtlPool],
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
    jobs: Sequence[RtlJob | RtlPool],
    latency: int,
    work_dir: Path,
    *,
    seed: int = 1,
    patience_s: float = PATIENCE_S,
    heard: Heard = unheard,
) -> Played:
    """Play jobs back to back on a design with the bench top's ports; the bench gets the room that they need.

    Errors: ToolMissingError; BuildError; CosimulationError if the bench fails, and not the RTL.
    """
    work_dir = work_dir.absolute()
    plusargs, environment = write_run(work_dir, image, jobs, latency)
    built = build(with_room(design, len(image), jobs, latency))
    # Only from here on: a build takes its time, and gives no sign of life.
    progress = Progress(Path(environment["XNORSIM_PROGRESS"]), patience_s, heard)
    run = partial(
        run_bench, built, TEST_MODULE, work_dir, seed=seed, plusargs=plusargs, environment=environment,
        waves=design.waves, watch=progress.look,
    )  # fmt: skip
    early = _early_end(run, progress, work_dir / LOG_FILE)
    progress.read()
    cycles = tuple(JobCycles(**counters) for counters in progress.ended)
    if early is not None:
        return Played(cycles, progress.seconds, None, early)
    reached = progress.stuck
    stop = None if reached is None else Stop(_waits_for(reached, jobs[len(cycles)]), reached)
    return Played(cycles, progress.seconds, read_hex(work_dir / DUMP_FILE, image.shape[1]), stop)


def _early_end(run: Callable[[], object], progress: Progress, log: Path) -> Stop | None:
    """Run the bench; return why the simulator ended before the bench did, None if it did not.

    Errors: CosimulationError if the bench fails, and not the RTL.
    """
    try:
        run()
    except StandsStillError as error:
        return Stop(str(error), still=True)
    except CosimulationError:
        progress.read()
        complaint = progress.complaint(log)
        if complaint is None:
            raise
        return Stop(complaint)
    return None


def _waits_for(reached: Mapping[str, Any], job: RtlJob | RtlPool) -> str:
    """Say what a job waits for that has not ended within its limit."""
    end = "its last store (jobs_done_o)" if reached["accepted"] else "its acceptance (job_ready_o)"
    return f"waits for {end} after {job.cycle_limit} cycles, the limit"


def write_run(
    folder: Path, image: PortWords, jobs: Sequence[RtlJob | RtlPool], latency: int
) -> tuple[list[str], dict[str, str]]:
    """Write what the bench reads into a folder; return its plusargs and environment, by which it finds it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DUMP_FILE).unlink(missing_ok=True)
    write_hex(folder / "image.hex", image)
    patterns = [_stall_words(job.stalls) for job in jobs]
    write_hex(folder / "stalls.hex", np.concatenate([_stall_words((False,)), *patterns]))
    (folder / "jobs.json").write_text(json.dumps({"latency": latency, "jobs": _script(jobs, patterns)}))
    files = {name: folder / f"{name}.hex" for name in ("image", "stalls", "dump")}
    plusargs = [f"+words={len(image)}", *(f"+{name}={path}" for name, path in files.items())]
    environment = {"XNORSIM_JOBS": folder / "jobs.json", "XNORSIM_PROGRESS": folder / "progress.jsonl"}
    return plusargs, {name: str(path) for name, path in environment.items()}


def with_room(design: Design, memory_words: int, jobs: Sequence[RtlJob | RtlPool], latency: int) -> Design:
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
