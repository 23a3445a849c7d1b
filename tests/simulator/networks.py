"""The built-in transformers on small images, on accelerators that run them in different ways."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from simulator.accelerator import Accelerator, Dram, VectorUnit
from simulator.accelerator_file import load_accelerator
from simulator.run import Run, simulate
from workloads.casts import cast_trace, parse_cast
from workloads.networks import load_trace
from workloads.trace import Trace

NETWORKS = ["pvtv2-b0", "ecoformer-pvtv2-b0", "twins-svt-s", "ecoformer-twins-svt-s"]


def bit_serial() -> Accelerator:
    """Return an XNOR array with a vector unit and DRAM: integers go through it bit by bit."""
    return replace(load_accelerator("xnor-16x16x64"), vector_unit=VectorUnit(16), dram=Dram(128))


WAYS: dict[str, tuple[Callable[[], Accelerator], str | None]] = {
    "floats": (lambda: load_accelerator("xnor-fp32"), None),
    "half floats": (lambda: load_accelerator("mac-fp16"), "fp32=fp16"),
    "integers": (lambda: load_accelerator("xnor-int8"), "fp32=int8"),
    "bit by bit": (bit_serial, "fp32=int8"),
}
"""How a network is run: the accelerator, and the cast that it needs."""
CASES = [(network, way) for network in NETWORKS for way in WAYS]


@cache
def small(network: str, way: str) -> Trace:
    """Return a network on an image of 32 x 32, one block a stage, cast as its way needs."""
    trace = load_trace(network, {"image_size": 32, "depths": (1, 1, 1, 1)})
    cast = WAYS[way][1]
    return trace if cast is None else cast_trace(trace, [parse_cast(cast)])


@cache
def small_run(network: str, way: str, global_buffer_kib: int | None = None) -> Run:
    """Run such a network, with another global buffer if one is given."""
    accelerator = WAYS[way][0]()
    if global_buffer_kib is not None:
        accelerator = replace(accelerator, global_buffer_bits=global_buffer_kib * 8192)
    return simulate(small(network, way), accelerator)
