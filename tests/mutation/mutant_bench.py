"""Play a list of jobs on one mutant after the other; it runs inside the simulator.

The simulator's process forks for every mutant before its first clock edge, so that each starts from the same state and
what a mutant does to the process ends with it. A mutant ends at its first wrong job.
"""

import json
import os
import pickle
import re
import signal
from pathlib import Path
from typing import Any, NoReturn

import cocotb

from tests.mutation.journal import Journal
from tests.mutation.mutant import SURVIVED
from tests.mutation.rtl_jobs import Played
from xnorsim.cosimulation.bench.jobs_bench import Driver, dump_memory, reset
from xnorsim.cosimulation.jobs import DUMP_FILE, JobCycles, read_hex

JOBS_BETWEEN_DUMPS = 5

EXITS = (SURVIVED, "cycles", "bits", "stuck")
"""What a mutant's exit code says."""


@cocotb.test()
async def play_mutants(dut: Any) -> None:
    """Write down, for every mutant, what killed it."""
    folder = Path(os.environ["XNORSIM_MUTANTS"])
    played: Played = pickle.loads((folder / "played.pickle").read_bytes())
    script = json.loads(Path(os.environ["XNORSIM_JOBS"]).read_text())
    numbers: list[int] = json.loads((folder / "mutants.json").read_text())
    log, journal = folder / "mutant.log", Journal(folder / "outcomes.txt")
    for number in numbers:
        child = os.fork()
        if child == 0:
            await _play_and_exit(dut, number, played, script, folder, log)
        outcome = _outcome(os.waitpid(child, 0)[1], log)
        journal.add(str(number), outcome)


def _outcome(status: int, log: Path) -> str:
    """Return what killed a mutant; an assertion of the RTL or the bench ends the process."""
    if os.WIFEXITED(status) and os.WEXITSTATUS(status) < len(EXITS):
        return EXITS[os.WEXITSTATUS(status)]
    text = log.read_text(errors="replace")
    match = re.search(r"Assertion failed in \S*?(\w+_A)\b", text)
    if match is None:
        raise RuntimeError(f"a mutant ended with {status}: {text[-2000:]}")
    return match.group(1)


async def _play_and_exit(
    dut: Any, number: int, played: Played, script: dict[str, Any], folder: Path, log: Path
) -> NoReturn:
    """Play the jobs on a mutant and leave the process with what came of it."""
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(output, stream)
    signal.signal(signal.SIGABRT, signal.SIG_DFL)
    try:
        dut.mutant_i.value = number
        outcome = await _play(dut, played, script, folder)
    except BaseException as error:
        os.write(2, repr(error).encode())
        os._exit(len(EXITS))
    os._exit(EXITS.index(outcome))


async def _play(dut: Any, played: Played, script: dict[str, Any], folder: Path) -> str:
    await reset(dut, script["latency"])
    driver = Driver(dut, script["jobs"])
    cocotb.start_soon(driver.present_all())
    last = len(played.jobs) - 1
    for index, expected in enumerate(played.classes):
        event = await driver.finished(index)
        if "stuck" in event:
            return "stuck"
        cycles = JobCycles(**event["ended"])
        if cycles.classes != expected or cycles.cycles != expected.cycles:
            return "cycles"
        if index % JOBS_BETWEEN_DUMPS == JOBS_BETWEEN_DUMPS - 1 or index == last:
            await dump_memory(dut)
            dut.dump_i.value = 0
            memory = read_hex(folder / DUMP_FILE, played.image.shape[1])[: len(played.image)]
            first = index - index % JOBS_BETWEEN_DUMPS
            if not all(played.has_result(number, memory) for number in range(first, index + 1)):
                return "bits"
            if index == last and not played.changed_only_results(memory):
                return "bits"
    return SURVIVED
