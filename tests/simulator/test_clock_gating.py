"""Clock gating: an idle unit is clocked in every cycle unless it is gated, and then in its own jobs' only."""

from dataclasses import replace
from itertools import product

import pytest

from simulator.accelerator import Accelerator
from simulator.accelerator_file import load_accelerator
from simulator.run import Run, simulate
from workloads.networks import load_trace

TRACE = load_trace("ecoformer-pvtv2-b0", {"image_size": 32})


def gated(xnor: bool, mac: bool, vector: bool) -> Accelerator:
    """Return the preset of both kinds of array with these gated."""
    preset = load_accelerator("xnor-fp32")
    assert preset.vector_unit is not None
    arrays = {name: replace(preset.arrays[name], clock_gated=gate) for name, gate in (("xnor", xnor), ("mac", mac))}
    # Less behind the port than the network needs, so that DRAM is waited for too.
    return replace(
        preset,
        arrays=arrays,
        vector_unit=replace(preset.vector_unit, clock_gated=vector),
        global_buffer_bits=1 << 20,
    )


def busy_cycles(run: Run, unit: str) -> int:
    """Return the cycles of all steps on a unit, without their wait for DRAM."""
    classes = [layer.total_classes for layer in run.layer_runs if layer.unit == unit]
    return sum(found.cycles - found.dram for found in classes)


@pytest.mark.parametrize("gates", list(product([False, True], repeat=3)), ids=str)
def test_a_unit_is_clocked_in_all_cycles_or_if_gated_in_its_own(gates: tuple[bool, bool, bool]) -> None:
    run = simulate(TRACE, gated(*gates))
    units = {part.name: part.count for part in run.inventory}
    for unit, gate in zip(("xnor", "mac", "vector_unit"), gates, strict=True):
        cycles = busy_cycles(run, unit) if gate else run.cycles
        assert 0 < busy_cycles(run, unit) < run.cycles
        parts = ["vector_unit"] if unit == "vector_unit" else [part for part in units if part.startswith(f"{unit}.")]
        assert {part: run.counts[part, "clock"] for part in parts} == {part: units[part] * cycles for part in parts}


def test_gating_changes_clocks_alone() -> None:
    runs = [simulate(TRACE, gated(*gates)) for gates in ((False, False, False), (True, True, True))]
    assert runs[0].classes == runs[1].classes
    assert runs[0].classes.dram > 0
    others = [{event: count for event, count in run.counts.items() if event[1] != "clock" and count} for run in runs]
    assert others[0] == others[1]


@pytest.mark.parametrize("unit", ["xnor", "mac", "vector_unit"])
def test_each_step_clocks_its_own_unit_and_what_is_not_gated(unit: str) -> None:
    ungated, all_gated = (simulate(TRACE, gated(gate, gate, gate)) for gate in (False, True))
    part = "vector_unit" if unit == "vector_unit" else f"{unit}.pe"
    (count,) = {item.count for item in ungated.inventory if item.name == part}
    for free, held in zip(ungated.layer_runs, all_gated.layer_runs, strict=True):
        classes = free.total_classes
        assert free.total_counts[part, "clock"] == count * classes.cycles
        own = classes.cycles - classes.dram if free.unit == unit else 0
        assert held.total_counts[part, "clock"] == count * own
