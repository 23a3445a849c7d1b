"""The command line."""

import sys


def main() -> None:
    """Run the command line and exit: 0 done, 1 a check failed, 2 wrong input, 3 a tool is missing, 130 interrupted."""
    from xnorsim.cli.app import run

    sys.exit(run(sys.argv[1:]))
