"""What a report must say about how a run was simulated."""

from simulator.job import Job
from simulator.run import Run


def warnings_of_run(run: Run) -> tuple[str, ...]:
    """Return what was taken for granted, and what no RTL has been compared with, beside what the cost model names."""
    return (*_planes(run), *_preloaded(run))


def _planes(run: Run) -> list[str]:
    planes = [job.name for job in run.program.jobs if job.bit_serial and not _in_rtl(job)]
    if not planes:
        return []
    names = ", ".join(planes[:3]) + (f" and {len(planes) - 3} more" if len(planes) > 3 else "")
    return [f"products of several planes, or of mixed ones, are a model without RTL: {names}"]


def _preloaded(run: Run) -> list[str]:
    if run.accelerator.dram is None or any(layer.dram.reads or layer.dram.writes for layer in run.layer_runs):
        return []
    return ["everything fits the global buffer: weights and input are there before, and DRAM is not used"]


def _in_rtl(job: Job) -> bool:
    a, b = job.encoding_a.planes, job.encoding_b.planes
    return len(a) == len(b) == 1 and a[0].digit is b[0].digit
