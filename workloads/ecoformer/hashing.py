"""EcoFormer's hash: the code of each token, from its distances to the anchors of a head."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from workloads.errors import InputError, problem

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class KernelHash:
    """What the hash of every head is made of.

    Shapes: anchors [heads, anchors, head_width], means [heads, anchors], projection [heads, nbits, anchors].
    Errors: InputError if the shapes do not fit together.
    """

    anchors: Floats
    means: Floats
    projection: Floats

    def __post_init__(self) -> None:
        """Refuse shapes that numpy might broadcast."""
        heads, anchors, _ = self.anchors.shape
        if self.means.shape != (heads, anchors):
            raise InputError(problem("means", f"must be [{heads}, {anchors}], as the anchors are", self.means.shape))
        if self.projection.shape != (heads, self.nbits, anchors):
            rule = f"must be [{heads}, nbits, {anchors}], as the anchors are"
            raise InputError(problem("projection", rule, self.projection.shape))

    @property
    def nbits(self) -> int:
        """Return the bits of a code."""
        return int(self.projection.shape[1])


@dataclass(frozen=True)
class Codes:
    """The codes of all tokens and heads; ``zeros`` of their signs were those of a 0, and are +1.

    Shapes: signs [heads, tokens, nbits], each element -1 or +1.
    """

    signs: Integers
    zeros: int


def codes(qk: Floats, kernel_hash: KernelHash) -> Codes:
    """Hash every token in every head, in float64.

    The published code computes in float32, and takes 0 as the sign of 0.

    Shapes: qk [heads, tokens, head_width].
    Errors: InputError if the shape is not the hash's, a token has no direction, or every token lies on every anchor.
    Source: ziplab/EcoFormer, commit a277f9e, pvt/performer.py, pvt/hashing/ksh.py.
    """
    heads, _, width = kernel_hash.anchors.shape
    if qk.shape != (heads, qk.shape[1], width):
        raise InputError(problem("qk", f"must be [{heads}, tokens, {width}], as the hash is", qk.shape))
    centred = kernel(squared_distances(unit_length(qk), kernel_hash.anchors)) - kernel_hash.means[:, None, :]
    projected = centred @ kernel_hash.projection.transpose(0, 2, 1)
    return Codes(np.where(projected >= 0, 1, -1).astype(np.int64), int(np.count_nonzero(projected == 0)))


def unit_length(qk: Floats) -> Floats:
    """Scale every token to unit length.

    Shapes: [heads, tokens, head_width] -> the same.
    Errors: InputError if a token has no direction.
    """
    lengths = np.linalg.norm(qk, axis=-1, keepdims=True)
    if not np.all(np.isfinite(lengths) & (lengths > 0)):
        raise InputError("qk must have tokens of finite length greater than 0")
    return np.asarray(qk / lengths, dtype=np.float64)


def squared_distances(tokens: Floats, anchors: Floats) -> Floats:
    """Return the squared distance of every token from every anchor of its head, by the definition.

    Shapes: tokens [heads, tokens, head_width], anchors [heads, anchors, head_width] -> [heads, tokens, anchors].
    """
    differences = tokens[:, :, None, :] - anchors[:, None, :, :]
    return np.asarray((differences**2).sum(axis=-1), dtype=np.float64)


def kernel(distances: Floats) -> Floats:
    """Return exp(-distance / (2 sigma)); sigma is the mean distance of a head, over its tokens and anchors.

    So sigma depends on the input: it is known only when all tokens are.

    Shapes: [heads, tokens, anchors] -> the same.
    Errors: InputError if sigma is 0.
    """
    sigma = distances.mean(axis=(-2, -1), keepdims=True)
    if not np.all(sigma > 0):
        raise InputError("sigma must be greater than 0: every token of a head lies on every anchor")
    return np.asarray(np.exp(-distances / (2 * sigma)), dtype=np.float64)
