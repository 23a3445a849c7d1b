"""The RTL of an accelerator to take away: sources, file list, parameters, and a test bench that needs no Python."""

import shutil
from collections.abc import Mapping
from dataclasses import astuple
from pathlib import Path

import numpy as np

import rtl
from simulator.accelerator import Accelerator, Array, ArrayKind, Dataflow
from simulator.job import Job
from workloads.atomic import whole_folder
from workloads.errors import InputError
from xnorsim.cosimulation.check import Plan
from xnorsim.cosimulation.jobs import BENCH_FOLDER, BENCH_TOP, JobCycles, write_hex
from xnorsim.cosimulation.network import rtl_parameters
from xnorsim.cosimulation.operands import random_product
from xnorsim.cosimulation.tasks import Task

TEST_BENCH = "xnorsim_tb"


def take_away(accelerator: Accelerator, description: Path, folder: Path) -> None:
    """Write the RTL of an accelerator and a test bench around it into a new folder, whole or not at all.

    ``description`` is the accelerator's file, a copy of which goes with it.
    Errors: InputError if the accelerator has no array with RTL, or the folder is there already.
    """
    array = _array(accelerator)
    with whole_folder(folder) as made:
        (made / "src").mkdir()
        for source in (*rtl.source_files(), *rtl.waivers()):
            shutil.copyfile(source, made / source.relative_to(rtl.SOURCE_DIR.parent))
        listed = (source.relative_to(rtl.SOURCE_DIR.parent) for source in rtl.source_files())
        (made / "xnorsim.f").write_text("".join(f"{source}\n" for source in listed))
        core = rtl_parameters(accelerator, array.name, 1)
        del core["MemoryWords"]
        (made / "parameters.f").write_text("".join(f"-G{name}={value}\n" for name, value in core.items()))
        shutil.copyfile(description, made / "accelerator.toml")
        (made / "bench").mkdir()
        _write_bench(made / "bench", accelerator, array)
        (made / "README.md").write_text(_README.format(name=accelerator.name, bench=BENCH_TOP, test_bench=TEST_BENCH))


def _array(accelerator: Accelerator) -> Array:
    for array in accelerator.arrays.values():
        if array.kind is ArrayKind.XNOR:
            return array
    raise InputError(f"{accelerator.name}: has no RTL, which is that of an array of kind xnor")


def _write_bench(folder: Path, accelerator: Accelerator, array: Array) -> None:
    """Write the bench, a test bench with one job, and the memory in front of the job and behind it."""
    product = random_product(_job(array), accelerator, np.random.default_rng(1))
    plan = Plan([Task("job", product)], accelerator)
    write_hex(folder / "image.hex", plan.image)
    write_hex(folder / "expected.hex", plan.image_behind())
    (job,) = plan.all_jobs
    parameters = rtl_parameters(accelerator, array.name, len(plan.image))
    model = plan.models[0]
    values = {
        "PARAMETERS": ",\n".join(f"  parameter int unsigned {name} = {value}" for name, value in parameters.items()),
        "CONNECTED_PARAMETERS": _connected(dict.fromkeys(parameters), indent=4),
        "JOB": f"{_connected(job.ports(), indent=4)},",
        "LATENCY": str(accelerator.port.latency_cycles),
        "LIMIT": str(job.cycle_limit),
        "CLASSES": ", ".join(f"64'd{count}" for count in astuple(model)[: len(_CLASSES)]),
    }
    text = (BENCH_FOLDER / f"{TEST_BENCH}.sv.in").read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    (folder / f"{TEST_BENCH}.sv").write_text(text)
    shutil.copyfile(BENCH_FOLDER / f"{BENCH_TOP}.sv", folder / f"{BENCH_TOP}.sv")


_CLASSES = [name for name in JobCycles.__dataclass_fields__ if name != "cycles"]


def _connected(values: Mapping[str, int | None], indent: int) -> str:
    """Return the connections of an instance; without a value to what has the same name."""
    width = max(map(len, values))
    lines = (f".{name:<{width}}({name if value is None else value})" for name, value in values.items())
    return ",\n".join(f"{' ' * indent}{line}" for line in lines)


def _job(array: Array) -> Job:
    """Return a small job of two m tiles, two n tiles, and k words of which the last has a tail."""
    k = min(2 * array.lanes + 1, (1 << (array.accumulator_bits - 1)) - 1)
    thresholds = array.dataflow is not Dataflow.INPUT_STATIONARY
    return Job("job", array.name, 1, array.rows + 1, k, array.cols + 1, thresholds=thresholds)


_README = """\
# The RTL of {name}

`xnorsim.f` lists the sources leaf first, `parameters.f` has the parameters of the top module `xnorsim_accelerator`,
`accelerator.toml` is the accelerator as xnorsim reads it, and `waivers.vlt` has Verilator's waivers with their reasons.

`bench/` has a memory model that counts cycles (`{bench}`) and a test bench without Python (`{test_bench}`): it plays
one job and compares the memory behind it, and its cycles by class, with those of the model. From this folder:

    verilator --binary --assert waivers.vlt -f xnorsim.f bench/{bench}.sv bench/{test_bench}.sv \\
      --top-module {test_bench}
    obj_dir/V{test_bench}

The same sources, changed or not, on a whole network, against the model:

    xnorsim cosim mnist-tfc --accelerator accelerator.toml --rtl xnorsim.f
"""
