"""The elaborated design: how many PEs, which neighbours they hear, how many flip-flops."""

import json
import os
import subprocess
from typing import Any

import pytest

import rtl
from simulator.accelerator import Array
from simulator.inventory import pe_register_bits, skew_register_bits
from xnorsim.cosimulation.toolchain import find_yosys

pytestmark = pytest.mark.rtl

ARRAY = Array("xnor", rows=3, cols=4, lanes=5, accumulator_bits=12, result_tiles=5)
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

Module = dict[str, Any]


@pytest.fixture(scope="module")
def netlist(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Module]:
    """Return the modules of the elaborated core; with parameters, a module's own name is its attribute ``hdlname``."""
    yosys = find_yosys()
    folder = tmp_path_factory.mktemp("netlist")
    # The WebAssembly Yosys has a /tmp of its own: sources and output go by relative paths.
    sources = " ".join(os.path.relpath(path, rtl.SOURCE_DIR) for path in rtl.source_files())
    output = os.path.relpath(folder / "core.json", rtl.SOURCE_DIR)
    sizes = {"Rows": ARRAY.rows, "Cols": ARRAY.cols, "Lanes": ARRAY.lanes, "AccumulatorBits": ARRAY.accumulator_bits}
    parameters = " ".join(f"-chparam {name} {value}" for name, value in sizes.items())
    script = (
        f"read_verilog -sv -DSYNTHESIS {sources}; hierarchy -check -top xnorsim_core {parameters}; proc; opt_clean; "
        f"write_json {output}"
    )
    subprocess.run(
        [*yosys.command, "-q", "-p", script],
        cwd=rtl.SOURCE_DIR,
        env={**os.environ, **yosys.environment},
        check=True,
        capture_output=True,
    )
    loaded: dict[str, Module] = json.loads((folder / "core.json").read_text())["modules"]
    return loaded


def instances(netlist: dict[str, Module], module: str) -> list[Module]:
    """Return every cell of a module, whatever its parameters."""
    cells = [cell for parent in netlist.values() for cell in parent["cells"].values()]
    return [cell for cell in cells if own_name(netlist, cell["type"]) == module]


def own_name(netlist: dict[str, Module], kind: str) -> str:
    """Return a module's name in the source."""
    name: str = netlist[kind]["attributes"].get("hdlname", kind) if kind in netlist else kind
    return name


def register_bits(netlist: dict[str, Module], kind: str) -> int:
    """Return the flip-flops of a module and of all that it instantiates."""
    total = 0
    for cell in netlist[kind]["cells"].values():
        if cell["type"] in FLIP_FLOPS:
            total += len(cell["connections"]["Q"])
        elif cell["type"] in netlist:
            total += register_bits(netlist, cell["type"])
    return total


def pes(netlist: dict[str, Module]) -> dict[tuple[int, int], Module]:
    """Return the array's PEs by row and column."""
    (array,) = (module for name, module in netlist.items() if own_name(netlist, name) == "xnorsim_array")
    found = {}
    for name, cell in array["cells"].items():
        if own_name(netlist, cell["type"]) == "xnorsim_pe":
            row, col = (int(part.split("]")[0]) for part in name.split("[")[1:3])
            found[row, col] = cell
    return found


def test_rows_times_cols_pes_and_no_others(netlist: dict[str, Module]) -> None:
    assert len(instances(netlist, "xnorsim_pe")) == ARRAY.pes
    assert set(pes(netlist)) == {(r, c) for r in range(ARRAY.rows) for c in range(ARRAY.cols)}


@pytest.mark.parametrize(("port", "step", "driver"), NEIGHBOURS, ids=lambda value: str(value))
def test_operands_pass_only_between_neighbours(
    netlist: dict[str, Module], port: str, step: tuple[int, int], driver: str
) -> None:
    cells = pes(netlist)
    edge: list[object] = []  # a net, or a constant
    for (row, col), cell in cells.items():
        neighbour = cells.get((row + step[0], col + step[1]))
        if neighbour is None:
            edge += cell["connections"][port]
        else:
            assert cell["connections"][port] == neighbour["connections"][driver], (row, col)
    # At the array's edge words come from outside, each PE's its own; above the first row no results come in.
    if port == "result_i":
        assert set(edge) == {"0"}
    else:
        assert len(set(edge)) == len(edge)


def test_a_pe_has_the_flip_flops_that_the_cost_model_prices(netlist: dict[str, Module]) -> None:
    (array,) = instances(netlist, "xnorsim_array")
    assert {register_bits(netlist, pe["type"]) for pe in pes(netlist).values()} == {pe_register_bits(ARRAY)}
    assert register_bits(netlist, array["type"]) == ARRAY.pes * pe_register_bits(ARRAY)


def test_the_skew_has_the_flip_flops_that_the_cost_model_prices(netlist: dict[str, Module]) -> None:
    cells = [*instances(netlist, "xnorsim_skew"), *instances(netlist, "xnorsim_flag_skew")]
    assert len(cells) == 3
    assert sum(register_bits(netlist, cell["type"]) for cell in cells) == skew_register_bits(ARRAY)
