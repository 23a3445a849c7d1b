"""The built-in transformers: complete, consistent, and any member of a family by parameters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.builtin import Given
from workloads.errors import InputError
from workloads.networks import NETWORKS, load_trace, workload_path
from workloads.operations import ArrayWork, Convolution, MatrixProduct
from workloads.operations.work import macs
from workloads.trace import Trace

TRANSFORMERS = [name for name, network in NETWORKS.items() if network.file is None]


def test_the_built_ins_are_these() -> None:
    families = [*(f"pvtv2-b{size}" for size in range(5)), "twins-svt-s"]
    assert sorted(TRANSFORMERS) == sorted(families + [f"ecoformer-{name}" for name in families])


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_every_tensor_is_made_before_it_is_read(name: str) -> None:
    trace = load_trace(name)
    made = {"image"}
    for operation in trace.operations:
        assert made.issuperset(operation.inputs), operation.name
        assert made.isdisjoint(operation.constants)
        assert {*operation.inputs, *operation.constants, operation.result} <= trace.tensors.keys()
        assert operation.result not in made
        made.add(operation.result)
    read = {tensor for operation in trace.operations for tensor in operation.inputs}
    assert made - read == {"head.result"}
    constants = [tensor for operation in trace.operations for tensor in operation.constants]
    assert sorted([*made, *constants]) == sorted(trace.tensors)
    assert [tensor.name for tensor in trace.inputs] == ["image"]
    assert len({operation.name for operation in trace.operations}) == len(trace.operations)


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_products_have_the_shapes_of_their_tensors(name: str) -> None:
    trace = load_trace(name)
    for operation in trace.operations:
        if not isinstance(operation, (MatrixProduct, Convolution)):
            continue
        a, b, result = (trace.tensors[tensor] for tensor in (operation.a, operation.b, operation.result))
        work = next(work for work in operation.work if isinstance(work, ArrayWork))
        # A depthwise product is turned round: its filter is A.
        m, n = (work.n, work.m) if work.dynamic else (work.m, work.n)
        assert (m, n * work.count) == (result.rows, result.elements)
        assert (b.rows, b.elements) == (result.elements, work.k)
        if isinstance(operation, Convolution):
            assert (a.rows, a.elements) == (operation.window.size[0] * operation.window.size[1], operation.channels)
        else:
            assert (a.rows, a.elements) == (work.m, work.k)


@pytest.mark.parametrize("name", TRANSFORMERS)
def test_the_stages_have_the_published_tokens(name: str) -> None:
    trace = load_trace(name)
    tokens = [trace.tensors[f"stages.{stage}.patch_embed.norm.result"].rows for stage in range(4)]
    assert tokens == [3136, 784, 196, 49]


def kinds(trace: Trace) -> dict[str, int]:
    found: dict[str, int] = {}
    for operation in trace.operations:
        found[operation.kind] = found.get(operation.kind, 0) + 1
    return found


def test_every_layer_is_there() -> None:
    # 8 blocks: 2 norms, 2 adds, a GELU, a depthwise convolution each; 4 patch embeddings, 4 stage norms.
    assert kinds(load_trace("pvtv2-b0")) == {
        "convolution": 4 + 8,
        "layer norm": 4 + 16 + 4,
        "matrix product": 8 * 4 + 1,
        "softmax attention": 8,
        "add": 16,
        "gelu": 8,
        "pooling": 1,
    }
    # The 6 blocks of the first stages have to_qk and to_v in place of qkv.
    hashed = kinds(load_trace("ecoformer-pvtv2-b0"))
    assert hashed["matrix product"] == 6 * 5 + 2 * 4 + 1
    assert (hashed["ecoformer attention"], hashed["softmax attention"]) == (6, 2)
    # 18 blocks; 4 patch embeddings and 4 position encodings, each of these with a residual; one last norm.
    assert kinds(load_trace("twins-svt-s")) == {
        "convolution": 4 + 4,
        "layer norm": 4 + 36 + 1,
        "matrix product": 18 * 4 + 1,
        "softmax attention": 18,
        "add": 36 + 4,
        "gelu": 18,
        "pooling": 1,
    }


@given(first=st.integers(1, 12), second=st.integers(1, 12))
def test_each_further_block_adds_the_same(first: int, second: int) -> None:
    def total(blocks: int) -> int:
        trace = load_trace("ecoformer-pvtv2-b0", {"depths": (2, blocks, 2, 2)})
        return sum(macs(operation) for operation in trace.operations)

    assert (total(first) - total(second)) == (first - second) * (total(2) - total(1))


def test_the_larger_sizes_are_only_parameters() -> None:
    parameters = {"depths": "3,4,18,3", "dims": "64,128,320,512"}
    assert load_trace("pvtv2-b0", parameters).operations == load_trace("pvtv2-b3").operations


def test_parameters_reach_the_hash() -> None:
    trace = load_trace("ecoformer-pvtv2-b0", {"nbits": 8, "anchors": "10"})
    projection = trace.tensors["stages.1.blocks.0.attention.projection"]
    assert (projection.rows, projection.elements) == (2 * 8, 10)
    assert "(8 bits, 10 anchors)" in trace.description


def test_lists_may_come_as_text_or_numbers() -> None:
    assert load_trace("pvtv2-b0", {"depths": [1, 1, 1, 1]}).operations == (
        load_trace("pvtv2-b0", {"depths": " 1,1, 1,1"}).operations
    )


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"depths": "2,x"}, "depths must be integers from 1 to 100, separated by commas, not '2,x'"),
        ({"depths": "2,,2"}, "depths must be integers from 1 to 100, separated by commas, not '2,,2'"),
        ({"depths": ""}, "depths must be integers from 1 to 100, separated by commas, not ''"),
        ({"depths": ()}, r"depths must be integers from 1 to 100, separated by commas, not \(\)"),
        ({"depths": "2,0,2,2"}, "depths must be integers from 1 to 100, separated by commas, not '2,0,2,2'"),
        ({"depths": [2, 2.5]}, r"depths must be integers from 1 to 100, separated by commas, not \[2, 2.5\]"),
        ({"depths": "2,2,2"}, "dims must have 3 entries, as depths has, not 4"),
        ({"heads": "1,2"}, "heads must have 4 entries, as depths has, not 2"),
        ({"heads": "1,2,3,8"}, "dims.2 must be a multiple of its 3 heads, not 160"),
        ({"nbits": "16,16"}, "nbits must be an integer from 1 to 1024, not '16,16'"),
        ({"nbits": 2.5}, "nbits must be an integer from 1 to 1024, not 2.5"),
        ({"image_size": "3"}, "image_size must be an integer from 4 to 4096, not '3'"),
        (
            {"colour": 1},
            "parameter must be one of image_size, depths, dims, heads, mlp_ratios, classes, nbits, anchors",
        ),
    ],
)
def test_each_wrong_parameter_is_named(parameters: dict[str, Given], message: str) -> None:
    with pytest.raises(InputError, match=f"^ecoformer-pvtv2-b0: {message}"):
        load_trace("ecoformer-pvtv2-b0", parameters)


def test_twins_patches_must_tile_the_image() -> None:
    with pytest.raises(InputError, match=r"^twins-svt-s: image_size must be a multiple of 32, .*, not 225"):
        load_trace("twins-svt-s", {"image_size": 225})
    load_trace("twins-svt-s", {"image_size": 256})


def test_a_generated_network_has_no_file() -> None:
    assert workload_path("pvtv2-b0") is None
    path = workload_path("mnist-tfc")
    assert path is not None
    assert path.is_file()
