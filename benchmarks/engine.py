"""Show that the engine's cost grows with tiles, not with multiply-accumulates."""

import time

from simulator.accelerator_file import load_accelerator
from simulator.engine import run_job
from simulator.job import Job
from simulator.tiling import Tiling

# One product on three arrays, then the same number of tiles with 64 times the MACs, then 16 times the tiles.
JOBS = [
    ("xnor-16x16x64", Job("small", "xnor", 1, 1024, 128, 256)),
    ("xnor-16x16x64", Job("deep", "xnor", 1, 1024, 8192, 256)),
    ("xnor-32x32x64", Job("larger array, deep", "xnor", 1, 2048, 8192, 512)),
    ("xnor-16x16x64", Job("16 times the tiles", "xnor", 1, 16384, 128, 256)),
]


def main() -> None:
    print(
        f"{'accelerator':<16}{'job':<20}{'tiles':>8}{'MACs':>16}{'seconds':>9}{'tiles/s':>9}{'cycles':>12}{'MACs/s':>10}"
    )
    for name, job in JOBS:
        accelerator = load_accelerator(name)
        tiling = Tiling.of(job, accelerator)
        tiles, macs = len(tiling.row_spans) * len(tiling.col_spans), job.m * job.k * job.n
        start = time.perf_counter()
        cycles = run_job(job, accelerator).cycles
        took_s = time.perf_counter() - start
        print(
            f"{name:<16}{job.name:<20}{tiles:>8,}{macs:>16,}{took_s:>9.3f}{tiles / took_s:>9,.0f}{cycles:>12,}"
            f"{macs / took_s:>10.1e}"
        )


if __name__ == "__main__":
    main()
