"""The process environment in which the cocotb runner builds and runs."""

import os
import sys
from collections.abc import Mapping

# The runner lets these override what it is called with, so that a build or a run would depend on the caller's shell,
# on being called from make, or on being called from pytest.
OVERRIDES = (
    "GUI",
    "MAKEFLAGS",
    "MAKELEVEL",
    "MFLAGS",
    "PYTEST_CURRENT_TEST",
    "SIM_CMD_PREFIX",
    "SIM_CMD_SUFFIX",
    "WAVES",
)


def process_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with some variables, without those that override the cocotb runner.

    The modules that can be imported here can be imported there.
    """
    kept = {name: value for name, value in os.environ.items() if not _overrides(name)}
    return {**kept, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), **variables}


def _overrides(name: str) -> bool:
    return name in OVERRIDES or name.startswith("COCOTB_")
