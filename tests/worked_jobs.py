"""The jobs worked by hand in docs/microarchitecture.md, read from its table."""

from dataclasses import dataclass
from pathlib import Path

from simulator.accelerator import Accelerator, Array, Port
from simulator.cycles import CycleClasses
from simulator.job import Job

PAGE = Path(__file__).parent.parent / "docs" / "microarchitecture.md"
_HEADER = "| job | R | C |"


@dataclass(frozen=True)
class WorkedJob:
    """A row of the table: the job, its hardware, and the classes counted by hand."""

    job: Job
    accelerator: Accelerator
    chunk_words: int
    cycles: int
    classes: CycleClasses

    @property
    def name(self) -> str:
        """Return the job's name."""
        return self.job.name


def worked_jobs() -> list[WorkedJob]:
    """Return every row of the table."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(_HEADER))
    names = _cells(lines[start])
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append(_worked_job(dict(zip(names, _cells(line), strict=True))))
    return rows


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _worked_job(row: dict[str, str]) -> WorkedJob:
    number = {key: int(text) for key, text in row.items() if key not in ("job", "result")}
    array = Array("xnor", number["R"], number["C"], number["lanes"], number["accumulator_bits"], number["P"])
    accelerator = Accelerator(
        name=row["job"],
        description="",
        frequency_hz=1,
        arrays={"xnor": array},
        scratchpad_a_bits=2 * number["kc"] * array.rows * array.lanes,
        scratchpad_b_bits=2 * number["kc"] * array.cols * array.lanes,
        port=Port(number["W"], number["λ"]),
        global_buffer_bits=1,
    )
    job = Job(row["job"], "xnor", 1, number["m"], number["k"], number["n"], thresholds=row["result"] == "bits")
    classes = CycleClasses(*(number[name] for name in ("issue", "schedule", "load_stall", "store_stall", "flush")))
    return WorkedJob(job, accelerator, number["kc"], number["cycles"], classes)
