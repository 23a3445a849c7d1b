"""Time the command line as whole processes, beside an empty Python."""

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
    **{
        f"xnorsim run {network}": [*XNORSIM, "run", network, "--accelerator", "xnor-fp32"]
        for network in ("pvtv2-b0", "ecoformer-pvtv2-b0", "twins-svt-s", "ecoformer-pvtv2-b4", "pvtv2-b4")
    },
}


def seconds(command: list[str]) -> float:
    """Return the wall time of one run."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    print(f"{'command':<32}{'median s':>10}{'min s':>8}{'max s':>8}   ({RUNS} runs after one warm-up)")
    for name, command in COMMANDS.items():
        seconds(command)
        times = [seconds(command) for _ in range(RUNS)]
        print(f"{name:<32}{statistics.median(times):>10.3f}{min(times):>8.3f}{max(times):>8.3f}")


if __name__ == "__main__":
    main()
