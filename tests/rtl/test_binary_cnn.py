"""A binary convolutional network on the RTL, memory to memory: every layer reads what the one before left behind."""

from pathlib import Path

import numpy as np
import pytest

from simulator.accelerator import Accelerator
from simulator.engine import run_job, run_pool
from simulator.job import DirectFeed, Job
from simulator.pool import PoolJob
from tests.rtl.random_jobs import HARDWARE
from tests.rtl.test_random_jobs import MEMORY_WORDS
from workloads.operations import Window
from workloads.packing import Words, pack_bits, unpack_bits
from workloads.reference import convolution, pooled, threshold
from workloads.trace import Thresholds
from xnorsim.cosimulation.check import Plan
from xnorsim.cosimulation.pool import Pooled
from xnorsim.cosimulation.products import Product
from xnorsim.cosimulation.tasks import Task, Work

pytestmark = pytest.mark.rtl

MAPS = 3


class Network:
    """Layers one after the other, each with what the reference says of it."""

    def __init__(self, accelerator: Accelerator, pixels: int, channels: int, seed: int) -> None:
        self._accelerator, self._rng = accelerator, np.random.default_rng(seed)
        self._bits = self._draw(MAPS * pixels, channels)
        self._channels = channels
        self.tasks: list[Task] = []
        self.expected: list[np.ndarray] = []

    def _draw(self, rows: int, elements: int) -> Words:
        return pack_bits(self._rng.random((rows, 1, elements)) < 0.5)

    def _add(self, work: Work, expected: np.ndarray) -> None:
        """Add a layer that reads what the one before leaves behind."""
        made_by = {"a": len(self.tasks) - 1} if self.tasks else {}
        self.tasks.append(Task(f"layer {len(self.tasks)}", work, made_by))
        self.expected.append(expected)

    def convolve(self, window: Window, filters: int, *, bits: bool = True) -> None:
        """Add a convolution of the maps that the layer before left, with thresholds, or with sums as its result."""
        feed = DirectFeed(window, self._channels)
        k = window.taps * self._channels
        job = Job("conv", "xnor", MAPS, window.positions, k, filters, thresholds=bits, direct=feed)
        kernels, limits = self._draw(filters, k), self._thresholds(filters)
        sums = convolution(self._bits, kernels, window, self._channels, job.encoding_a, job.encoding_b)
        work = Product(job, self._accelerator, self._bits, kernels, limits if bits else None)
        self._bits, self._channels = threshold(sums, limits.sums, limits.at_most), filters
        self._add(work, unpack_bits(self._bits[:, 0], filters) if bits else sums)

    def pool(self, window: Window) -> None:
        """Add a pooling of the maps that the layer before left."""
        work = Pooled(PoolJob("pool", "xnor", MAPS, window, self._channels), self._accelerator, self._bits)
        self._bits = pooled(self._bits[:, 0], window)[:, None]
        self._add(work, unpack_bits(self._bits[:, 0], self._channels))

    def _thresholds(self, filters: int) -> Thresholds:
        return Thresholds("t", self._rng.integers(-5, 6, filters), self._rng.integers(0, 2, filters).astype(np.bool_))


@pytest.mark.parametrize("name", ["4x4x16", "2x5x8 ws"])
def test_no_host_between_layers(name: str, tmp_path: Path) -> None:
    accelerator = HARDWARE[name]
    # The channels behind the first layer are no multiple of the lanes of either array.
    network = Network(accelerator, pixels=8 * 8, channels=16, seed=7)
    network.convolve(Window.square(8, 3, 1, 1), 19)
    network.pool(Window.square(8, 2, 2))
    network.convolve(Window.square(4, 3, 1, 1), 21)
    # A fully connected layer is a window as large as its map.
    network.convolve(Window.square(4, 4, 1), 10, bits=False)
    checked = Plan(network.tasks, accelerator, least_memory_words=MEMORY_WORDS).check(tmp_path)
    assert checked.differences == ()
    for task, outcome, values in zip(network.tasks, checked.outcomes, network.expected, strict=True):
        job = task.work.job
        one = run_pool(job, accelerator) if isinstance(job, PoolJob) else run_job(job, accelerator)
        assert outcome.cycles == one.times(MAPS), job
        assert outcome.found is not None
        assert np.array_equal(outcome.found, values), job
