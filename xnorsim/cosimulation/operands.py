"""Random operands for a product, where a trace has none."""

from dataclasses import replace

import numpy as np

from simulator.accelerator import Accelerator
from simulator.job import Job
from workloads.encodings import Encoding
from workloads.packing import Words, pack_bits
from workloads.trace import Thresholds
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
    a = _random_planes(job.m, job.k, job.encoding_a, rng) if a is None else a
    b = _random_planes(job.n, job.k, job.encoding_b, rng) if b is None else b
    made = Product(job, accelerator, a, b)
    if job.thresholds and thresholds is None:
        sums = replace(made, job=replace(job, thresholds=False)).expected()
        most = (1 << (made.array.accumulator_bits - 1)) - 1
        limits = np.clip(rng.choice(sums.reshape(-1), job.n) + rng.integers(-1, 2, job.n), -most - 1, most)
        thresholds = Thresholds("random", limits, rng.integers(0, 2, job.n).astype(np.bool_))
    return replace(made, thresholds=thresholds)


def _random_planes(rows: int, k: int, code: Encoding, rng: np.random.Generator) -> Words:
    """Draw the bits of an operand's planes.

    Shapes: -> [rows, planes, words_of(k)].
    """
    return pack_bits(rng.random((rows, len(code.planes), k)) < rng.choice(_DENSITIES))
