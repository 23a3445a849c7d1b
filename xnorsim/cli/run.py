"""``xnorsim run``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from costmodel.estimate import estimate
from costmodel.technology import Technology
from costmodel.technology_file import load_technology, technology_path
from simulator.accelerator_file import accelerator_path, load_accelerator
from simulator.engines import Engine
from simulator.run import simulate
from workloads.casts import Cast, cast_trace, parse_cast
from workloads.networks import NETWORKS, load_trace, workload_path
from xnorsim.cli.output import write_json
from xnorsim.comparison import Outcome
from xnorsim.json_report import json_report


@dataclass(frozen=True)
class Request:
    """What ``xnorsim run`` was asked for."""

    workload: str
    accelerator: str
    technology: str
    parameters: Mapping[str, str]
    casts: Sequence[str]
    baseline: str | None
    against: str | None
    json_target: str | None
    engine: Engine


def run(request: Request) -> None:
    """Run a workload, beside another one or on another accelerator if asked; print one page, or write JSON, or both."""
    casts = [parse_cast(text) for text in request.casts]
    prices = load_technology(request.technology)
    outcome = _outcome(request.workload, request.accelerator, request.parameters, casts, prices, request.engine)
    other = _other(request, casts, prices)
    if request.json_target is not None:
        write_json(json_report(outcome, _inputs(request), casts, other), request.json_target)
    if request.json_target != "-":
        _print(outcome, other)


def _other(request: Request, casts: Sequence[Cast], prices: Technology) -> Outcome | None:
    """Return the run to compare with: the other workload, the other accelerator, or both."""
    if request.against is None and request.baseline is None:
        return None
    workload, parameters = request.workload, dict(request.parameters)
    if request.against is not None:
        workload = request.against
        network = NETWORKS.get(workload)
        known = {parameter.name for parameter in network.parameters} if network else set()
        # Of the parameters the other network takes those that it has: a baseline has no length of codes.
        parameters = {name: value for name, value in parameters.items() if name in known}
    return _outcome(workload, request.baseline or request.accelerator, parameters, casts, prices, request.engine)


def _outcome(
    workload: str, accelerator: str, parameters: Mapping[str, str], casts: Sequence[Cast], prices: Technology,
    engine: Engine,
) -> Outcome:  # fmt: skip
    trace = cast_trace(load_trace(workload, parameters), casts)
    hardware = load_accelerator(accelerator)
    result = simulate(trace, hardware, results=trace.has_operands and trace.labels is not None, engine=engine)
    return Outcome(result, estimate(result, prices))


def _inputs(request: Request) -> dict[str, Path]:
    """Return the files that were read, by role; a network that is generated has none."""
    files = {
        "workload": workload_path(request.workload),
        "accelerator": accelerator_path(request.accelerator),
        "technology": technology_path(request.technology),
        "against": workload_path(request.against) if request.against else None,
        "baseline": accelerator_path(request.baseline) if request.baseline else None,
    }
    return {role: path for role, path in files.items() if path is not None}


def _print(outcome: Outcome, other: Outcome | None) -> None:
    if other is None:
        from xnorsim.page import print_page

        print_page(outcome.run, outcome.costs)
    else:
        from xnorsim.comparison_page import print_comparison

        print_comparison(outcome, other)
