"""``xnorsim list`` and ``xnorsim show``."""

from collections.abc import Iterable, Mapping
from itertools import chain

from rich.table import Table

from costmodel.technology_file import load_technology, technology_names
from simulator.accelerator import Accelerator, Array
from simulator.accelerator_file import load_accelerator, preset_names
from workloads.networks import NETWORKS
from xnorsim.cli.workload_page import print_workload
from xnorsim.console import console


def print_list(kinds: str) -> None:
    """Print names and one line about each."""
    lines: dict[str, Iterable[tuple[str, str]]] = {
        "workloads": ((network.name, network.summary) for network in NETWORKS.values()),
        "accelerators": ((name, load_accelerator(name).description) for name in preset_names()),
        "technologies": ((name, load_technology(name).description) for name in technology_names()),
    }
    table = _table()
    for name, summary in lines[kinds]:
        table.add_row(name, summary)
    console().print(table)


def show(kind: str, name: str, parameters: Mapping[str, str]) -> None:
    """Print all about one workload, accelerator or technology."""
    if kind == "workload":
        print_workload(name, parameters)
    elif kind == "accelerator":
        _show_accelerator(load_accelerator(name))
    else:
        _show_technology(name)


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, show_header=bool(headings))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _show_accelerator(accelerator: Accelerator) -> None:
    out, table = console(), _table()
    out.print(f"{accelerator.name}: {accelerator.description}\n")
    rows = chain(
        [("frequency", f"{accelerator.frequency_hz / 1e6:g} MHz")],
        *(_array_rows(array) for array in accelerator.arrays.values()),
        [
            ("scratchpads.a", f"{accelerator.scratchpad_a_bits / 8192:g} KiB in two halves"),
            ("scratchpads.b", f"{accelerator.scratchpad_b_bits / 8192:g} KiB in two halves"),
            ("port", f"{accelerator.port.width_bits} bits, latency {accelerator.port.latency_cycles} cycles"),
            ("global_buffer", f"{accelerator.global_buffer_bits / 8192:g} KiB"),
            *_around(accelerator),
        ],
    )
    for row in rows:
        table.add_row(*row)
    out.print(table)


def _array_rows(array: Array) -> list[tuple[str, str]]:
    buffers = f"accumulators of {array.accumulator_bits} bits, {array.result_tiles} result tiles"
    return [
        (f"arrays.{array.name}", f"{array.rows} rows x {array.cols} cols of {_pe(array)}, output stationary"),
        ("", f"{buffers}, {_gated(array.clock_gated)}"),
    ]


def _pe(array: Array) -> str:
    if array.element is None:
        return f"{array.lanes} lanes"
    return f"{array.element.name} multiply-accumulators, {array.pipeline_cycles} cycles deep"


def _gated(clock_gated: bool) -> str:
    return "clock stopped when idle (no RTL)" if clock_gated else "clocks not gated"


def _around(accelerator: Accelerator) -> Iterable[tuple[str, str]]:
    unit = accelerator.vector_unit
    if unit is not None:
        yield "vector_unit", f"{unit.lanes} lanes of fp32, {_gated(unit.clock_gated)}"
        for function, cycles in unit.cycles_per_element.items():
            yield "", f"{function.value}: {cycles} cycles an element"
    if accelerator.or_pool:
        yield "or_pool", "pools maps of bits, clocks not gated"
    if accelerator.dram is not None:
        yield "dram", f"{accelerator.dram.bits_per_cycle} bits a cycle"


def _show_technology(name: str) -> None:
    technology, out = load_technology(name), console()
    out.print(f"{technology.name}: {technology.description}\n", soft_wrap=True)
    table = _table("price", "value", "unit", "node", "voltage", "kind", "source")
    for key, price in technology.prices.items():
        volts = f"{price.voltage_v:g} V" if price.voltage_v else "unknown"
        node = "unknown" if price.node_nm is None else f"{price.node_nm:g} nm"
        table.add_row(key, f"{price.value:g}", price.unit, node, volts, price.kind.value, price.source)
    out.print(table)
