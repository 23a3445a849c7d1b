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
    rows, cols = (_inside_side(*side) for side in zip(
        window.size, window.kernel, window.stride, window.padding, window.dilation, window.result, strict=True
    ))  # fmt: skip
    # [places down, places across, taps down, taps across]
    both = rows[:, None, :, None] & cols[None, :, None, :]
    return both.reshape(window.positions, window.taps)


def _inside_side(size: int, kernel: int, stride: int, padding: int, dilation: int, places: int) -> Inside:
    pixel = np.arange(places)[:, None] * stride - padding + np.arange(kernel) * dilation
    return np.asarray((pixel >= 0) & (pixel < size))


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
