"""Time the command line as whole processes: `xnorsim --help` and `xnorsim run mnist-tfc`, beside an empty Python."""

import statistics
import subprocess
import sys
import time

RUNS = 7
XNORSIM = [sys.executable, "-m", "xnorsim"]
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "xnorsim --help": [*XNORSIM, "--help"],
    "xnorsim run mnist-tfc": [*XNORSIM, "run", "mnist-tfc"],
}


def seconds(command: list[str]) -> float:
    """Return the wall time of one run."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    print(f"{'command':<24}{'median s':>10}{'min s':>8}{'max s':>8}   ({RUNS} runs after one warm-up)")
    for name, command in COMMANDS.items():
        seconds(command)
        times = [seconds(command) for _ in range(RUNS)]
        print(f"{name:<24}{statistics.median(times):>10.3f}{min(times):>8.3f}{max(times):>8.3f}")


if __name__ == "__main__":
    main()
