"""A random instance of EcoFormer's attention: it has the arithmetic of a trained one, and none of its meaning."""

from dataclasses import dataclass

import numpy as np

from workloads.ecoformer.hashing import Floats, KernelHash, kernel, squared_distances, unit_length
from workloads.errors import InputError, problem


@dataclass(frozen=True)
class Instance:
    """The inputs of one attention and its hash.

    Shapes: qk, v [heads, tokens, head_width].
    """

    qk: Floats
    v: Floats
    kernel_hash: KernelHash


def random_instance(
    tokens: int, heads: int, head_width: int, nbits: int = 16, anchors: int = 25, seed: int = 0
) -> Instance:
    """Draw an instance that is random and not trained: what it says about accuracy is about random numbers.

    Inputs and projection are normal; so is the projection that the published training starts from. Its anchors are
    random tokens of the first image, the same ones in all heads, and its means are those of the kernel over a batch;
    first image and batch are qk here.

    Errors: InputError if there are more anchors than tokens.
    Source: ziplab/EcoFormer, commit a277f9e, pvt/performer.py, pvt/hashing/ksh.py.
    """
    if anchors > tokens:
        raise InputError(problem("anchors", f"must be at most the {tokens} tokens that they are taken from", anchors))
    rng = np.random.default_rng(seed)
    qk, v = rng.standard_normal((2, heads, tokens, head_width))
    units = unit_length(qk)
    chosen = units[:, rng.choice(tokens, anchors, replace=False)]
    means = kernel(squared_distances(units, chosen)).mean(axis=1)
    return Instance(qk, v, KernelHash(chosen, means, rng.standard_normal((heads, nbits, anchors))))
