"""A step of the cocotb runner, ``build`` or ``test``, as a process of its own: it is ended with all that it starts."""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from xnorsim.cosimulation.environment import process_environment
from xnorsim.cosimulation.processes import end_with_caller, run_in_group


def run_step(
    step: str, arguments: Mapping[str, Any], environment: Mapping[str, str], folder: Path, log: Path,
    watch: Callable[[], None] = lambda: None,
) -> int:  # fmt: skip
    """Call a step of the runner with these arguments and return its exit code; ``folder`` receives the arguments."""
    written = folder / f"{step}.json"
    written.write_text(json.dumps(arguments, indent=2) + "\n")
    command = (sys.executable, "-P", "-m", __name__, step, str(written))
    return run_in_group(command, process_environment(environment), log, watch)


def main() -> None:
    """Call a step of the runner with the arguments of a file."""
    from cocotb_tools.runner import get_runner

    end_with_caller()
    step, written = sys.argv[1:]
    try:
        getattr(get_runner("verilator"), step)(**json.loads(Path(written).read_text()))
    except RuntimeError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
