"""EcoFormer's hash: worked by hand, what it does not depend on, and the random instances that it is tried on."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.ecoformer.hashing import KernelHash, codes, kernel, squared_distances, unit_length
from workloads.ecoformer.instance import Instance, random_instance
from workloads.errors import InputError


def test_hash_worked_by_hand() -> None:
    # At unit length the tokens are the anchors, [1, 0] and [0, 1]: D = [[0, 2], [2, 0]] and sigma = 1.
    # K = [[1, 1/e], [1/e, 1]]; less the means [1, 1] it is [[0, -c], [-c, 0]], where c = 1 - 1/e.
    qk = np.array([[[2.0, 0.0], [0.0, 5.0]]])
    anchors = np.array([[[1.0, 0.0], [0.0, 1.0]]])
    # The first bit is the sign of column 0: 0 and -c. The second is that of the negated sum: c and c.
    kernel_hash = KernelHash(anchors, np.ones((1, 2)), np.array([[[1.0, 0.0], [-1.0, -1.0]]]))
    found = codes(qk, kernel_hash)
    assert found.signs.tolist() == [[[1, 1], [-1, 1]]]
    assert found.zeros == 1


def test_sigma_is_that_of_the_tokens_at_hand() -> None:
    # Alone, the token has D = 2 = sigma and K = exp(-1/2) = 0.61. With a token on the anchor beside it, D = [2, 0],
    # sigma = 1 and K = exp(-1) = 0.37: the other token turns the sign of K - 0.5.
    kernel_hash = KernelHash(np.array([[[1.0, 0.0]]]), np.array([[0.5]]), np.array([[[1.0]]]))
    alone = np.array([[[0.0, 1.0]]])
    both = np.array([[[0.0, 1.0], [1.0, 0.0]]])
    assert kernel(squared_distances(alone, kernel_hash.anchors))[0, 0, 0] == pytest.approx(math.exp(-1 / 2))
    assert kernel(squared_distances(both, kernel_hash.anchors))[0, 0, 0] == pytest.approx(math.exp(-1))
    assert codes(alone, kernel_hash).signs[0, 0] == 1
    assert codes(both, kernel_hash).signs[0, 0] == -1


def test_sigma_is_each_head_s_own() -> None:
    # Head 0 has its token on the anchor and one across, head 1 both opposite: sigma is 1 and 4.
    anchor, across, opposite = [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]
    kernel_hash = KernelHash(np.array([[anchor], [anchor]]), np.array([[0.5], [0.5]]), np.ones((2, 1, 1)))
    found = codes(np.array([[anchor, across], [opposite, opposite]]), kernel_hash).signs
    # K = exp(-D / (2 sigma)): 1 and exp(-1) = 0.37 in head 0, exp(-1/2) = 0.61 twice in head 1. With the mean of both
    # heads, 2.5, head 0's second token would have exp(-2/5) = 0.67 and another sign.
    assert found.tolist() == [[[1], [-1]], [[1], [1]]]


@given(st.integers(1, 3), st.integers(4, 30), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_distances_from_unit_anchors_are_products(heads: int, tokens: int, width: int, seed: int) -> None:
    instance = random_instance(tokens, heads, width, nbits=3, anchors=4, seed=seed)
    units, anchors = unit_length(instance.qk), instance.kernel_hash.anchors
    products = 2 - 2 * units @ anchors.transpose(0, 2, 1)
    # No relative tolerance: near an anchor, 2 - 2 (token . anchor) keeps the roundings of numbers of size 2, and there
    # is one for each element and a few more for the lengths.
    assert np.allclose(products, squared_distances(units, anchors), rtol=0, atol=(width + 8) * 2**-51)


def test_the_length_of_a_token_does_not_matter() -> None:
    instance = random_instance(40, 2, 8, anchors=10, seed=3)
    # Powers of two leave every rounding as it was.
    lengths = 2.0 ** np.random.default_rng(4).integers(-20, 20, (2, 40, 1))
    assert np.array_equal(
        codes(lengths * instance.qk, instance.kernel_hash).signs, codes(instance.qk, instance.kernel_hash).signs
    )


def test_a_projection_of_zeros_counts_every_sign() -> None:
    instance = random_instance(12, 2, 8, nbits=5, anchors=10, seed=3)
    flat = KernelHash(instance.kernel_hash.anchors, instance.kernel_hash.means, np.zeros((2, 5, 10)))
    found = codes(instance.qk, flat)
    assert np.all(found.signs == 1)
    assert found.zeros == 2 * 12 * 5
    assert codes(instance.qk, instance.kernel_hash).zeros == 0


def test_what_has_no_hash_is_refused() -> None:
    kernel_hash = KernelHash(np.array([[[1.0, 0.0]]]), np.array([[0.5]]), np.array([[[1.0]]]))
    with pytest.raises(InputError, match="qk must have tokens of finite length greater than 0"):
        codes(np.zeros((1, 1, 2)), kernel_hash)
    with pytest.raises(InputError, match="sigma must be greater than 0"):
        codes(np.array([[[3.0, 0.0]]]), kernel_hash)
    with pytest.raises(InputError, match=r"qk must be \[1, tokens, 2\], as the hash is, not \(2, 1, 2\)"):
        codes(np.ones((2, 1, 2)), kernel_hash)
    with pytest.raises(InputError, match=r"means must be \[1, 1\], as the anchors are, not \(1, 2\)"):
        KernelHash(np.ones((1, 1, 2)), np.ones((1, 2)), np.ones((1, 1, 1)))
    with pytest.raises(InputError, match=r"projection must be \[1, nbits, 1\], as the anchors are, not \(1, 4, 2\)"):
        KernelHash(np.ones((1, 1, 2)), np.ones((1, 1)), np.ones((1, 4, 2)))


def test_an_instance_has_the_anchors_and_means_of_its_own_tokens() -> None:
    instance = random_instance(30, 2, 8, nbits=3, anchors=5, seed=1)
    units, kernel_hash = unit_length(instance.qk), instance.kernel_hash
    on_anchor = squared_distances(units, kernel_hash.anchors) == 0
    assert on_anchor.sum(axis=1).tolist() == [[1] * 5] * 2
    assert np.array_equal(on_anchor[0], on_anchor[1])  # the same tokens in both heads
    centred = kernel(squared_distances(units, kernel_hash.anchors)) - kernel_hash.means[:, None, :]
    assert np.allclose(centred.mean(axis=1), 0, atol=1e-15)


def test_a_seed_is_an_instance() -> None:
    def of(seed: int) -> Instance:
        return random_instance(30, 2, 8, anchors=5, seed=seed)

    assert np.array_equal(of(1).qk, of(1).qk)
    assert np.array_equal(of(1).kernel_hash.projection, of(1).kernel_hash.projection)
    assert not np.array_equal(of(1).qk, of(2).qk)
    with pytest.raises(InputError, match="anchors must be at most the 4 tokens that they are taken from, not 5"):
        random_instance(4, 1, 8, anchors=5)
