"""Record and draw the pictures of docs/waves anew: `make diagrams`."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.diagrams import FOLDER, drawn, pictured, source_text
from tests.rtl.recording import record
from tests.rtl.waves import wave
from tests.worked_jobs import WorkedJob, WorkedPool, stalled_jobs, worked_jobs, worked_pools
from workloads.atomic import write_whole


def sources() -> Iterator[tuple[str, str]]:
    """Yield the name and the source of every picture that a page shows."""
    worked: list[WorkedJob | WorkedPool] = [*worked_jobs(), *stalled_jobs(), *worked_pools()]
    jobs = {one.job.name: one for one in worked}
    for name in pictured():
        with tempfile.TemporaryDirectory() as folder:
            yield name, source_text(wave(record(jobs[name], Path(folder)), jobs[name]))


def main() -> None:
    """Write every source and its picture."""
    for name, source in sources():
        write_whole(FOLDER / f"{name}.json", source.encode())
        write_whole(FOLDER / f"{name}.svg", drawn(source).encode())
        sys.stdout.write(f"{name}\n")


if __name__ == "__main__":
    main()
