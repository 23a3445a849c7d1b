"""Rows of a sweep against the event engine, each run by itself."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from costmodel.estimate import estimate
from simulator.accelerator_file import check_sizes, parse_accelerator
from simulator.run import simulate
from workloads.errors import InputError
from xnorsim.comparison import Outcome
from xnorsim.errors import SweepError
from xnorsim.json_report import json_report
from xnorsim.sweeps.directory import SweepDirectory
from xnorsim.sweeps.inputs import Inputs
from xnorsim.sweeps.listener import Listener
from xnorsim.sweeps.numbers import of_nothing
from xnorsim.sweeps.reading import Reading

FLOAT_ERROR = 1e-12
"""How far a sum of energies or areas may be off, relatively: its parts are added in another order."""


def verify(directory: SweepDirectory, inputs: Inputs, listener: Listener) -> None:
    """Run as many rows of the front on the engine as the sweep asks for, spread over it, both ends included.

    Errors: SweepError naming a row that the engine contradicts.
    """
    reading = Reading.of(directory)
    front = reading.rows[reading.front]
    count = min(directory.spec.verify, len(front))
    chosen = np.linspace(0, len(front) - 1, count).round().astype(np.intp)
    listener.verifying(count)
    for row in front[chosen].tolist():
        found = directory.row(row)
        for difference in differences(found, inputs, directory.accelerator(row)):
            raise SweepError(f"{directory.path}: row {row}: {difference}")


def differences(found: Mapping[str, Any], inputs: Inputs, accelerator: Mapping[str, Any]) -> Iterator[str]:
    """Yield where a row that is ok differs from what the engine says: integers at all, floats by more than sums."""
    try:
        parsed = parse_accelerator(accelerator)
        check_sizes(parsed)
        run = simulate(inputs.traces[found["workload"]], parsed)
    except InputError as error:
        yield f"the engine refuses it: {error}"
        return
    report = json_report(Outcome(run, estimate(run, inputs.technologies[found["technology"]])), {})
    for name in of_nothing(()):
        value, right = found[name], _number(report, name)
        if abs(value - right) > FLOAT_ERROR * (abs(right) if isinstance(right, float) else 0):
            yield f"{name} is {value}, but the engine says {right}"


def _number(report: Any, name: str) -> Any:
    for key in name.split("."):
        report = report[key]
    return report
