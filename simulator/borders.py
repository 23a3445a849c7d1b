"""The border of a map: the taps of a direct feed that lie outside of it, where nothing moves and nothing is added."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from simulator.job import Job
from simulator.layout import k_words
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


def valid_words(job: Job, lanes: int) -> NDArray[np.int64]:
    """Return how many k words of A are valid at each place of a row, over all rows.

    Shapes: [k words of a row].
    """
    _, elements = job.taps
    each = k_words(elements, lanes)
    if job.direct is None:
        return np.full(each, job.m, dtype=np.int64)
    return np.repeat(inside(job.direct.window).sum(axis=0), each)


@lru_cache(maxsize=4096)
def valid_word_count(job: Job, lanes: int) -> int:
    """Return how many k words of A are valid, over all rows and places."""
    return int(valid_words(job, lanes).sum())


def valid_words_of_rows(job: Job, lanes: int) -> NDArray[np.int64]:
    """Return how many k words of each row of A are valid.

    Shapes: [m].
    """
    _, elements = job.taps
    each = k_words(elements, lanes)
    if job.direct is None:
        return np.full(job.m, each, dtype=np.int64)
    return np.asarray(inside(job.direct.window).sum(axis=1) * each)
