"""Run the random jobs on every mutant of the RTL."""

import collections
import hashlib
import json
import os
import pickle
import re
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import rtl
from tests.mutation.mutant import Mutant
from tests.mutation.mutant_bench import OUTCOMES_FILE, SURVIVED
from tests.mutation.rtl_jobs import Played
from tests.mutation.rtl_mutants import Source
from xnorsim.cosimulation.builds import DEFAULT_FLAGS, Build, Design, build
from xnorsim.cosimulation.jobs import BENCH_TOP, bench_design, write_run
from xnorsim.cosimulation.network import memory_words, rtl_parameters
from xnorsim.cosimulation.runner import run_bench

Outcomes = dict[int, str]

SMALL = [
    "3x2x12", "1x1x1", "4x4x16", "5x1x33", "2x5x8 ws", "4x3x7 ws", "3x4x33 ws", "1x6x5 ws", "1x1x1 ws", "4x3x7 is",
]  # fmt: skip


def mutated(folder: Path) -> tuple[tuple[Path, ...], list[Mutant]]:
    """Write the sources of the bench with all mutants in them; return them and the mutants in their order."""
    folder.mkdir(parents=True, exist_ok=True)
    mutants: list[Mutant] = []
    paths = []
    for path in rtl.source_files():
        source = Source(path, len(mutants) + 1)
        mutants += source.mutants
        # The log then says which modules the accelerator has.
        text = re.sub(r"\bendmodule", f'  initial $display("%s", "module {path.name}");\nendmodule', source.text)
        paths.append(folder / path.name)
        paths[-1].write_text(text, encoding="latin-1")
    bench = bench_design({}).sources[-1]
    paths.append(folder / bench.name)
    paths[-1].write_text(bench.read_text().replace("input  logic ", "input int mutant_i,\n  input  logic ", 1))
    return (*rtl.waivers(), *paths), mutants


def outcomes(name: str, sources: tuple[Path, ...], mutants: list[Mutant], alive: list[int], folder: Path) -> Outcomes:
    """Play the jobs of an accelerator on the mutants that are alive and in it; what an earlier run found stands."""
    played = Played.of(name)
    parameters = rtl_parameters(played.accelerator, "xnor", memory_words(len(played.image)))
    built = build(Design(BENCH_TOP, sources, parameters, (*DEFAULT_FLAGS, "-Wno-fatal")))
    none = folder / "none"
    if _read(none) != {0: SURVIVED}:
        _run(built, played, [0], none)
    if _read(none) != {0: SURVIVED}:
        raise RuntimeError(f"the RTL without a mutant fails on {name}: {_read(none)}")
    modules = set(re.findall(r"module (\w+\.sv)", (none / "mutant.log").read_text()))
    workers = [folder / f"worker{number}" for number in range(os.cpu_count() or 1)]
    found = {number: outcome for worker in workers for number, outcome in _read(worker).items()}
    left = [number for number in alive if mutants[number - 1].file in modules and number not in found]
    with ProcessPoolExecutor(len(workers)) as pool:
        runs = [pool.submit(_run, built, played, left[w :: len(workers)], at) for w, at in enumerate(workers)]
        for run in runs:
            run.result()
    return {number: outcome for worker in workers for number, outcome in _read(worker).items()}


def _read(folder: Path) -> Outcomes:
    path = folder / OUTCOMES_FILE
    lines = path.read_text().splitlines() if path.is_file() else []
    return {int(number): outcome for number, outcome in (line.split() for line in lines)}


def _run(built: Build, played: Played, numbers: list[int], folder: Path) -> None:
    if not numbers:
        return
    plusargs, environment = write_run(folder, played.image, played.jobs, played.accelerator.port.latency_cycles)
    (folder / "played.pickle").write_bytes(pickle.dumps(played))
    (folder / "mutants.json").write_text(json.dumps(numbers))
    run_bench(
        built, "tests.mutation.mutant_bench", folder, seed=1, plusargs=plusargs,
        environment={**environment, "XNORSIM_MUTANTS": str(folder)},
    )  # fmt: skip


def main() -> None:
    """Run what is left of the last run, or a new one if the sources are others."""
    root = Path(os.environ["MUTATION_STATE"])
    sources, mutants = mutated(root / "sources")
    key = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    alive = list(range(1, len(mutants) + 1))
    for name in SMALL:
        started = time.monotonic()
        found = outcomes(name, sources, mutants, alive, root / key / name.replace(" ", "-"))
        dead = {number: outcome for number, outcome in found.items() if outcome != SURVIVED and number in alive}
        alive = [number for number in alive if number not in dead]
        kinds = collections.Counter(dead.values())
        sys.stdout.write(f"{name} {len(found)} {len(dead)} {len(alive)} {kinds} {time.monotonic() - started:.0f} s\n")
        sys.stdout.flush()
    for number in alive:
        sys.stdout.write(f"{number} {mutants[number - 1]}\n")


if __name__ == "__main__":
    main()
