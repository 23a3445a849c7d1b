"""``xnorsim run``."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from costmodel.estimate import estimate
from costmodel.technology_file import load_technology, technology_path
from simulator.accelerator_file import accelerator_path, load_accelerator
from simulator.run import simulate
from workloads.atomic import write_whole
from workloads.networks import load_trace, workload_path
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
        inputs = {
            "workload": workload_path(workload),
            "accelerator": accelerator_path(accelerator),
            "technology": technology_path(technology),
        }
        _write_json(json.dumps(json_report(result, costs, inputs), indent=1), json_target)
    if json_target != "-":
        from xnorsim.page import print_page

        print_page(result, costs)


def _write_json(text: str, target: str) -> None:
    if target == "-":
        sys.stdout.write(f"{text}\n")
    else:
        write_whole(Path(target), f"{text}\n".encode())
