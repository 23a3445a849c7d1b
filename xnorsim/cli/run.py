"""``xnorsim run``."""

from collections.abc import Mapping

from costmodel.estimate import estimate
from costmodel.technology_file import load_technology, technology_path
from simulator.accelerator_file import accelerator_path, load_accelerator
from simulator.run import simulate
from workloads.networks import load_trace, workload_path
from xnorsim.cli.output import write_json
from xnorsim.json_report import json_report


def run(
    workload: str, accelerator: str, technology: str, parameters: Mapping[str, str], json_target: str | None
) -> None:
    """Run a workload, and print one page, or write JSON, or both."""
    trace = load_trace(workload, parameters)
    hardware, prices = load_accelerator(accelerator), load_technology(technology)
    result = simulate(trace, hardware, results=trace.has_operands and trace.labels is not None)
    costs = estimate(result, prices)
    if json_target is not None:
        files = {
            "workload": workload_path(workload),
            "accelerator": accelerator_path(accelerator),
            "technology": technology_path(technology),
        }
        inputs = {role: path for role, path in files.items() if path is not None}
        write_json(json_report(result, costs, inputs), json_target)
    if json_target != "-":
        from xnorsim.page import print_page

        print_page(result, costs)
