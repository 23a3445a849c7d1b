"""The built-in networks, and loading a workload by name or by path."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workloads.builtin import Given, Network, Parameter
from workloads.errors import InputError, problem
from workloads.trace import Trace, first_rows
from workloads.trace_file import read_trace
from workloads.transformers.pvtv2 import PVTV2
from workloads.transformers.twins import TWINS

_DATA = Path(__file__).parent / "data"


def _trained(name: str, summary: str, images: int) -> Network:
    """Return a network that was trained, in a trace of 1,000 held-out images, of which so many run by default."""
    file = _DATA / f"{name}.xtrace"

    def build(values: Mapping[str, Any]) -> Trace:
        return first_rows(read_trace(file), values["images"])

    parameter = Parameter("images", images, 1, 1000, "held-out images that run as one batch")
    return Network(name, summary, (parameter,), build, file)


NETWORKS = {
    network.name: network
    for network in (
        _trained("mnist-tfc", "784-64-64-64-10 of binary weights and activations on real MNIST images", 1000),
        _trained("mnist-cnv", "two convolutions, two poolings and two dense layers of bits, on the same images", 100),
        *PVTV2,
        *TWINS,
    )
}


def load_trace(workload: str | Path, parameters: Mapping[str, Given] | None = None) -> Trace:
    """Load a built-in network by name, or a trace file by path.

    Errors: InputError for an unknown workload or parameter, a value out of range, or a file that is no trace.
    """
    given = dict(parameters or {})
    network = NETWORKS.get(str(workload))
    if network is not None:
        return network.trace(given)
    path = Path(workload)
    if not path.is_file():
        raise InputError(problem("workload", f"must be a file or one of {', '.join(NETWORKS)}", str(workload)))
    if given:
        raise InputError(f"workload {path}: a trace file has no parameters, not {', '.join(given)}")
    return read_trace(path)


def workload_path(workload: str | Path) -> Path | None:
    """Return the file that a workload is read from; None for a network that is generated."""
    network = NETWORKS.get(str(workload))
    return Path(workload) if network is None else network.file
