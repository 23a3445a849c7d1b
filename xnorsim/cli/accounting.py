"""``xnorsim account``."""

from collections.abc import Mapping

from rich.table import Table

from workloads.accounting.ecoformer import ADD_PJ, MULTIPLY_PJ, EcoFormerAccount
from workloads.accounting.rules import account
from workloads.networks import load_trace
from xnorsim.cli.output import write_json
from xnorsim.console import console


def print_account(workload: str, rule: str, parameters: Mapping[str, str], json_target: str | None) -> None:
    """Count a workload by a rule, and print a table, or write JSON, or both."""
    trace = load_trace(workload, parameters)
    counted = account(trace, rule)
    if json_target is not None:
        write_json(_json(counted), json_target)
    if json_target != "-":
        out = console()
        out.print(f"{trace.name} by the rule {rule}: {trace.description}\n")
        out.print(_table(counted))
        out.print(
            f"\nA multiplication is {MULTIPLY_PJ} pJ and an addition {ADD_PJ} pJ, in fp32: arithmetic alone, no memory "
            f"and no registers. One unit for every operation would take {counted.area_um2:.4g} um2; no chip is meant. "
            "docs/ecoformer.md has the rule."
        )


def _json(counted: EcoFormerAccount) -> dict[str, object]:
    return {
        "workload": counted.workload,
        "rule": counted.rule,
        "mul": counted.mul,
        "add": counted.add,
        "energy_pj": counted.energy_pj,
        "area_um2": counted.area_um2,
    }


def _table(counted: EcoFormerAccount) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("operation")
    for heading in ("layers", "mul", "add", "energy mJ", "share"):
        table.add_column(heading, justify="right")
    for kind in dict.fromkeys(charge.operation for charge in counted.charges):
        charges = tuple(charge for charge in counted.charges if charge.operation == kind)
        _row(table, kind, EcoFormerAccount(counted.workload, charges), counted.energy_pj)
    table.add_section()
    _row(table, "total", counted, counted.energy_pj, style="bold")
    return table


def _row(table: Table, name: str, part: EcoFormerAccount, energy_pj: float, style: str = "") -> None:
    layers = len({charge.layer for charge in part.charges})
    share = f"{part.energy_pj / energy_pj:.1%}" if energy_pj else "-"
    energy = f"{part.energy_pj / 1e9:.4f}"
    table.add_row(name, str(layers), f"{part.mul:,}", f"{part.add:,}", energy, share, style=style)
