"""``xnorsim list`` and ``xnorsim show``."""

from collections.abc import Iterable, Mapping
from itertools import chain

from rich.table import Table

from costmodel.technology_file import load_technology, technology_names
from simulator.accelerator import Accelerator
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
        *(
            [
                (f"arrays.{a.name}", f"{a.rows} rows x {a.cols} cols of {a.lanes} lanes, output stationary"),
                ("", f"accumulators of {a.accumulator_bits} bits, {a.result_tiles} result tiles, clocks not gated"),
            ]
            for a in accelerator.arrays.values()
        ),
        [
            ("scratchpads.a", f"{accelerator.scratchpad_a_bits / 8192:g} KiB in two halves"),
            ("scratchpads.b", f"{accelerator.scratchpad_b_bits / 8192:g} KiB in two halves"),
            ("port", f"{accelerator.port.width_bits} bits, latency {accelerator.port.latency_cycles} cycles"),
            ("global_buffer", f"{accelerator.global_buffer_bits / 8192:g} KiB"),
        ],
    )
    for row in rows:
        table.add_row(*row)
    out.print(table)


def _show_technology(name: str) -> None:
    technology, out = load_technology(name), console()
    out.print(f"{technology.name}: {technology.description}\n", soft_wrap=True)
    table = _table("price", "value", "unit", "node", "voltage", "kind", "source")
    for key, price in technology.prices.items():
        volts = f"{price.voltage_v:g} V" if price.voltage_v else "unknown"
        table.add_row(key, f"{price.value:g}", price.unit, f"{price.node_nm} nm", volts, price.kind.value, price.source)
    out.print(table)
