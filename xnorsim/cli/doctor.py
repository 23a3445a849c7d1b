"""``xnorsim doctor``."""

from rich.table import Table

from xnorsim.console import console
from xnorsim.cosimulation.toolchain import checks


def doctor() -> bool:
    """Print the state of every tool and return whether all are there."""
    table = Table(box=None, pad_edge=False)
    for heading in ("tool", "version", "needed for", "what to do"):
        table.add_column(heading, overflow="fold")
    found = checks()
    for check in found:
        table.add_row(check.tool, check.version or "missing", check.purpose, "" if check.version else check.remedy)
    console().print(table)
    return all(check.version for check in found)
