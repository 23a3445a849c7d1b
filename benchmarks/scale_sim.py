"""Time one ResNet-18 on one array of int8 on SCALE-Sim and here, in one run.

SCALE-Sim comes from PyPI into an environment of its own (``make bench-scale-sim``), as it needs an older numpy. It is
given the very products that run here, convolutions lowered with their padding.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.report import SECONDS, Timed, print_table, timed, timed_in_turn
from costmodel.technology_file import load_technology
from simulator.accelerator import Accelerator
from simulator.accelerator_file import accelerator_path, load_accelerator
from simulator.closed_form import Points, closed_form
from simulator.engine import run_job
from simulator.job import Job
from simulator.program import program
from workloads.model_file import read_toml
from workloads.networks import load_trace
from workloads.trace import Trace
from xnorsim.sweeps import Evaluator

PYTHON = Path(".cache/scale-sim/bin/python")
PRESET, RUNS, POINTS = "mac-int8", 5, 65_536

# Bandwidth is in words, here of eight bits, for each operand by itself.
CONFIG = """[general]
run_name = resnet18
[architecture_presets]
ArrayHeight = {rows}
ArrayWidth = {cols}
IfmapSramSzkB = {a_kib}
FilterSramSzkB = {b_kib}
OfmapSramSzkB = {a_kib}
IfmapOffset = 0
FilterOffset = 10000000
OfmapOffset = 20000000
Dataflow = os
Bandwidth = {words}
ReadRequestBuffer = 64
WriteRequestBuffer = 64
[layout]
IfmapCustomLayout = False
FilterCustomLayout = False
IfmapSRAMBankBandwidth = 10
IfmapSRAMBankNum = 10
IfmapSRAMBankPort = 2
FilterSRAMBankBandwidth = 10
FilterSRAMBankNum = 10
FilterSRAMBankPort = 2
[run_presets]
InterfaceBandwidth = USER
UseRamulatorTrace = False
[sparsity]
SparsitySupport = False
"""

RUN = """
import contextlib, io, json, sys, time
from scalesim.scale_sim import scalesim
config, layers, layout, results = sys.argv[1:]
start = time.process_time(), time.perf_counter()
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    whole = scalesim(save_disk_space=True, verbose=False, config=config, topology=layers, layout=layout,
                     input_type_gemm=True)
    whole.run_scale(top_path=results)
spent = time.process_time() - start[0], time.perf_counter() - start[1]
reports = [layer.get_compute_report_items() for layer in whole.runner.single_layer_sim_object_list]
print(json.dumps([*spent, [int(report[0]) for report in reports]]))
"""


def layers(trace: Trace, accelerator: Accelerator) -> list[Job]:
    """Return the network's products one by one."""
    return [job for job in program(trace, accelerator).jobs for _ in range(job.count)]


def on_scale_sim(jobs: Sequence[Job], accelerator: Accelerator) -> tuple[Timed, list[int]]:
    """Run products on SCALE-Sim: its seconds, and its cycles of each."""
    array = accelerator.arrays["mac"]
    text = CONFIG.format(
        rows=array.rows,
        cols=array.cols,
        a_kib=accelerator.scratchpad_a_bits // 8192,
        b_kib=accelerator.scratchpad_b_bits // 8192,
        words=accelerator.port.width_bits // array.word_bits,
    )
    rows = "".join(f"layer{number}, {job.m}, {job.n}, {job.k},\n" for number, job in enumerate(jobs))
    with tempfile.TemporaryDirectory() as directory:
        config, topology, layout = (Path(directory) / name for name in ("array.cfg", "layers.csv", "layout.csv"))
        config.write_text(text)
        topology.write_text("Layer, M, N, K,\n" + rows)
        layout.write_text("")
        command: list[str | Path] = [PYTHON, "-c", RUN, config, topology, layout, directory]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    cpu_s, wall_s, cycles = json.loads(done.stdout)
    return Timed((cpu_s,), (wall_s,)), cycles


def here(jobs: Sequence[Job], accelerator: Accelerator) -> dict[str, Callable[[], object]]:
    """Return the calls that run the same products."""
    return {
        "xnorsim, engine": lambda: [run_job(job, accelerator) for job in jobs],
        "xnorsim, closed form": lambda: closed_form(Points.of((job, accelerator) for job in jobs)),
    }


def in_a_sweep(trace: Trace) -> Timed:
    """Time one accelerator of many, with energy, area and everything that is not a product."""
    random = np.random.default_rng(1)
    columns = {
        "arrays.mac.rows": random.integers(8, 129, POINTS),
        "arrays.mac.cols": random.integers(8, 129, POINTS),
        "port.latency_cycles": random.integers(1, 101, POINTS),
    }
    evaluate = Evaluator(trace, read_toml(accelerator_path(PRESET)), load_technology("45nm"))
    took = timed(lambda: evaluate(columns), 1)
    return Timed(tuple(s / POINTS for s in took.cpu_s), tuple(s / POINTS for s in took.wall_s))


def main() -> None:
    if not PYTHON.exists():
        sys.exit("SCALE-Sim is missing: make bench-scale-sim installs it")
    trace, accelerator = load_trace("resnet18", {"weights": "int8"}), load_accelerator(PRESET)
    jobs = layers(trace, accelerator)
    theirs, their_cycles = on_scale_sim(jobs, accelerator)
    ours = timed_in_turn(here(jobs, accelerator), RUNS) | {"xnorsim, one of a sweep": in_a_sweep(trace)}
    rows = [(name, *took.cells, theirs.least_s / took.least_s) for name, took in ({"SCALE-Sim": theirs} | ours).items()]
    print_table(f"{len(jobs)} products of ResNet-18, int8, 32 x 32", ("", *SECONDS, "times faster"), rows)
    our_cycles = closed_form(Points.of((job, accelerator) for job in jobs)).sum(axis=1).tolist()
    shapes = zip(jobs, their_cycles, our_cycles, strict=True)
    table = [(f"{job.m} x {job.k} x {job.n}", them, us, them / us) for job, them, us in shapes]
    table.append(("all", sum(their_cycles), sum(our_cycles), sum(their_cycles) / sum(our_cycles)))
    print_table("Cycles of each", ("m x k x n", "SCALE-Sim", "xnorsim", "ratio"), table)


if __name__ == "__main__":
    main()
