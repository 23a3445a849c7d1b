"""Play a list of jobs on the bench top, back to back, and write down the counters of each."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, First, Timer

# Simulator steps in one clock cycle; the clock falls in the middle, inputs change at or after a rising edge.
PERIOD = 2

COUNTERS = ("cycles", "issue", "schedule", "load_stall", "store_stall", "flush")


@cocotb.test()
async def play_jobs(dut: Any) -> None:
    """Play the jobs of the file named by XNORSIM_JOBS and write their counters to XNORSIM_JOB_COUNTERS."""
    script = json.loads(Path(os.environ["XNORSIM_JOBS"]).read_text())
    await reset(dut, script["latency"])
    driver = Driver(dut, script["jobs"])
    cocotb.start_soon(driver.present_all())
    counters = [await driver.finished(index) for index in range(len(script["jobs"]))]
    await dump_memory(dut)
    Path(os.environ["XNORSIM_JOB_COUNTERS"]).write_text(json.dumps(counters))


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
    await Timer(PERIOD, unit="step")
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

    async def finished(self, index: int) -> dict[str, int]:
        """Wait for a job's last store and return its counters.

        Errors: AssertionError naming the job and what it waits for, after its cycle limit.
        """
        limit = self.jobs[index]["cycle_limit"]
        done = self.dut.jobs_done_o
        # One step later than the last edge that may still finish the job.
        await First(done.value_change, Timer(limit * PERIOD + 1, unit="step"))
        count = done.value.to_unsigned()
        assert count == index + 1, self._stuck(index, limit)
        return {name: getattr(self.dut, f"{name}_o").value.to_unsigned() for name in COUNTERS}

    def _stuck(self, index: int, limit: int) -> str:
        """Say which job is stuck and on what."""
        waits = "its last store (jobs_done_o)" if self.accepted > index else "its acceptance (job_ready_o)"
        ports = " ".join(f"{name}={value}" for name, value in self.jobs[index]["ports"].items())
        return f"job {index} waits for {waits} after {limit} cycles, the limit: {ports}"
