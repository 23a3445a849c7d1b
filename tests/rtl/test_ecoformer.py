"""The products of EcoFormer's codes on the RTL, values plane by plane: the reference's sums, the engine's cycles."""

from pathlib import Path

import numpy as np
import pytest

from simulator.accelerator_file import load_accelerator
from simulator.run import simulate
from tests.rtl.played import played_classes
from workloads.ecoformer.attention import bias
from workloads.ecoformer.casting import cast_tensor
from workloads.ecoformer.code_products import code_products, requantized_products, similarities
from workloads.ecoformer.code_trace import code_trace
from workloads.ecoformer.hashing import codes
from workloads.ecoformer.instance import random_instance
from xnorsim.cosimulation.session import cosimulate

pytestmark = pytest.mark.rtl

# No multiple of the rows or of the lanes; and as much memory as test_mnist takes, so that both share one build.
HEADS, TOKENS, NBITS = 2, 150, 16


def test_sums_and_cycles_are_those_of_reference_and_engine(tmp_path: Path) -> None:
    instance = random_instance(TOKENS, HEADS, head_width=32, nbits=NBITS, seed=1)
    signs = codes(instance.qk, instance.kernel_hash).signs
    trace, accelerator = code_trace(signs), load_accelerator("xnor-8x8x64")
    engine = simulate(trace, accelerator)
    rtl = cosimulate(trace, accelerator, work_dir=tmp_path)
    assert rtl.passed, rtl.differences
    assert [layer.total_classes for layer in engine.layer_runs] == played_classes(rtl)
    expected, pairs = code_products(signs, cast_tensor(instance.v, 8)), similarities(signs)
    for head in range(HEADS):
        assert np.array_equal(rtl.results[f"head{head}.code_sum"], expected.code_sum[head, :, None])
        assert np.array_equal(rtl.results[f"head{head}.similarities"], pairs[head])
        # What left the RTL is what the attention divides by: the sums of the rows are q . sum k.
        sums = rtl.results[f"head{head}.similarities"].sum(axis=1)
        assert np.array_equal(sums + bias(NBITS) * TOKENS, expected.denominator[head])


@pytest.mark.parametrize("bits", [4, 8])
def test_products_with_values_are_exact_plane_by_plane(bits: int, tmp_path: Path) -> None:
    instance = random_instance(TOKENS, 1, head_width=16, nbits=NBITS, seed=2)
    signs = codes(instance.qk, instance.kernel_hash).signs
    values = cast_tensor(instance.v, bits)
    trace, accelerator = code_trace(signs, values), load_accelerator("xnor-8x8x64")
    engine = simulate(trace, accelerator)
    assert [job.planes for job in engine.program.jobs] == [(1, 1), (1, 1), (1, bits), (1, bits)]
    rtl = cosimulate(trace, accelerator, work_dir=tmp_path)
    assert rtl.passed, rtl.differences
    assert [layer.total_classes for layer in engine.layer_runs] == played_classes(rtl)
    exact = code_products(signs, values)
    assert np.array_equal(rtl.results["head0.context"], exact.context[0])
    cast = requantized_products(signs, values, exact)
    assert np.array_equal(rtl.results["head0.context_product"], cast.context_product[0])
