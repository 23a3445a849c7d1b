"""The elaborated design: how many PEs, which neighbours they hear, how many flip-flops."""

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import rtl
from simulator.accelerator import Array, Dataflow
from simulator.inventory import pe_register_bits, skew_register_bits
from xnorsim.cosimulation.lint import modules
from xnorsim.cosimulation.toolchain import find_yosys

pytestmark = pytest.mark.rtl

OUTPUT = Array("xnor", rows=3, cols=4, lanes=5, accumulator_bits=12, result_tiles=5)
WEIGHT = replace(OUTPUT, dataflow=Dataflow.WEIGHT_STATIONARY, accumulator_rows=6)
FLIP_FLOPS = {"$dff", "$adff", "$dffe", "$adffe", "$sdff", "$sdffe", "$aldff", "$aldffe"}
# (port of a PE, its row's and column's step to the neighbour that drives it, that neighbour's port)
NEIGHBOURS = [
    ("a_valid_i", (0, -1), "a_valid_o"),
    ("a_i", (0, -1), "a_o"),
    ("first_i", (0, -1), "first_o"),
    ("last_i", (0, -1), "last_o"),
    ("tail_i", (0, -1), "tail_o"),
    ("negative_i", (0, -1), "negative_o"),
    ("shift_i", (0, -1), "shift_o"),
    ("a_ones_i", (0, -1), "ones_o"),
    ("b_valid_i", (-1, 0), "b_valid_o"),
    ("b_i", (-1, 0), "b_o"),
    ("b_ones_i", (-1, 0), "ones_o"),
    ("result_i", (-1, 0), "result_o"),
]
WEIGHT_NEIGHBOURS = [
    ("issue_i", (0, -1), "issue_o"),
    ("switch_i", (0, -1), "switch_o"),
    ("a_valid_i", (0, -1), "a_valid_o"),
    ("a_i", (0, -1), "a_o"),
    ("tail_i", (0, -1), "tail_o"),
    ("negative_i", (0, -1), "negative_o"),
    ("shift_i", (0, -1), "shift_o"),
    ("a_ones_i", (0, -1), "ones_o"),
    ("capture_i", (0, -1), "capture_o"),
    ("b_valid_i", (-1, 0), "b_valid_o"),
    ("b_i", (-1, 0), "b_o"),
    ("b_ones_i", (-1, 0), "ones_o"),
    ("sum_i", (-1, 0), "sum_o"),
]

Module = dict[str, Any]


@dataclass(frozen=True)
class Netlist:
    """The elaborated core of an array; with parameters, a module's own name is its attribute ``hdlname``."""

    array: Array
    modules: dict[str, Module]

    def own_name(self, kind: str) -> str:
        """Return a module's name in the source."""
        name: str = self.modules[kind]["attributes"].get("hdlname", kind) if kind in self.modules else kind
        return name

    def instances(self, *names: str) -> list[Module]:
        """Return every cell of some modules, whatever their parameters."""
        cells = [cell for parent in self.modules.values() for cell in parent["cells"].values()]
        return [cell for cell in cells if self.own_name(cell["type"]) in names]

    def register_bits(self, kind: str) -> int:
        """Return the flip-flops of a module and of all that it instantiates."""
        total = 0
        for cell in self.modules[kind]["cells"].values():
            if cell["type"] in FLIP_FLOPS:
                total += len(cell["connections"]["Q"])
            elif cell["type"] in self.modules:
                total += self.register_bits(cell["type"])
        return total

    def is_registered(self, kind: str, port: str) -> bool:
        """Tell whether every bit of a module's output comes straight from a flip-flop, however deep inside."""
        nets = set(self.modules[kind]["ports"][port]["bits"])
        for cell in self.modules[kind]["cells"].values():
            for name, bits in cell["connections"].items():
                flip_flop = cell["type"] in FLIP_FLOPS and name == "Q"
                ports = self.modules.get(cell["type"], {}).get("ports", {})
                output = ports.get(name, {}).get("direction") == "output" and nets & set(bits)
                if flip_flop or (output and self.is_registered(cell["type"], name)):
                    nets -= set(bits)
        return not nets

    def pes(self) -> dict[tuple[int, int], Module]:
        """Return the array's PEs by row and column."""
        (array,) = (module for name, module in self.modules.items() if self.own_name(name) == MODULES[self.array][0])
        found = {}
        for name, cell in array["cells"].items():
            if self.own_name(cell["type"]) == MODULES[self.array][1]:
                row, col = (int(part.split("]")[0]) for part in name.split("[")[1:3])
                found[row, col] = cell
        return found


# The modules of an array, a PE and the flags' skew.
MODULES = {
    OUTPUT: ("xnorsim_array", "xnorsim_pe", "xnorsim_flag_skew"),
    WEIGHT: ("xnorsim_ws_array", "xnorsim_ws_pe", "xnorsim_ws_flags"),
}


