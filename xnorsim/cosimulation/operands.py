"""Random operands for a job, where a trace has none."""

from dataclasses import replace

import numpy as np

from simulator.accelerator import Accelerator
from simulator.job import Job
from simulator.pool import PoolJob
from workloads.encodings import Encoding
from workloads.packing import Words, pack_bits
from workloads.trace import Thresholds
from xnorsim.cosimulation.memory import operand_rows
from xnorsim.cosimulation.pool import Pooled
from xnorsim.cosimulation.products import Product

# Ones among the bits of an operand; all or none of them give the largest sums.
_DENSITIES = [0.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.9, 1.0]


def random_product(
    job: Job, accelerator: Accelerator, rng: np.random.Generator, a: Words | None = None, b: Words | None = None,
    thresholds: Thresholds | None = None,
) -> Product:  # fmt: skip
    """Return a job with these operands, and random ones in the place of those that are missing.

    Thresholds lie among the sums, so that both outcomes occur.
    """
    (rows_a, rows_b), (_, elements) = operand_rows(job), job.taps
    b = _random_planes(rows_b, job.k, job.encoding_b, rng) if b is None else b
    a = _random_planes(rows_a, elements, job.encoding_a, rng) if a is None else a
    made = Product(job, accelerator, a, b)
    if job.thresholds and thresholds is None:
        sums = replace(made, job=replace(job, thresholds=False)).expected()
        most = (1 << (made.array.accumulator_bits - 1)) - 1
        limits = np.clip(rng.choice(sums.reshape(-1), job.n) + rng.integers(-1, 2, job.n), -most - 1, most)
        thresholds = Thresholds("random", limits, rng.integers(0, 2, job.n).astype(np.bool_))
    return replace(made, thresholds=thresholds)


def random_pool(job: PoolJob, accelerator: Accelerator, rng: np.random.Generator, a: Words | None = None) -> Pooled:
    """Return a pooling job on these maps, or on a random one, with few ones: the OR of a window is not always 1."""
    if a is None:
        a = pack_bits(rng.random((job.window.pixels, 1, job.channels)) < rng.choice([0.05, 0.2, 0.5]))
    return Pooled(job, accelerator, a)


def _random_planes(rows: int, k: int, code: Encoding, rng: np.random.Generator) -> Words:
    """Draw the bits of an operand's planes.

    Shapes: -> [rows, planes, words_of(k)].
    """
    return pack_bits(rng.random((rows, len(code.planes), k)) < rng.choice(_DENSITIES))
