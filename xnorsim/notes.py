"""What a report must say about how a run was simulated."""

from simulator.run import Run


def warnings_of_run(run: Run) -> tuple[str, ...]:
    """Return what was taken for granted in this run, beside what the cost model names."""
    if run.accelerator.dram is None or any(layer.dram.reads or layer.dram.writes for layer in run.layer_runs):
        return ()
    return ("everything fits the global buffer: weights and input are there before, and DRAM is not used",)
