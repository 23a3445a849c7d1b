"""``xnorsim show workload``."""

import re
from collections.abc import Mapping, Sequence

from rich.table import Table

from workloads.builtin import Network
from workloads.networks import NETWORKS, load_trace
from workloads.operations import ArrayWork, Operation, Product, Work
from workloads.operations.work import macs, vector_elements
from workloads.trace import Trace
from xnorsim.console import console

_WIDTH = 200
"""Enough for any table: one that is folded cannot be read."""
_BLOCK = re.compile(r"\.blocks\.(\d+)\.")


def print_workload(name: str, parameters: Mapping[str, str]) -> None:
    """Print a workload's description, parameters, layers and sources."""
    trace, out = load_trace(name, parameters), console(_WIDTH)
    out.print(f"{trace.name}: {trace.description}\n", soft_wrap=True)
    network = NETWORKS.get(name)
    if network:
        out.print(_parameters(network))
    out.print(_layers(trace))
    out.print("\nSources", *(f"  {source}" for source in trace.sources), sep="\n", soft_wrap=True)


def _parameters(network: Network) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for parameter in network.parameters:
        table.add_row(*parameter.usage)
    table.add_row()
    return table


def _layers(trace: Trace) -> Table:
    """Return one row a product, and one for each layer without; equal layers of equal blocks share theirs."""
    table = Table(box=None, pad_edge=False)
    table.add_column("layer", no_wrap=True)
    table.add_column("operation", no_wrap=True)
    for heading in ("layers", "m", "k", "n", "count"):
        table.add_column(heading, justify="right")
    table.add_column("A x B")
    for heading in ("MACs", "vector elements"):
        table.add_column(heading, justify="right")
    for group in _equal_layers(trace):
        _add_rows(table, group)
    totals = (sum(count(o) for o in trace.operations) for count in (macs, vector_elements))
    table.add_row("total", "", str(len(trace.operations)), "", "", "", "", "", *(f"{total:,}" for total in totals))
    return table


def _equal_layers(trace: Trace) -> list[list[Operation]]:
    groups: dict[object, list[Operation]] = {}
    for operation in trace.operations:
        key = (_BLOCK.sub(".blocks.*.", operation.name), operation.kind, tuple(map(_shape, operation.work)))
        groups.setdefault(key, []).append(operation)
    return list(groups.values())


def _shape(work: Work) -> tuple[object, ...]:
    """Return what a step's row shows: its sizes, without the names of its tensors."""
    if isinstance(work, ArrayWork):
        return work.step, work.m, work.k, work.n, work.count, work.encoding_a, work.encoding_b
    return work.step, work.function, work.elements


def _add_rows(table: Table, group: Sequence[Operation]) -> None:
    """Add a layer's row, with its product if it has one; several products follow in rows of their own."""
    first, layers = group[0], len(group)
    thresholds = ", thresholds" if isinstance(first, Product) and first.thresholds is not None else ""
    products = [work for work in first.work if isinstance(work, ArrayWork)]
    own = _product_cells(products[0], layers) if len(products) == 1 else ("-",) * 6
    elements = f"{layers * vector_elements(first):,}"
    table.add_row(_shared_name(group), f"{first.kind}{thresholds}", str(layers), *own, elements)
    for product in products if len(products) > 1 else ():
        table.add_row("", f"  {product.step}", "", *_product_cells(product, layers), "")


def _product_cells(product: ArrayWork, layers: int) -> tuple[str, ...]:
    sizes = (product.m, product.k, product.n, product.count)
    pair = f"{product.encoding_a.name} x {product.encoding_b.name}"
    return (*(str(size) for size in sizes), pair, f"{layers * product.macs:,}")


def _shared_name(group: Sequence[Operation]) -> str:
    """Return the layers' name, with the first and last block's numbers where there are several."""
    blocks = [match[1] for operation in group if (match := _BLOCK.search(operation.name))]
    span = blocks[0] if len(set(blocks)) == 1 else f"{blocks[0]}-{blocks[-1]}" if blocks else ""
    return _BLOCK.sub(f".blocks.{span}.", group[0].name)
