"""The cocotb tests of the tiny design: one that passes, one that fails."""

from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles, FallingEdge


@cocotb.test()
async def counts(dut: Any) -> None:
    dut.rst_ni.value = 0
    Clock(dut.clk_i, 2, unit="step").start()
    await FallingEdge(dut.clk_i)
    dut.rst_ni.value = 1
    await ClockCycles(dut.clk_i, 5)
    await FallingEdge(dut.clk_i)
    assert dut.count_o.value.to_unsigned() == 5


@cocotb.test()
async def counts_wrongly(dut: Any) -> None:
    assert dut.count_o.value.to_unsigned() == 16, "a count that four bits cannot hold"
