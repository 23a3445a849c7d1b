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
from workloads.packing import Words, pack_bits
from workloads.reference import convolution, pooled, threshold
from workloads.trace import Thresholds
from xnorsim.cosimulation.jobs import RtlJob, RtlPool, play
from xnorsim.cosimulation.memory import Area, operand_area, result_bytes, threshold_area
from xnorsim.cosimulation.network import UNWRITTEN, Memory, as_classes, read_result, rtl_job, rtl_parameters
from xnorsim.cosimulation.pool import read_pool, rtl_pool

pytestmark = pytest.mark.rtl


class Network:
    """Layers laid out behind the port one after the other, each with what the reference says of it."""

    def __init__(self, accelerator: Accelerator, pixels: int, channels: int, seed: int) -> None:
        self._accelerator, self._rng = accelerator, np.random.default_rng(seed)
        self._array, self._port_bits = accelerator.arrays["xnor"], accelerator.port.width_bits
        self.memory = Memory(self._port_bits)
        self._bits = self._draw(pixels, channels)
        self._channels = channels
        self._address = self.memory.place(operand_area(self._bits, channels, self._array, self._port_bits))
        self.jobs: list[Job | PoolJob] = []
        self.played: list[RtlJob | RtlPool] = []
        self.expected: list[np.ndarray] = []

    def _draw(self, rows: int, elements: int) -> Words:
        return pack_bits(self._rng.random((rows, 1, elements)) < 0.5)

    def convolve(self, window: Window, filters: int, *, bits: bool = True) -> None:
        """Add a convolution of the map that the layer before left, with thresholds, or with sums as its result."""
        feed = DirectFeed(window, self._channels)
        k = window.taps * self._channels
        job = Job("conv", "xnor", 1, window.positions, k, filters, thresholds=bits, direct=feed)
        kernels, limits = self._draw(filters, k), self._thresholds(filters)
        sums = convolution(self._bits, kernels, window, self._channels, job.encoding_a, job.encoding_b)
        b = self.memory.place(operand_area(kernels, self._channels, self._array, self._port_bits, window.taps))
        t = self.memory.place(threshold_area(limits, self._array, self._port_bits))
        result = self._room(job.m, filters, bits=bits)
        self.played.append(rtl_job(job, self._accelerator, a=self._address, b=b, thresholds=t, result=result))
        self.jobs.append(job)
        self._address, self._bits = result, threshold(sums, limits.sums, limits.at_most)
        self._channels = filters
        self.expected.append(self._bits[:, 0] if bits else sums)

    def pool(self, window: Window) -> None:
        """Add a pooling of the map that the layer before left."""
        job = PoolJob("pool", "xnor", 1, window, self._channels)
        result = self._room(window.positions, self._channels, bits=True)
        self.played.append(rtl_pool(job, self._accelerator, a=self._address, result=result))
        self.jobs.append(job)
        self._address, self._bits = result, pooled(self._bits[:, 0], window)[:, None]
        self.expected.append(self._bits[:, 0])

    def _thresholds(self, filters: int) -> Thresholds:
        return Thresholds("t", self._rng.integers(-5, 6, filters), self._rng.integers(0, 2, filters).astype(np.bool_))

    def _room(self, rows: int, channels: int, *, bits: bool) -> int:
        shape = result_bytes(rows, channels, self._array, self._port_bits, thresholds=bits)
        return self.memory.place(np.full(shape, UNWRITTEN, dtype=np.uint8))

    def results(self, after: Area) -> list[np.ndarray]:
        """Read the result of every layer."""
        return [
            read_pool(after, fields.r_addr, job, self._accelerator)
            if isinstance(job, PoolJob)
            else read_result(after, fields.r_addr, job, self._accelerator)
            for job, fields in zip(self.jobs, self.played, strict=True)
        ]


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
    parameters = rtl_parameters(accelerator, "xnor", MEMORY_WORDS)
    cycles, after = play(parameters, network.memory.image(), network.played, accelerator.port.latency_cycles, tmp_path)
    assert list(as_classes(cycles)) == [
        run_pool(job, accelerator) if isinstance(job, PoolJob) else run_job(job, accelerator) for job in network.jobs
    ]
    for job, found, values in zip(network.jobs, network.results(after), network.expected, strict=True):
        assert np.array_equal(found, values), job
