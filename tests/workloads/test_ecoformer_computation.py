"""EcoFormer's attention over codes: worked by hand, the integers against plain numpy, and what a cast may change."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.ecoformer.attention import attention, bias
from workloads.ecoformer.casting import cast_tensor
from workloads.ecoformer.code_products import code_products, requantized_products, similarities
from workloads.ecoformer.code_trace import code_trace
from workloads.ecoformer.distance import cast_distance, distance
from workloads.ecoformer.hashing import codes
from workloads.ecoformer.instance import random_instance
from workloads.errors import InputError

# One head, two tokens, two bits: k is [[1, 1], [-1, 1]], and v was chosen for the scale 1 in int4.
SIGNS = np.array([[[1, 1], [-1, 1]]])
V = np.array([[[1.0, -3.0], [2.0, 7.0]]])


# Heads, tokens, nbits and head_width, and where the elements come from.
Case = tuple[int, int, int, int, np.random.Generator]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    heads, tokens, nbits, head_width = (draw(st.integers(1, high)) for high in (3, 140, 20, 6))
    return heads, tokens, nbits, head_width, np.random.default_rng(draw(st.integers(0, 2**32 - 1)))


def random_signs(heads: int, tokens: int, nbits: int, rng: np.random.Generator) -> np.ndarray:
    return 2 * rng.integers(0, 2, (heads, tokens, nbits)) - 1


# The attention.


def test_attention_worked_by_hand() -> None:
    # k^T v = [v0 - v1, v0 + v1] = [[-1, -10], [3, 4]]; sum k = [0, 2]; the bias is 3.
    found = attention(SIGNS, V)
    assert found.context.tolist() == [[[-1, -10], [3, 4]]]
    # q (k^T v) = [[2, -6], [4, 14]], and 3 v = [[3, -9], [6, 21]].
    assert found.numerator.tolist() == [[[5, -15], [10, 35]]]
    # q . sum k = [2, 2], and 3 x 2 tokens.
    assert found.denominator.tolist() == [[8, 8]]
    assert found.output.tolist() == [[[5 / 8, -15 / 8], [10 / 8, 35 / 8]]]


def test_products_worked_by_hand() -> None:
    # int4 reaches 7, the largest |v|: the scale is 1, and the numbers are those above.
    values = cast_tensor(V, 4)
    exact = code_products(SIGNS, values)
    assert exact.code_sum.tolist() == [[0, 2]]
    assert exact.context.tolist() == [[[-1, -10], [3, 4]]]
    assert exact.numerator.tolist() == [[[5, -15], [10, 35]]]
    assert exact.denominator.tolist() == [[8, 8]]
    assert exact.value_scale == 1
    # Tokens 0 and 1 differ in one bit of two.
    assert similarities(SIGNS).tolist() == [[[2, 0], [0, 2]]]
    # The context reaches 10, so its scale is 10/7: [[-0.7, -7], [2.1, 2.8]].
    requantized = requantized_products(SIGNS, values, exact)
    assert requantized.context.integers.tolist() == [[[-1, -7], [2, 3]]]
    assert requantized.context_product.tolist() == [[[1, -4], [3, 10]]]
    assert requantized.value_term.tolist() == [[[3, -9], [6, 21]]]
    expected = (np.array([[[10, -40], [30, 100]]]) / 7 + [[[3, -9], [6, 21]]]) / 8
    assert np.allclose(requantized.output, expected, rtol=1e-15)


def test_values_of_other_tokens_are_refused() -> None:
    with pytest.raises(InputError, match=r"values must be \[1, 2, width\], as the codes are, not \(1, 1, 2\)"):
        attention(SIGNS, V[:, :1])
    with pytest.raises(InputError, match=r"values must be \[1, 2, width\]"):
        code_products(SIGNS, cast_tensor(V[:, :1], 8))
    # The published sign of 0 has no place in one bit.
    with pytest.raises(ValueError, match="a value is not in bipolar"):
        code_products(0 * SIGNS, cast_tensor(V, 8))


def test_a_token_alone_keeps_its_value() -> None:
    # (q (k^T v) + 17 v) / (q . k + 17) = (16 + 17) v / (16 + 17).
    assert np.allclose(attention(np.ones((1, 1, 16), dtype=np.int64), V[:, :1]).output, V[:, :1], rtol=1e-15)


def test_outputs_are_no_averages() -> None:
    # Three equal tokens: q (k^T v) = 3 x 16 v, plus 17 v; below, 3 x 16 + 3 x 17. An average would be v again.
    output = attention(np.ones((1, 3, 16), dtype=np.int64), np.ones((1, 3, 1))).output
    assert np.allclose(output, 65 / 99, rtol=1e-15)


@given(cases())
def test_an_output_is_a_sum_of_values_with_these_weights(case: Case) -> None:
    heads, tokens, nbits, head_width, rng = case
    signs, values = random_signs(heads, tokens, nbits, rng), rng.standard_normal((heads, tokens, head_width))
    found = attention(signs, values)
    assert np.allclose(found.output, weights(signs) @ values, rtol=0, atol=1e-12)
    # Some weights are negative, but together they are no more than those of an average.
    assert np.all(weights(signs).sum(axis=-1) <= 1 + 1e-12)


def weights(signs: np.ndarray) -> np.ndarray:
    """Return what each token's value counts in each output, from the products of all pairs.

    Shapes: [heads, tokens, nbits] -> [heads, tokens (of the output), tokens].
    """
    _, tokens, nbits = signs.shape
    pairs = signs @ signs.transpose(0, 2, 1)
    denominators = pairs.sum(axis=-1, keepdims=True) + bias(nbits) * tokens
    return np.asarray((pairs + bias(nbits) * np.eye(tokens)) / denominators)


@given(cases())
def test_no_denominator_is_near_zero(case: Case) -> None:
    # A token's product with itself is nbits and with any of the others at least -nbits, so the denominator is at least
    # nbits - nbits (tokens - 1) + (nbits + 1) tokens = tokens + 2 nbits.
    heads, tokens, nbits, _, rng = case
    signs = random_signs(heads, tokens, nbits, rng)
    zeros = cast_tensor(np.zeros((heads, tokens, 1)), 8)
    assert np.all(code_products(signs, zeros).denominator >= tokens + 2 * nbits)
    # The bound is met where all the others have the opposite code.
    signs[:, 1:] = -signs[:, :1]
    assert np.all(code_products(signs, zeros).denominator[:, 0] == tokens + 2 * nbits)


# The products in integers.


@given(cases(), st.integers(2, 32))
def test_products_are_plain_integer_arithmetic(case: Case, bits: int) -> None:
    heads, tokens, nbits, head_width, rng = case
    signs = random_signs(heads, tokens, nbits, rng)
    values = cast_tensor(rng.standard_normal((heads, tokens, head_width)), bits)
    found = code_products(signs, values)
    by_bit, v = signs.transpose(0, 2, 1), values.integers
    assert np.array_equal(found.code_sum, signs.sum(axis=1))
    assert np.array_equal(found.context, by_bit @ v)
    assert np.array_equal(found.numerator, signs @ (by_bit @ v) + (nbits + 1) * v)
    # Not by way of sum k: from the products of all pairs.
    pairs = similarities(signs)
    assert np.array_equal(pairs, signs @ by_bit)
    assert np.array_equal(found.denominator, pairs.sum(axis=-1) + (nbits + 1) * tokens)
    requantized = requantized_products(signs, values, found)
    assert np.array_equal(requantized.context_product, signs @ requantized.context.integers)
    assert np.array_equal(requantized.value_term, (nbits + 1) * v)
    assert np.array_equal(requantized.denominator, found.denominator)


@given(cases(), st.integers(2, 16), st.integers(-30, 30))
def test_values_that_are_integers_lose_nothing(case: Case, bits: int, exponent: int) -> None:
    # With a power of two as the scale, float64 computes the attention exactly too, up to the same division.
    heads, tokens, nbits, head_width, rng = case
    limit = 2 ** (bits - 1) - 1
    integers = rng.integers(-limit, limit + 1, (heads, tokens, head_width))
    integers[0, 0, 0] = limit
    values = np.ldexp(integers.astype(np.float64), exponent)
    signs = random_signs(heads, tokens, nbits, rng)
    cast = cast_tensor(values, bits)
    assert cast.scale == 2.0**exponent
    assert np.array_equal(cast.integers, integers)
    assert np.array_equal(code_products(signs, cast).output, attention(signs, values).output)
    exact = cast_distance(signs, values, bits).exact_context
    assert (exact.relative_rms, exact.relative_largest) == (0, 0)


# The cast and its distance.


def test_cast_worked_by_hand() -> None:
    # int4 reaches 7: the scale is 14/7, and the halves go to the even neighbour.
    cast = cast_tensor(np.array([-14.0, -5.0, -3.0, 0.0, 1.0, 3.0, 4.9]), 4)
    assert cast.scale == 2
    assert cast.integers.tolist() == [-7, -2, -2, 0, 0, 2, 2]
    assert cast.encoding.name == "int4"


def test_zeros_stay_zeros() -> None:
    cast = cast_tensor(np.zeros((2, 3)), 8)
    assert cast.scale == 1
    assert not cast.integers.any()


@pytest.mark.parametrize("bits", [1, 33])
def test_other_widths_are_refused(bits: int) -> None:
    with pytest.raises(InputError, match=f"bits must be 2 to 32, not {bits}"):
        cast_tensor(np.ones(3), bits)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_values_that_are_not_finite_are_refused(value: float) -> None:
    with pytest.raises(InputError, match="values must be finite"):
        cast_tensor(np.array([1.0, value]), 8)


def test_distance_worked_by_hand() -> None:
    # The difference [3, 0] has length 3, and [0, 4] length 4; then [4, -2] has sqrt(20), and [4, 4] sqrt(32).
    found = distance(np.array([3.0, 4.0]), np.array([0.0, 4.0]))
    assert (found.relative_rms, found.relative_largest) == (0.75, 0.75)
    found = distance(np.array([8.0, 2.0]), np.array([4.0, 4.0]))
    assert found.relative_rms == pytest.approx(math.sqrt(20 / 32), rel=1e-15)
    assert found.relative_largest == 1
    with pytest.raises(InputError, match="the reference must not be 0 everywhere"):
        distance(np.ones(2), np.zeros(2))


@given(cases(), st.integers(2, 16))
def test_a_cast_moves_no_output_further_than_its_roundings(case: Case, bits: int) -> None:
    heads, tokens, nbits, head_width, rng = case
    signs, values = random_signs(heads, tokens, nbits, rng), rng.standard_normal((heads, tokens, head_width))
    cast = cast_tensor(values, bits)
    exact = code_products(signs, cast)
    # Every value moves by half a step at most, and counts with its weight.
    bound = cast.scale / 2 * np.abs(weights(signs)).sum(axis=-1, keepdims=True)
    assert np.all(np.abs(exact.output - attention(signs, values).output) <= bound * (1 + 1e-9))
    # So does every element of the context, and each of the nbits counts fully.
    requantized = requantized_products(signs, cast, exact)
    bound = cast.scale * requantized.context.scale / 2 * nbits / exact.denominator[..., None]
    assert np.all(np.abs(requantized.output - exact.output) <= bound * (1 + 1e-9))


def test_the_distance_falls_with_every_bit() -> None:
    instance = random_instance(196, 5, 32, seed=1)
    signs = codes(instance.qk, instance.kernel_hash).signs
    found = [cast_distance(signs, instance.v, bits) for bits in range(2, 17)]
    exact = [each.exact_context.relative_rms for each in found]
    requantized = [each.requantized_context.relative_rms for each in found]
    for falling in (exact, requantized):
        assert falling == sorted(falling, reverse=True)
        # From int4 to int16 the steps become 32767 / 7 times smaller.
        assert falling[2] / falling[-1] == pytest.approx(32767 / 7, rel=0.1)
    # On these random numbers a context of N bits adds to what values of N bits cost. No theorem says so.
    assert all(np.less(exact, requantized))


# The trace.


def test_a_trace_carries_the_operands_of_each_head() -> None:
    signs = random_signs(2, 70, 16, np.random.default_rng(1))
    trace = code_trace(signs)
    assert trace.has_operands
    assert [(o.name, o.m, o.k, o.n) for o in trace.matrix_products] == [
        ("head0.code_sum", 16, 70, 1),
        ("head0.similarities", 70, 16, 70),
        ("head1.code_sum", 16, 70, 1),
        ("head1.similarities", 70, 16, 70),
    ]
    assert [tensor.name for tensor in trace.inputs] == ["head0.bits", "head0.codes", "head1.bits", "head1.codes"]
