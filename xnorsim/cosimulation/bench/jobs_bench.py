"""Play a list of jobs on the bench top, back to back, and write down what becomes of each."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.simtime import get_sim_time
from cocotb.triggers import FallingEdge, First, Timer

# Simulator steps in one clock cycle; the clock falls in the middle, inputs change at or after a rising edge.
PERIOD = 2

COUNTERS = ("cycles", "issue", "schedule", "load_stall", "store_stall", "flush")
WAITS = ("gap", "load", "store")

# Signs of life come about that often, so that who waits for them can tell a slow simulator from one that hangs.
BEAT_S = 0.5


@cocotb.test()
async def play_jobs(dut: Any) -> None:
    """Play the jobs of the file named by XNORSIM_JOBS and write their progress to XNORSIM_PROGRESS."""
    script = json.loads(Path(os.environ["XNORSIM_JOBS"]).read_text())
    progress = Progress(Path(os.environ["XNORSIM_PROGRESS"]))
    await reset(dut, script["latency"])
    driver = Driver(dut, script["jobs"])
    cocotb.start_soon(driver.present_all())
    cocotb.start_soon(progress.beat())
    progress.write()
    for index in range(len(script["jobs"])):
        ended = await driver.finished(index)
        progress.write(**ended)
        if "stuck" in ended:
            break
    await dump_memory(dut)


class Progress:
    """The file of what has happened: a line of JSON for each event, with the cycle and the time in seconds."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, **event: object) -> None:
        """Append an event."""
        with self.path.open("a") as stream:
            line = {"cycle": int(get_sim_time("step")) // PERIOD, "seconds": monotonic(), **event}
            stream.write(json.dumps(line) + "\n")

    async def beat(self) -> None:
        """Give signs of life, however long a cycle takes."""
        cycles, before = 1, monotonic()
        while True:
            await Timer(cycles * PERIOD, unit="step")
            taken = monotonic() - before
            before += taken
            cycles = 2 * cycles if taken < BEAT_S / 2 else max(1, cycles // 2) if taken > 2 * BEAT_S else cycles
            self.write()


async def reset(dut: Any, latency: int) -> None:
    """Start the clock and reset; the first job may be accepted two edges later."""
    dut.rst_ni.value = 0
    dut.job_valid_i.value = 0
    dut.dump_i.value = 0
    dut.latency_i.value = latency
    Clock(dut.clk_i, PERIOD, unit="step").start()
    await Timer(2 * PERIOD, unit="step")
    await FallingEdge(dut.clk_i)
    dut.rst_ni.value = 1


async def dump_memory(dut: Any) -> None:
    """Have the bench top write its memory to the file of +dump."""
    # Idle edges: a job that nobody asked for would start here, and the RTL's assertion Asked_A see it.
    await Timer(3 * PERIOD, unit="step")
    dut.dump_i.value = 1
    await Timer(PERIOD, unit="step")


class Driver:
    """Offer each job as soon as the one before is accepted, and wait for each to finish.

    Python wakes twice a job: when ``job_ready_o`` falls (accepted) and when ``jobs_done_o`` counts (finished).
    """

    def __init__(self, dut: Any, jobs: Sequence[Mapping[str, Any]]) -> None:
        self.dut = dut
        self.jobs = jobs
        self.accepted = 0

    async def present_all(self) -> None:
        """Hold job_valid, with the next job's fields from the edge after an acceptance."""
        for job in self.jobs:
            for port, value in job["ports"].items():
                getattr(self.dut, port).value = value
            self.dut.job_valid_i.value = 1
            await FallingEdge(self.dut.job_ready_o)
            self.accepted += 1
        self.dut.job_valid_i.value = 0

    async def finished(self, index: int) -> dict[str, Any]:
        """Wait for a job's last store and return its counters; or, after its cycle limit, how far it has come."""
        done = self.dut.jobs_done_o
        # One step later than the last edge that may still finish the job.
        await First(done.value_change, Timer(self.jobs[index]["cycle_limit"] * PERIOD + 1, unit="step"))
        if done.value.to_unsigned() == index + 1:
            return {"ended": {name: self._read(f"{name}_o") for name in COUNTERS}}
        stuck = {name: self._read(f"{name}_o") for name in ("issued", "loads", "stores")}
        waits = [name for name in WAITS if bool(getattr(self.dut, f"waits_{name}_o").value)]
        return {"stuck": {"accepted": self.accepted > index, **stuck, "waits": waits}}

    def _read(self, port: str) -> int:
        value: int = getattr(self.dut, port).value.to_unsigned()
        return value
