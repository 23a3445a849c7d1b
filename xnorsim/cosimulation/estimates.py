"""How long a co-simulation will take: from how fast the same build ran before, or else from a stated rate."""

import json
from contextlib import suppress
from dataclasses import dataclass

from simulator.accelerator import Array
from workloads.atomic import write_whole
from workloads.errors import InputError
from xnorsim.cosimulation.builds import Build

_LEAST_CYCLES = 1000
"""A shorter run says nothing about a rate."""


@dataclass(frozen=True)
class Estimate:
    """What lies ahead; ``rate`` is in cycles a second, and ``build_s`` 0 where the build is there."""

    jobs: int
    cycles: int
    rate: float
    measured: bool
    build_s: float

    @property
    def simulation_s(self) -> float:
        """Return the time of the simulation."""
        return _START_S + self.cycles / self.rate


_START_S = 1.0
"""Until the simulator plays its first job, and from the last one to the comparison."""


def estimate(jobs: int, cycles: int, array: Array, build: Build | None) -> Estimate:
    """Return the estimate for jobs of so many cycles on an array; ``build`` is None if it has to be made."""
    measured = None if build is None else _measured_rate(build)
    build_s = _build_s(array) if build is None else 0.0
    return Estimate(jobs, cycles, measured or _stated_rate(array), measured is not None, build_s)


# Measured on a core of some 3 GHz with arrays of 2 x 2, 8 x 8 and 16 x 16 PEs; larger ones are extrapolated.


def _stated_rate(array: Array) -> float:
    """Return the cycles in a second of a build that was never timed."""
    return 1e6 / (20 + 0.25 * array.pes)


def _build_s(array: Array) -> float:
    """Return the seconds that a build takes."""
    return 8 + 0.1 * array.pes


def _measured_rate(build: Build) -> float | None:
    try:
        return float(json.loads(build.rate_file.read_text())["cycles_per_s"])
    except (OSError, ValueError, KeyError):
        return None


def keep_rate(build: Build, cycles: int, seconds: float) -> None:
    """Keep how fast a build ran, if the cache can be written: a run is worth more than the next one's estimate."""
    if cycles >= _LEAST_CYCLES and seconds > 0:
        with suppress(InputError):
            write_whole(build.rate_file, json.dumps({"cycles_per_s": cycles / seconds}).encode())
