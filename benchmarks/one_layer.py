"""Time one layer four ways: closed form, engine, RTL from a bare harness, RTL under cocotb."""

import json
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.report import SECONDS, Timed, print_table, timed, timed_in_turn
from simulator.accelerator import Accelerator
from simulator.accelerator_file import load_accelerator
from simulator.closed_form import job_classes
from simulator.engine import run_job
from simulator.job import DirectFeed, Job
from workloads.encodings import encoding
from workloads.operations import Window
from workloads.packing import pack_bits
from xnorsim.cosimulation.builds import Design, build
from xnorsim.cosimulation.jobs import JobCycles, PortWords, bench_design, play_on, read_hex
from xnorsim.cosimulation.memory import operand_area, result_bytes
from xnorsim.cosimulation.network import Memory, memory_words, rtl_job, rtl_parameters

ACCELERATOR = "xnor-32x32x64"
CHANNELS, HEIGHT, WIDTH, KERNEL = 64, 56, 56, 3
CODES = {"W1A1": "bipolar", "W8A8": "int8"}
DIRECT = True
"""The feed: the map as it lies, or the product that the host has lowered it to."""

HARNESS = Path(__file__).with_name("harness.cpp")
MODEL_RUNS, RTL_RUNS = 5, 2


def convolution(code: str, height: int = HEIGHT) -> Job:
    """Return the layer, or the same on a map of fewer rows."""
    window = Window((height, WIDTH), (KERNEL, KERNEL), (1, 1), (1, 1))
    k = window.taps * CHANNELS
    feed = DirectFeed(window, CHANNELS) if DIRECT else None
    return Job("layer", "xnor", 1, window.positions, k, CHANNELS, encoding(code), encoding(code), direct=feed)


@dataclass(frozen=True)
class Bench:
    """A layer in the memory behind the RTL, and the design that runs it under cocotb and from the harness."""

    accelerator: Accelerator
    design: Design
    image: PortWords
    addresses: tuple[int, int, int]
    folder: Path

    def cocotb(self, job: Job) -> None:
        """Play a job under cocotb."""
        a, b, result = self.addresses
        rtl = rtl_job(job, self.accelerator, a=a, b=b, thresholds=0, result=result)
        played = play_on(self.design, self.image, [rtl], self.accelerator.port.latency_cycles, self.folder)
        self._check(job, played.cycles)

    def harness(self, job: Job) -> None:
        """Play the job that cocotb has played last from the bare harness: the same files, the same memory behind it."""
        script = json.loads((self.folder / "jobs.json").read_text())
        jobs, dump = self.folder / "jobs.txt", self.folder / "harness.hex"
        jobs.write_text("".join(f"{_words(job['ports'])}\n" for job in script["jobs"]))
        files = {"image": self.folder / "image.hex", "stalls": self.folder / "stalls.hex", "dump": dump}
        command = [str(build(self.design).folder / HARNESS.stem), str(jobs), str(script["latency"])]
        command += [f"+{name}={path}" for name, path in files.items()]
        ended = subprocess.run(command, check=True, capture_output=True, text=True)
        self._check(job, [JobCycles(*map(int, line.split())) for line in ended.stdout.splitlines()])
        after = [read_hex(path, self.image.shape[1])[: len(self.image)] for path in (dump, self.folder / "dump.hex")]
        if not np.array_equal(after[0], after[1]):
            raise SystemExit("harness and cocotb leave different memories behind")

    def _check(self, job: Job, cycles: Sequence[JobCycles]) -> None:
        """Demand the cycles of engine and closed form."""
        found = {run_job(job, self.accelerator), job_classes(job, self.accelerator), *(c.classes for c in cycles)}
        if len(found) > 1 or {c.cycles for c in cycles} != {classes.cycles for classes in found}:
            raise SystemExit(f"RTL, engine and closed form differ: {found}")


def _words(ports: Mapping[str, int]) -> str:
    return " ".join(f"{name} {value}" for name, value in ports.items())


