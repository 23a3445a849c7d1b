"""The border of a map: the taps of a direct feed that lie outside of it, where nothing moves and nothing is added."""

import numpy as np
from numpy.typing import NDArray

from simulator.accelerator import Array
from simulator.job import Job
from simulator.layout import k_words
from simulator.tiling import Tiling
from workloads.operations import Window

Inside = NDArray[np.bool_]


def inside(window: Window) -> Inside:
    """Tell which taps of each place lie on the map.

    Shapes: [positions, taps].
    """
    return pixels(window) >= 0


def pixels(window: Window) -> NDArray[np.int64]:
    """Return the pixel under each tap of each place; -1 outside of the map.

    Shapes: [positions, taps].
    """
    down, across = (
        np.arange(places)[:, None] * stride - padding + np.arange(kernel) * dilation
        for kernel, stride, padding, dilation, places in zip(
            window.kernel, window.stride, window.padding, window.dilation, window.result, strict=True
        )
    )
    (height, width), taps = window.size, (window.positions, window.taps)
    # [places down, places across, taps down, taps across]
    down, across = down[:, None, :, None], across[None, :, None, :]
    on_map = (down >= 0) & (down < height) & (across >= 0) & (across < width)
    return np.where(on_map, down * width + across, -1).reshape(taps)


def valid_words(job: Job, array: Array) -> NDArray[np.int64]:
    """Return how many k words of A are valid at each place of a row, over all rows.

    Shapes: [k words of a row].
    """
    _, elements = job.taps
    each = k_words(elements, array.lanes)
    if job.direct is None:
        return np.full(each, job.m, dtype=np.int64)
    return np.repeat(inside(job.direct.window).sum(axis=0), each)


def valid_words_of_rows(job: Job, array: Array) -> NDArray[np.int64]:
    """Return how many k words of each row of A are valid.

    Shapes: [m].
    """
    _, elements = job.taps
    each = k_words(elements, array.lanes)
    if job.direct is None:
        return np.full(job.m, each, dtype=np.int64)
    return np.asarray(inside(job.direct.window).sum(axis=1) * each)


def void_port_words(tiling: Tiling) -> int:
    """Return the requests of border taps, at which nothing moves."""
    job = tiling.job
    if job.direct is None:
        return 0
    outside = (~inside(job.direct.window)).sum(axis=0)
    words = np.array([tiling.tap_words(chunk) for chunk in tiling.chunks], dtype=np.int64).sum(axis=0)
    # A is loaded again for each n tile, unless it is there since the tile before.
    kept = len(tiling.chunks) == 1 and (not tiling.weight_stationary or len(tiling.row_spans) == 1)
    return int(outside @ words) * job.planes[0] * (1 if kept else len(tiling.col_spans))
