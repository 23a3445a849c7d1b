"""Time the command line as whole processes, beside an empty Python."""

import subprocess
import sys

from benchmarks.report import SECONDS, print_table, timed

RUNS = 7
XNORSIM = [sys.executable, "-m", "xnorsim"]
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "xnorsim --help": [*XNORSIM, "--help"],
    "xnorsim run mnist-tfc": [*XNORSIM, "run", "mnist-tfc"],
    **{
        f"xnorsim run {network}": [*XNORSIM, "run", network, "--accelerator", "xnor-fp32"]
        for network in ("pvtv2-b0", "ecoformer-pvtv2-b0", "twins-svt-s", "ecoformer-pvtv2-b4", "pvtv2-b4")
    },
}


def run(command: list[str]) -> None:
    """Run a command to its end."""
    subprocess.run(command, check=True, capture_output=True)


def main() -> None:
    rows = []
    for name, command in COMMANDS.items():
        run(command)
        took = timed(lambda command=command: run(command), RUNS)  # type: ignore[misc]
        rows.append((name, *took.cells))
    title = f"The command line, whole processes: {RUNS} runs after one to warm up"
    print_table(title, ("command", *SECONDS), rows)


if __name__ == "__main__":
    main()
