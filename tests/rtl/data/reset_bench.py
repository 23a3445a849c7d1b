"""Reset in the middle of a job: whatever it was doing, the next one does not notice."""

import json
import os
from pathlib import Path
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, FallingEdge

from xnorsim.cosimulation.bench.jobs_bench import COUNTERS, PERIOD


@cocotb.test()
async def cut_and_repeat(dut: Any) -> None:
    """Cut the job off at each of its edges in turn, and after each play it whole; write down what came of it."""
    script = json.loads(Path(os.environ["XNORSIM_JOBS"]).read_text())
    dut.dump_i.value = 0
    dut.job_valid_i.value = 1
    dut.latency_i.value = script["latency"]
    for port, value in script["ports"].items():
        getattr(dut, port).value = value
    Clock(dut.clk_i, PERIOD, unit="step").start()
    played = []
    for edges in range(script["cycles"]):
        await start(dut)
        await ClockCycles(dut.clk_i, edges + 1)
        await start(dut)
        await dut.jobs_done_o.value_change
        counters = {name: getattr(dut, f"{name}_o").value.to_unsigned() for name in COUNTERS}
        played.append([counters, await memory(dut, Path(script["dump"]))])
    Path(os.environ["XNORSIM_JOB_COUNTERS"]).write_text(json.dumps(played))


async def start(dut: Any) -> None:
    """Reset, whatever is going on, and wait until the job is accepted, which is offered all the time."""
    await FallingEdge(dut.clk_i)
    dut.rst_ni.value = 0
    await ClockCycles(dut.clk_i, 2)
    await FallingEdge(dut.clk_i)
    assert dut.jobs_done_o.value.to_unsigned() == 0
    dut.rst_ni.value = 1
    await FallingEdge(dut.job_ready_o)


async def memory(dut: Any, dump: Path) -> str:
    """Return the memory as the bench top writes it."""
    dut.dump_i.value = 1
    await FallingEdge(dut.clk_i)
    dut.dump_i.value = 0
    await FallingEdge(dut.clk_i)
    return dump.read_text()
