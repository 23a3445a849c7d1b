"""EcoFormer's accounting: the published rows, the derived integers, and a network worked by hand."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.traces import one_product, two_layers
from workloads.accounting.ecoformer import CHARGES, EcoFormerAccount
from workloads.accounting.rules import account
from workloads.builtin import Given
from workloads.encodings import encoding
from workloads.errors import InputError
from workloads.networks import NETWORKS, load_trace
from workloads.operations import Elementwise, VectorFunction

ATTENTION = ("softmax attention", "ecoformer attention")


def counted(name: str, parameters: Mapping[str, Given] | None = None) -> EcoFormerAccount:
    return account(load_trace(name, parameters), "ecoformer")


def attention(counts: EcoFormerAccount, prefix: str = "") -> EcoFormerAccount:
    """Return what attention itself is charged in the layers of that name."""
    charges = (c for c in counts.charges if c.operation in ATTENTION and c.layer.startswith(prefix))
    return replace(counts, charges=tuple(charges))


@pytest.mark.parametrize(
    ("name", "mul", "add", "energy"),
    [
        ("ecoformer-pvtv2-b0", "0.54", "0.56", "2.5"),
        ("ecoformer-pvtv2-b1", "2.03", "2.09", "9.4"),
        ("ecoformer-twins-svt-s", "2.72", "2.81", "12.6"),
    ],
)
def test_published_rows_to_their_printed_digits(name: str, mul: str, add: str, energy: str) -> None:
    """Source: README of ziplab/EcoFormer: 1e9 multiplications, 1e9 additions, 1e9 pJ."""
    counts = counted(name)
    assert (f"{counts.mul / 1e9:.2f}", f"{counts.add / 1e9:.2f}", f"{counts.energy_pj / 1e9:.1f}") == (mul, add, energy)


def test_the_published_saving() -> None:
    """Source: abstract of arXiv 2209.09004: 73 % less energy, PVTv2-B0."""
    saving = 1 - counted("ecoformer-pvtv2-b0").energy_pj / counted("pvtv2-b0").energy_pj
    assert f"{saving:.0%}" == "73%"


# Derived, not published: totals from the published formulas, base and attention apart.
DERIVED = {
    "ecoformer-pvtv2-b0": (527_223_168, 8_169_672, 37_563_008),
    "pvtv2-b0": (550_103_424, 1_465_762_480, 1_443_212_288),
    "ecoformer-pvtv2-b1": (2_018_628_352, 10_992_072, 70_215_040),
    "pvtv2-b1": (2_110_149_376, 2_908_974_768, 2_886_424_576),
    "ecoformer-twins-svt-s": (2_691_676_672, 27_201_664, 116_358_144),
    "twins-svt-s": (2_871_507_456, 3_086_341_440, 3_038_859_264),
}


@pytest.mark.parametrize("name", DERIVED)
def test_derived_totals(name: str) -> None:
    base, mul, add = DERIVED[name]
    counts = counted(name)
    inner = attention(counts)
    assert (inner.mul, inner.add) == (mul, add)
    assert (counts.mul, counts.add) == (base + mul, base + add)


@pytest.mark.parametrize(
    ("name", "stages"),
    [
        ("ecoformer-pvtv2-b0", [(1564864, 9683968), (782432, 4841984), (489020, 3026240), (1248520, 1229312)]),
        ("ecoformer-pvtv2-b1", [(1665216, 18013184), (832608, 9006592), (520380, 5629120), (2477832, 2458624)]),
        ("ecoformer-twins-svt-s", [(3129728, 19367936), (1564864, 9683968), (782432, 4841984), (2497040, 2458624)]),
    ],
)
def test_derived_counts_of_one_attention_of_each_stage(name: str, stages: list[tuple[int, int]]) -> None:
    counts = counted(name)
    layers = [attention(counts, f"stages.{stage}.blocks.1.") for stage in range(4)]
    assert [(layer.mul, layer.add) for layer in layers] == stages


@pytest.mark.parametrize("name", [name for name in NETWORKS if name.startswith("ecoformer-")])
def test_attention_s_charges_are_the_published_formulas(name: str) -> None:
    trace = load_trace(name)
    counts = account(trace, "ecoformer")
    for operation in trace.operations:
        if operation.kind not in ATTENTION:
            continue
        tokens, width = trace.tensors[operation.result].rows, trace.tensors[operation.result].elements
        heads = 1
        if operation.kind == "ecoformer attention":
            heads = trace.tensors[f"{operation.name}.means"].rows
            rows = heads * tokens
            mul = 2 * rows * 25 + rows * 25 * 16 + rows * 16 + rows + rows * (width // heads)
            add = 2 * tokens * 25 * width + rows * 25 * 16 + 2 * rows * 16 + 2 * tokens * 16 * width + tokens * width
        else:
            heads = {256: 8, 512: 16 if "twins" in name else 8}[width]
            mul = 2 * tokens * tokens * width + heads * tokens * tokens
            add = 2 * tokens * tokens * width
        layer = attention(counts, operation.name)
        assert (layer.mul, layer.add) == (mul, add), operation.name


TINY: dict[str, Given] = {
    "image_size": 8, "depths": "1,1", "dims": "2,4", "heads": "1,2", "mlp_ratios": "2,1", "classes": 3,
    "nbits": 3, "anchors": 5,
}  # fmt: skip


def test_a_tiny_network_worked_by_hand() -> None:
    # Stage 0: 7 x 7, stride 4, padding 3 on 8 x 8 gives 2 x 2: 4 tokens of 2 channels, one head of width 2.
    patches = 7 * 7 * 3 * 2 * 4 + 2 * 4  # 1176 products, 8 biases
    norms = 4 * (2 * 4 * 2)  # patches, two in the block, the stage: twice 8 elements each
    projections = 3 * (4 * 2 * 2)  # to_qk, to_v, proj
    mlp = 4 * 2 * 4 + (3 * 3 * 4 * 4 + 4 * 4) + 4 * 4 * 2  # fc1, the depthwise convolution with bias, fc2
    first = patches + norms + projections + mlp
    assert first == 1184 + 64 + 48 + 224 == 1520
    # Its attention: 4 tokens, 5 anchors, codes of 3 bits.
    first_mul = 2 * 4 * 5 + 4 * 5 * 3 + (4 * 3 + 4) + 4 * 2  # kernel, hash, denominator, result / denominator
    first_add = 2 * 4 * 5 * 2 + 4 * 5 * 3 + 4 * 3 + 4 * 3  # distances, hash, code sum, denominator
    first_add += 4 * 3 * 2 + (4 * 3 * 2 + 4 * 2)  # k^T v; q (k^T v) and the values' bias
    assert (first_mul, first_add) == (40 + 60 + 16 + 8, 80 + 60 + 12 + 12 + 24 + 32) == (124, 220)
    # Stage 1, the last: 3 x 3, stride 2, padding 1 on 2 x 2 gives 1 x 1: 1 token of 4 channels, two heads of width 2.
    patches = 3 * 3 * 2 * 4 * 1 + 4
    norms = 4 * (2 * 1 * 4)
    projections = 1 * 4 * 12 + 1 * 4 * 4  # qkv, proj
    mlp = 4 * 4 + (3 * 3 * 4 + 4) + 4 * 4
    last = patches + norms + projections + mlp
    assert last == 76 + 32 + 64 + 72 == 244
    last_mul, last_add = 2 * 1 * 1 * 4 + 2 * 1 * 1, 2 * 1 * 1 * 4  # softmax attention: products, and the scale
    head = 4 * 3
    counts = counted("ecoformer-pvtv2-b0", TINY)
    assert counts.mul == first + last + head + first_mul + last_mul == 1520 + 244 + 12 + 124 + 10 == 1910
    assert counts.add == first + last + head + first_add + last_add == 1520 + 244 + 12 + 220 + 8 == 2004
    assert counts.energy_pj == pytest.approx(7067 + 1803.6, rel=1e-12)  # 1910 x 3.7 + 2004 x 0.9
    assert counts.area_um2 == 14_707_000 + 8_384_736  # 1910 x 7700 + 2004 x 4184


def test_the_same_network_with_softmax_attention_worked_by_hand() -> None:
    values = {name: value for name, value in TINY.items() if name not in ("nbits", "anchors")}
    counts = counted("pvtv2-b0", values)
    # qkv in place of to_qk and to_v: 4 x 2 x 2 products more. 4 x 4 pairs of tokens of 2 channels, one head.
    assert counts.mul == 1910 + 16 - 124 + (2 * 16 * 2 + 16)
    assert counts.add == 2004 + 16 - 220 + 2 * 16 * 2


def test_counts_of_more_blocks_are_counts_of_their_attention_and_mlp() -> None:
    one, two, three = (counted("ecoformer-pvtv2-b0", {"depths": (blocks, 1, 1, 1)}) for blocks in (1, 2, 3))
    assert three.mul - two.mul == two.mul - one.mul
    assert three.add - two.add == two.add - one.add


@pytest.mark.parametrize("name", ["pvtv2-b0", "ecoformer-pvtv2-b0", "twins-svt-s"])
def test_charges_add_up(name: str) -> None:
    counts = counted(name)
    parts = [replace(counts, charges=(charge,)) for charge in counts.charges]
    assert sum(part.area_um2 for part in parts) == counts.area_um2
    assert sum(part.energy_pj for part in parts) == pytest.approx(counts.energy_pj, rel=1e-12)


def test_every_step_has_a_charge() -> None:
    for name in NETWORKS.keys() - {"resnet18"}:
        for operation in load_trace(name).operations:
            assert {work.step for work in operation.work} <= CHARGES[operation.kind].keys()


def test_a_network_of_other_arithmetic_is_refused() -> None:
    with pytest.raises(InputError, match=r"layer conv1: the rule ecoformer charges fp32 arithmetic, but image is int8"):
        account(load_trace("resnet18"), "ecoformer")


def test_plain_fp32_products_are_covered() -> None:
    counts = account(one_product(2, 3, 4, "fp32", "fp32"), "ecoformer")
    assert (counts.mul, counts.add) == (24, 24)


@pytest.mark.parametrize("code", ["bipolar", "int8", "fp16"])
def test_other_arithmetic_is_refused_not_charged_as_fp32(code: str) -> None:
    with pytest.raises(
        InputError, match=f"^layer product: the rule ecoformer charges fp32 arithmetic, but b is {code}$"
    ):
        account(one_product(2, 3, 4, "fp32", code), "ecoformer")


def test_an_operation_without_a_charge_is_refused() -> None:
    trace = one_product(2, 3, 4, "fp32", "fp32")
    exponents = Elementwise("exp", VectorFunction.EXP, ("y",), "z", 2, 4, encoding("fp32"))
    with pytest.raises(InputError, match=r"^layer exp: the rule ecoformer has no charge for exp$"):
        account(replace(trace, operations=(*trace.operations, exponents)), "ecoformer")


def test_an_unknown_rule() -> None:
    with pytest.raises(InputError, match=r"^rule must be ecoformer, not 'bops'$"):
        account(two_layers(), "bops")
