"""xnorsim: what a binarized network costs on an XNOR-popcount accelerator."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from costmodel.cost import Estimate as Estimate
    from costmodel.estimate import estimate as estimate
    from costmodel.technology_file import load_technology as load_technology
    from simulator.accelerator_file import load_accelerator as load_accelerator
    from simulator.run import Run as Run
    from simulator.run import simulate as simulate
    from workloads.accounting.rules import account as account
    from workloads.errors import InputError as InputError
    from workloads.networks import load_trace as load_trace
    from xnorsim.cosimulation.outcome import Cosimulation as Cosimulation
    from xnorsim.cosimulation.session import cosimulate as cosimulate
    from xnorsim.sweeps.session import sweep as sweep

__version__ = "0.1.0"

# Where each public name lives. They are imported when first used: the command line must start fast.
_HOMES = {
    "Cosimulation": "xnorsim.cosimulation.outcome",
    "Estimate": "costmodel.cost",
    "InputError": "workloads.errors",
    "Run": "simulator.run",
    "account": "workloads.accounting.rules",
    "cosimulate": "xnorsim.cosimulation.session",
    "estimate": "costmodel.estimate",
    "load_accelerator": "simulator.accelerator_file",
    "load_technology": "costmodel.technology_file",
    "load_trace": "workloads.networks",
    "simulate": "simulator.run",
    "sweep": "xnorsim.sweeps.session",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'xnorsim' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
