"""The built-in networks and their parameters."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from workloads.errors import InputError, problem
from workloads.trace import Trace, first_rows
from workloads.trace_file import read_trace

DATA_DIR = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Parameter:
    """A parameter of a built-in network, set by ``-p name=value``."""

    name: str
    default: int
    minimum: int
    maximum: int
    meaning: str


@dataclass(frozen=True)
class Network:
    """A built-in network: its parameters, and the function that makes its trace from their values."""

    name: str
    summary: str
    parameters: tuple[Parameter, ...]
    build: Callable[[Mapping[str, int]], Trace]
    file: Path


def _mnist_tfc(values: Mapping[str, int]) -> Trace:
    return first_rows(read_trace(DATA_DIR / "mnist-tfc.xtrace"), values["images"])


NETWORKS = {
    network.name: network
    for network in (
        Network(
            "mnist-tfc",
            "784-64-64-64-10 of binary weights and activations on real MNIST images",
            (Parameter("images", 1000, 1, 1000, "held-out images that run as one batch"),),
            _mnist_tfc,
            DATA_DIR / "mnist-tfc.xtrace",
        ),
    )
}


def load_trace(workload: str | Path, parameters: Mapping[str, str | int] | None = None) -> Trace:
    """Load a built-in network by name, or a trace file by path.

    Errors: InputError for an unknown workload or parameter, a value out of range, or a file that is no trace.
    """
    given = dict(parameters or {})
    network = NETWORKS.get(str(workload))
    if network is not None:
        return network.build(_values(network, given))
    path = workload_path(workload)
    if given:
        raise InputError(f"workload {path}: a trace file has no parameters, not {', '.join(given)}")
    return read_trace(path)


def workload_path(workload: str | Path) -> Path:
    """Return the file of a built-in network or of a path.

    Errors: InputError if there is neither.
    """
    network = NETWORKS.get(str(workload))
    path = Path(workload) if network is None else network.file
    if not path.is_file():
        raise InputError(problem("workload", f"must be a file or one of {', '.join(NETWORKS)}", str(workload)))
    return path


def _values(network: Network, given: dict[str, str | int]) -> dict[str, int]:
    values = {parameter.name: parameter.default for parameter in network.parameters}
    known = {parameter.name: parameter for parameter in network.parameters}
    for name, value in given.items():
        if name not in known:
            raise InputError(problem(f"{network.name}: parameter", f"must be one of {', '.join(known)}", name))
        values[name] = _number(network, known[name], value)
    return values


def _number(network: Network, parameter: Parameter, value: str | int) -> int:
    number = int(value) if re.fullmatch(r"[0-9]{1,9}", str(value)) else None
    if number is None or not parameter.minimum <= number <= parameter.maximum:
        rule = f"must be an integer from {parameter.minimum} to {parameter.maximum}"
        raise InputError(problem(f"{network.name}: {parameter.name}", rule, value))
    return number