def parameters(array: Array) -> dict[str, int]:
    """Return the parameters of elaboration for an array."""
    sizes = {"Rows": array.rows, "Cols": array.cols, "Lanes": array.lanes, "AccumulatorBits": array.accumulator_bits}
    return sizes | ({"Dataflow": 1, "AccumulatorRows": array.accumulator_rows} if array.accumulator_rows else {})


def yosys_modules(top: str, sizes: Mapping[str, int], passes: str, output: Path) -> dict[str, Module]:
    """Return the modules below a top, itself among them, after some passes of Yosys."""
    yosys = find_yosys()
    # The WebAssembly Yosys has a /tmp of its own: sources and output go by relative paths.
    sources = " ".join(os.path.relpath(path, rtl.SOURCE_DIR) for path in rtl.source_files())
    chosen = " ".join(f"-chparam {name} {value}" for name, value in sizes.items())
    script = (
        f"read_verilog -sv -DSYNTHESIS {sources}; hierarchy -check -top {top} {chosen}; {passes}; "
        f"write_json {os.path.relpath(output, rtl.SOURCE_DIR)}"
    )
    subprocess.run(
        [*yosys.command, "-q", "-p", script],
        cwd=rtl.SOURCE_DIR,
        env={**os.environ, **yosys.environment},
        check=True,
        capture_output=True,
    )
    modules: dict[str, Module] = json.loads(output.read_text())["modules"]
    return modules


@pytest.fixture(scope="module", params=[OUTPUT, WEIGHT], ids=["output stationary", "weight stationary"])
def netlist(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Netlist:
    """Elaborate the core for each dataflow."""
    array: Array = request.param
    modules = yosys_modules(
        "xnorsim_core", parameters(array), "proc; opt_clean", tmp_path_factory.mktemp("netlist") / "core.json"
    )
    return Netlist(array, modules)


def test_rows_times_cols_pes_and_no_others(netlist: Netlist) -> None:
    array = netlist.array
    assert len(netlist.instances("xnorsim_pe", "xnorsim_ws_pe")) == array.pes
    assert set(netlist.pes()) == {(r, c) for r in range(array.rows) for c in range(array.cols)}


def test_operands_pass_only_between_neighbours(netlist: Netlist) -> None:
    cells = netlist.pes()
    for port, step, driver in NEIGHBOURS if netlist.array == OUTPUT else WEIGHT_NEIGHBOURS:
        edge: list[object] = []  # a net, or a constant
        for (row, col), cell in cells.items():
            neighbour = cells.get((row + step[0], col + step[1]))
            if neighbour is None:
                edge += cell["connections"][port]
            else:
                assert cell["connections"][port] == neighbour["connections"][driver], (port, row, col)
        # At the array's edge words come from outside, each PE's its own; above the first row no results come in.
        if port in ("result_i", "sum_i"):
            assert set(edge) == {"0"}
        else:
            assert len(set(edge)) == len(edge), port


def test_a_pe_has_the_flip_flops_that_the_cost_model_prices(netlist: Netlist) -> None:
    (array,) = netlist.instances(MODULES[netlist.array][0])
    bits = pe_register_bits(netlist.array)
    assert {netlist.register_bits(pe["type"]) for pe in netlist.pes().values()} == {bits}
    assert netlist.register_bits(array["type"]) == netlist.array.pes * bits


def test_the_skew_has_the_flip_flops_that_the_cost_model_prices(netlist: Netlist) -> None:
    cells = netlist.instances("xnorsim_skew", MODULES[netlist.array][2])
    assert len(cells) == 3
    assert sum(netlist.register_bits(cell["type"]) for cell in cells) == skew_register_bits(netlist.array)


def test_what_the_array_shows_outside_comes_straight_from_flip_flops(netlist: Netlist) -> None:
    (core,) = (name for name in netlist.modules if netlist.own_name(name) == "xnorsim_core")
    outputs = [name for name, port in netlist.modules[core]["ports"].items() if port["direction"] == "output"]
    direct = {name for name in outputs if netlist.is_registered(core, name)}
    # A constant: no tile waits for a place.
    assert set(outputs) - direct == {"wait_store_o"}


def test_yosys_synthesizes_every_module(tmp_path: Path) -> None:
    found = set()
    for dataflow in ({"Dataflow": 0}, {"Dataflow": 1, "AccumulatorRows": 3}):
        sizes = {"Rows": 2, "Cols": 2, "Lanes": 3, "AccumulatorBits": 8, "PortBits": 8, "OrPool": 1, **dataflow}
        # Without an optimization of the gates, which takes most of the time.
        netlist = yosys_modules("xnorsim_accelerator", sizes, "synth -noabc; check -assert", tmp_path / "gates.json")
        found |= {module["attributes"].get("hdlname", kind) for kind, module in netlist.items()}
        cells = {cell["type"] for module in netlist.values() for cell in module["cells"].values()} - netlist.keys()
        assert [kind for kind in cells if not re.fullmatch(r"\$_([A-Z]+|S?DFF[A-Z]*_\w+)_", kind)] == []
    # Empty but in simulation.
    assert found == set(modules()) - {"xnorsim_hold"}
