"""Show that the engine's cost grows with tiles, not with multiply-accumulates."""

from collections.abc import Iterator, Sequence

from benchmarks.report import SECONDS, print_table, timed
from simulator.accelerator_file import load_accelerator
from simulator.engine import run_job
from simulator.job import DirectFeed, Job
from simulator.tiling import Tiling
from workloads.encodings import encoding
from workloads.operations import Window

RUNS = 5
PRESETS = {"output stationary": "xnor-16x16x64", "weight stationary": "xnor-ws-16x16x64"}
SIDE = 256
"""Pixels of the map on each side: 4,096 tiles of 16 rows, or 1,024 of 64, for up to 16 columns."""
TAPS = 9

Row = tuple[object, ...]


def job(name: str, channels: int, n: int, *, direct: bool, side: int = SIDE, code: str = "bipolar") -> Job:
    """Return a 3x3 convolution, fed directly or as the product that it is lowered to."""
    feed = DirectFeed(Window((side, side), (3, 3), (1, 1), (1, 1), (1, 1)), channels) if direct else None
    return Job(name, "xnor", 1, side * side, TAPS * channels, n, encoding(code), encoding(code), direct=feed)


def equal_tiles() -> Iterator[tuple[str, str, Job]]:
    """Yield the same tiles with ever more in them: a thousand times the MACs from the first to the last."""
    for dataflow, preset in PRESETS.items():
        for direct in (False, True):
            what = f"{dataflow}, {'direct' if direct else 'host'}"
            for channels, n in ((1, 1), (32, 1), (64, 16)):
                yield what, preset, job(what, channels, n, direct=direct)


def more_work() -> Iterator[tuple[str, str, Job]]:
    """Yield a job, and others of more tiles, more slots in a tile, and more passes in a slot."""
    for dataflow, preset in PRESETS.items():
        yield f"{dataflow}", preset, job("base", 64, 16, direct=False)
        yield f"{dataflow}, 4 times the tiles", preset, job("tiles", 64, 16, direct=False, side=2 * SIDE)
        yield f"{dataflow}, 32 times the channels", preset, job("channels", 2048, 16, direct=False)
        yield f"{dataflow}, int8: 64 passes", preset, job("planes", 64, 16, direct=False, code="int8")


def measure(what: str, preset: str, some: Job) -> Row:
    """Time a job on the engine."""
    accelerator = load_accelerator(preset)
    tiling = Tiling.of(some, accelerator)
    tiles = len(tiling.row_spans) * len(tiling.col_spans)
    cycles = run_job(some, accelerator).cycles
    took = timed(lambda: run_job(some, accelerator), RUNS)
    return (
        what, some.k, some.n, tiles, tiling.slot_count, some.macs, cycles, *took.cells, tiles / took.least_s,
        tiling.slot_count / took.least_s, f"{some.macs / took.least_s:.1e}",
    )  # fmt: skip


COLUMNS = ("", "k", "n", "tiles", "slots", "MACs", "cycles", *SECONDS, "tiles/s", "slots/s", "MACs/s")


def table(title: str, cases: Iterator[tuple[str, str, Job]]) -> None:
    """Measure cases and print them."""
    rows: Sequence[Row] = [measure(*case) for case in cases]
    print_table(title, COLUMNS, rows)


def main() -> None:
    table(f"Engine: equal tiles, a thousand times the MACs ({RUNS} runs each)", equal_tiles())
    table(f"Engine: more tiles, slots and passes ({RUNS} runs each)", more_work())


if __name__ == "__main__":
    main()
