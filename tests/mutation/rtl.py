"""Run the random jobs on every mutant of the RTL."""

import json
import os
import pickle
import re
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import rtl
from tests.mutation.mutant import Mutant
from tests.mutation.mutant_bench import SURVIVED
from tests.mutation.rtl_jobs import Played
from tests.mutation.rtl_mutants import Source
from xnorsim.cosimulation.builds import DEFAULT_FLAGS, Build, Design, build
from xnorsim.cosimulation.jobs import BENCH_TOP, bench_design, write_run
from xnorsim.cosimulation.network import memory_words, rtl_parameters
from xnorsim.cosimulation.runner import run_bench

SMALL = [
    "3x2x12", "1x1x1", "4x4x16", "5x1x33", "2x5x8 ws", "4x3x7 ws", "3x4x33 ws", "1x6x5 ws", "1x1x1 ws", "4x3x7 is",
]  # fmt: skip


def mutated(folder: Path) -> tuple[tuple[Path, ...], list[Mutant]]:
    """Write the sources of the bench with all mutants in them; return them and the mutants in their order."""
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


def outcomes(name: str, sources: tuple[Path, ...], mutants: list[Mutant], alive: list[int], folder: Path):
    played = Played.of(name)
    parameters = rtl_parameters(played.accelerator, "xnor", memory_words(len(played.image)))
    design = Design(BENCH_TOP, sources, parameters, (*DEFAULT_FLAGS, "-Wno-fatal"))
    built = build(design)
    first = _run(built, played, [0], folder / "none")
    assert first == {0: SURVIVED}, first
    modules = set(re.findall(r"module (\w+\.sv)", (folder / "none" / "mutant.log").read_text()))
    chosen = [number for number in alive if mutants[number - 1].file in modules]
    workers = os.cpu_count() or 1
    with ProcessPoolExecutor(workers) as pool:
        parts = [pool.submit(_run, built, played, chosen[w::workers], folder / f"part{w}") for w in range(workers)]
        return {number: outcome for part in parts for number, outcome in part.result().items()}


def _run(built: Build, played: Played, numbers: list[int], folder: Path) -> dict[int, str]:
    plusargs, environment = write_run(folder, played.image, played.jobs, played.accelerator.port.latency_cycles)
    (folder / "played.pickle").write_bytes(pickle.dumps(played))
    (folder / "mutants.json").write_text(json.dumps(numbers))
    run_bench(
        built, "tests.mutation.mutant_bench", folder, seed=1, plusargs=plusargs,
        environment={**environment, "XNORSIM_MUTANTS": str(folder)},
    )
    return {int(number): outcome for number, outcome in json.loads((folder / "outcomes.json").read_text()).items()}


def main() -> None:
    import collections, time
    state = Path(os.environ["MUTATION_STATE"])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources, mutants = mutated(folder)
        saved = json.loads(state.read_text()) if state.is_file() else {"done": [], "killed": {}}
        for accelerator in SMALL:
            if accelerator in saved["done"]:
                continue
            alive = [n for n in range(1, len(mutants) + 1) if str(n) not in saved["killed"]]
            t = time.time()
            found = outcomes(accelerator, sources, mutants, alive, folder / accelerator.replace(" ", "-"))
            dead = {str(n): [accelerator, o] for n, o in found.items() if o != SURVIVED}
            saved["killed"] |= dead
            saved["done"].append(accelerator)
            state.with_suffix(".new").write_text(json.dumps(saved))
            state.with_suffix(".new").rename(state)
            print(accelerator, len(found), len(dead), len(alive) - len(dead), collections.Counter(o for _, o in dead.values()), time.time() - t, flush=True)
        for n, mutant in enumerate(mutants, 1):
            if str(n) not in saved["killed"]:
                print(n, mutant)


if __name__ == "__main__":
    main()
