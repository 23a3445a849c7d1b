"""The window under which the RTL reads a map, and the jobs whose sizes its fields do not hold."""

from collections.abc import Mapping

from simulator.accelerator import Array, Dataflow
from simulator.job import Job
from workloads.errors import InputError, problem
from workloads.operations import Window
from xnorsim.cosimulation.fields import DIM_BITS, WINDOW_BITS

MOST, MOST_OF_WINDOW = (1 << DIM_BITS) - 1, (1 << WINDOW_BITS) - 1
"""The largest size of a job, and the largest kernel, stride, padding or dilation, that a field holds."""


def rtl_window(job: Job, array: Array) -> Window:
    """Return the window that fetches A; a matrix is a map of one pixel row, under a kernel of one tap.

    Errors: InputError for a window that does not make m places of k elements, that a field does not hold, or whose map
    is to stay in the PEs.
    """
    if job.direct is None:
        rows = job.n if array.dataflow is Dataflow.INPUT_STATIONARY else job.m
        return Window((1, rows), (1, 1), (1, 1))
    if array.dataflow is Dataflow.INPUT_STATIONARY:
        rule = "must not be direct on an input-stationary array: what stays in its PEs is no map"
        raise InputError(f"layer {job.name}: feed {rule}")
    window = job.direct.window
    check_window(job.name, window)
    made = (window.positions, window.taps * job.direct.channels)
    if (job.m, job.k) != made:
        rule = f"must be the window's places and its taps times the channels, {made[0]} and {made[1]}"
        raise InputError(problem(f"layer {job.name}: m and k", rule, f"{job.m} and {job.k}"))
    return window


def check_window(name: str, window: Window) -> None:
    """Refuse a window that has no place on its map, or that the fields of a job do not hold.

    Errors: InputError with the layer, the field, the rule and the value.
    """
    least = {"kernel": 1, "stride": 1, "padding": 0, "dilation": 1}
    fields = {field: (getattr(window, field), low, MOST_OF_WINDOW) for field, low in least.items()}
    for field, (pair, low, most) in {"size": (window.size, 1, MOST), **fields}.items():
        if not all(low <= value <= most for value in pair):
            raise InputError(problem(f"layer {name}: window.{field}", f"must be {low} to {most} each", pair))
    if not all(1 <= value <= MOST for value in window.result):
        raise InputError(problem(f"layer {name}: window.result", f"must be 1 to {MOST} places each", window.result))


def check_sizes(name: str, sizes: Mapping[str, int]) -> None:
    """Refuse sizes that are zero, or that the fields of a job do not hold.

    Errors: InputError with the layer, the size, the rule and the value.
    """
    for field, value in sizes.items():
        if not 1 <= value <= MOST:
            raise InputError(problem(f"layer {name}: {field}", f"must be 1 to {MOST}", value))