def placed(job: Job, accelerator: Accelerator) -> tuple[PortWords, tuple[int, int, int]]:
    """Return a memory with random operands and room for the result, and where A, B and the result are."""
    array, port_bits = accelerator.arrays[job.array], accelerator.port.width_bits
    random, (taps, elements), memory = np.random.default_rng(1), job.taps, Memory(port_bits)

    def place(rows: int, planes: int, taps: int) -> int:
        bits = pack_bits(random.random((rows, planes, taps * elements)) < 0.5)
        return memory.place(operand_area(bits, elements, array, port_bits, taps))

    shape = result_bytes(job.m, job.n, array, port_bits, thresholds=job.thresholds)
    # Row by row A is taps of a map, whose pixels are as many as its places, or all of k.
    a, b = place(job.m, job.planes[0], 1), place(job.n, job.planes[1], taps)
    result = memory.place(np.zeros(shape, np.uint8))
    return memory.image(), (a, b, result)


def fast_design(accelerator: Accelerator, words: int) -> Design:
    """Return the bench top as fast as Verilator and the compiler make it, with the harness."""
    design = bench_design(rtl_parameters(accelerator, "xnor", memory_words(words)))
    return replace(design, flags=(*design.flags, "-O3"), optimization="-O3", harness=HARNESS)


def measure(bench: Bench, name: str, code: str) -> None:
    """Time the four on the layer and print them."""
    job, accelerator = convolution(code), bench.accelerator
    models = {"closed form": lambda: job_classes(job, accelerator), "engine": lambda: run_job(job, accelerator)}
    times = timed_in_turn(models, MODEL_RUNS)
    # One row of the map takes next to no cycles: what is left is Python, the image, the dump.
    first = convolution(code, 1)
    calls: dict[str, Callable[[], None]] = {
        "start of cocotb": lambda: bench.cocotb(first),
        "start of the harness": lambda: bench.harness(first),
        "RTL, cocotb": lambda: bench.cocotb(job),
        "RTL, bare harness": lambda: bench.harness(job),
    }
    rtl = timed_in_turn(calls, RTL_RUNS)
    starts = {"RTL, cocotb": rtl.pop("start of cocotb"), "RTL, bare harness": rtl.pop("start of the harness")}
    cycles = run_job(job, accelerator).cycles
    title = f"{name}: m = {job.m:,}, k = {job.k}, n = {job.n} on {ACCELERATOR}, {cycles:,} cycles in all four"
    print_layer(f"{title} ({RTL_RUNS} runs of the RTL)", cycles, {**times, **rtl}, starts)


def print_layer(title: str, cycles: int, times: Mapping[str, Timed], starts: Mapping[str, Timed]) -> None:
    """Print cycles a second, without the start, and beside those of the RTL under cocotb."""
    start_s = {what: starts[what].least_s if what in starts else 0.0 for what in times}
    rates = {what: cycles / (took.least_s - start_s[what]) for what, took in times.items()}
    rows = [
        (what, *took.cells, start_s[what], rates[what], rates[what] / rates["RTL, cocotb"])
        for what, took in times.items()
    ]
    print_table(title, ("", *SECONDS, "start s", "cycles/s", "x cocotb"), rows)
    share = rates["RTL, cocotb"] / rates["RTL, bare harness"]
    print(f"\ncocotb runs at {share:.0%} of the speed of the bare harness.")


def main() -> None:
    accelerator = load_accelerator(ACCELERATOR)
    memories = {name: placed(convolution(code), accelerator) for name, code in CODES.items()}
    design = fast_design(accelerator, max(len(image) for image, _ in memories.values()))
    built = timed(lambda: build(design), 1)
    print(f"\nBuild of the RTL, for cocotb and for the harness: {built.least_s:,.0f} s of a processor (0: cached)")
    for name, code in CODES.items():
        with tempfile.TemporaryDirectory() as folder:
            measure(Bench(accelerator, design, *memories[name], Path(folder)), name, code)


if __name__ == "__main__":
    main()
