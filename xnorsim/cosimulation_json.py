"""A co-simulation as one JSON object."""

import platform
from dataclasses import asdict
from typing import Any

from workloads.digest import digest
from xnorsim import __version__
from xnorsim.cosimulation.outcome import Cosimulation, sides

SCHEMA_VERSION = 1


def cosimulation_json(result: Cosimulation) -> dict[str, Any]:
    """Return everything that a co-simulation found, ready for ``json.dumps``.

    Units: cycles are of the jobs that were played, or of the whole step of a layer that is model only.
    """
    reproduced = result.reproduced
    return {
        "schema_version": SCHEMA_VERSION,
        "workload": result.trace.name,
        "accelerator": result.accelerator.name,
        "passed": result.passed,
        "layers": [layer.row() for layer in result.layer_outcomes],
        "differences": [asdict(difference) for difference in result.differences],
        "reproduced": reproduced
        and {
            "layer": reproduced.layer,
            **sides(reproduced.job),
            "tiles": reproduced.steps,
            "waves": reproduced.waves and str(reproduced.waves),
        },
        "provenance": {
            "versions": {"xnorsim": __version__, "python": platform.python_version(), **result.versions},
            "seed": result.seed,
            "max_cycles": result.max_cycles,
            "rtl": result.file_list and str(result.file_list),
            "parameters": dict(result.trace.parameters),
            "workload_sha256": digest(result.trace),
        },
    }
