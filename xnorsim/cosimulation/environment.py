"""The process environment in which the cocotb runner builds and runs."""

import os
from collections.abc import Mapping
from pathlib import Path

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

    Python in there finds this package, and not what lies beside the script that is run here: the simulator imports all
    kinds of modules, and one of the same name would be taken for them.
    """
    kept = {name: value for name, value in os.environ.items() if not _overrides(name)}
    # An installed package is found without: its neighbours would come before Python's own modules.
    own = [] if _PACKAGES.name in ("site-packages", "dist-packages") else [str(_PACKAGES)]
    paths = [*own, *filter(None, [kept.get("PYTHONPATH")])]
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), **variables}


_PACKAGES = Path(__file__).parents[2]
"""The folder that this package lies in."""


def _overrides(name: str) -> bool:
    return name in OVERRIDES or name.startswith("COCOTB_")
