"""Casts: one encoding in the place of another, on request only, everywhere at once."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.traces import one_product, two_layers
from workloads.casts import Cast, cast_trace, parse_cast
from workloads.encodings import Encoding, encoding
from workloads.errors import InputError
from workloads.networks import load_trace
from workloads.operations import ArrayWork, MatrixProduct, Operation, VectorFunction, VectorWork
from workloads.operations.work import macs
from workloads.trace import Trace

NETWORKS = ["pvtv2-b0", "ecoformer-pvtv2-b0", "twins-svt-s", "ecoformer-twins-svt-s"]
TARGETS = ["fp16", *(f"int{bits}" for bits in range(2, 9))]


def described(operation: Operation) -> dict[str, object]:
    """Return an operation's fields by name."""
    return {field.name: getattr(operation, field.name) for field in fields(operation)}  # type: ignore[arg-type]


def encodings_of(trace: Trace) -> set[str]:
    """Return the encodings of a trace's tensors, of its operations' fields and of its products."""
    found = {tensor.encoding for tensor in trace.tensors.values()}
    for operation in trace.operations:
        found |= {value for value in described(operation).values() if isinstance(value, Encoding)}
        for work in operation.work:
            found |= {work.encoding_a, work.encoding_b} if isinstance(work, ArrayWork) else set()
    return {code.name for code in found}


@pytest.mark.parametrize(
    ("text", "source", "target"),
    [
        ("fp32=int8", "fp32", "int8"),
        ("float32=int8", "fp32", "int8"),
        ("float32=float16", "fp32", "fp16"),
        ("fp16=int2", "fp16", "int2"),
        ("float16=int5", "fp16", "int5"),
    ],
)
def test_a_cast_is_from_a_float_to_something_smaller(text: str, source: str, target: str) -> None:
    cast = parse_cast(text)
    assert cast == Cast(encoding(source), encoding(target))
    assert cast.name == f"{source}={target}"
    assert parse_cast(cast.name) == cast


@pytest.mark.parametrize(
    "text",
    [
        "", "=", "fp32", "fp32=", "=int8", "fp32=fp32", "float32=fp32", "fp16=fp32", "int8=fp32", "int8=int4",
        "fp32=int9", "fp32=int1", "fp32=uint8", "fp32=bipolar", "fp32=ternary", "fp32=int8=int4", "fp32=int8 ",
        "fp64=int8", "FP32=int8", "bipolar=int8", "fp32=int08", "fp32=\nint8",
    ],
)  # fmt: skip
def test_each_other_text_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_cast(text)
    message = str(caught.value)
    shown = " ".join(repr(text).split())
    assert message == f"--cast must be FROM=TO: fp32 or fp16 to fp16 or to int2 ... int8, not {shown}"
    assert "\n" not in message


@given(st.text(max_size=20))
def test_no_text_is_read_as_a_cast_that_it_does_not_spell(text: str) -> None:
    try:
        cast = parse_cast(text)
    except InputError:
        return
    assert text.replace("float", "fp") == cast.name


def test_the_scheme_says_how_elements_are_converted() -> None:
    symmetric = "symmetric, one scale a tensor: largest magnitude / 127, zero point 0"
    assert parse_cast("fp32=int8").scheme == symmetric
    assert parse_cast("fp32=int4").scheme == symmetric.replace("127", "7")
    assert parse_cast("fp32=fp16").scheme == "rounded to the nearest"


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("network", NETWORKS)
def test_every_encoding_of_tensors_and_operations_is_replaced(network: str, target: str) -> None:
    trace = load_trace(network)
    cast = cast_trace(trace, [parse_cast(f"fp32={target}")])
    for operation in cast.operations:
        assert encoding("fp32") not in described(operation).values()
    # Biases, factors of norms and means: constants that no product takes stay what lanes compute in.
    kept = {name for name, tensor in cast.tensors.items() if tensor.encoding.name == "fp32"}
    endings = {name.rsplit(".", 1)[1] for name in kept}
    assert endings == {"bias", "scale"} | ({"means"} if network.startswith("ecoformer") else set())
    assert {tensor.encoding.name for name, tensor in cast.tensors.items() if name not in kept} == {target}


@pytest.mark.parametrize("network", NETWORKS)
def test_a_cast_keeps_everything_but_the_encodings(network: str) -> None:
    trace = load_trace(network)
    cast = cast_trace(trace, [parse_cast("fp32=int8")])
    assert cast.tensors.keys() == trace.tensors.keys()
    for before, after in zip(trace.tensors.values(), cast.tensors.values(), strict=True):
        assert (before.name, before.rows, before.elements) == (after.name, after.rows, after.elements)
    for one, other in zip(trace.operations, cast.operations, strict=True):
        assert type(one) is type(other)
        changed = {name for name, value in described(one).items() if described(other)[name] != value}
        assert changed
        assert changed <= {"encoding", "encoding_a", "encoding_b", "encoding_result"}
        assert macs(one) == macs(other)
    # The trace that was given is as it was.
    assert encodings_of(trace) == encodings_of(load_trace(network))


def functions(trace: Trace) -> list[VectorFunction]:
    """Return the functions of all steps."""
    steps = [work for operation in trace.operations for work in operation.work]
    return [work.function for work in steps if isinstance(work, VectorWork)]


@pytest.mark.parametrize("network", NETWORKS)
def test_behind_a_product_of_integers_stands_a_requantization_and_behind_smaller_floats_none(network: str) -> None:
    trace = load_trace(network)
    assert VectorFunction.REQUANTIZE not in functions(trace)
    floats = cast_trace(trace, [parse_cast("fp32=fp16")])
    assert functions(floats) == functions(trace)
    integers = cast_trace(trace, [parse_cast("fp32=int8")])
    requantized = functions(integers).count(VectorFunction.REQUANTIZE)
    # One behind every layer; in softmax attention another behind softmax; in EcoFormer's behind unit length and kernel,
    # and two that keep the sums of the codes and the contexts.
    charged = {"softmax attention": 2, "ecoformer attention": 5}
    assert requantized == sum(charged.get(operation.kind, 1) for operation in trace.operations)
    for operation in integers.operations:
        last = operation.work[-1]
        assert isinstance(last, VectorWork)
        assert last.function is VectorFunction.REQUANTIZE
        assert last.result is not None
        assert last.result.encoding == encoding("int8")


def test_casts_follow_one_another() -> None:
    trace = load_trace("pvtv2-b0")
    in_steps = cast_trace(trace, [parse_cast("fp32=fp16"), parse_cast("fp16=int8")])
    at_once = cast_trace(trace, [parse_cast("fp32=int8")])
    assert (in_steps.tensors, in_steps.operations) == (at_once.tensors, at_once.operations)
    assert cast_trace(trace, []) == trace


def test_a_cast_is_recorded_in_the_description() -> None:
    trace = load_trace("pvtv2-b0")
    cast = cast_trace(trace, [parse_cast("float32=fp16"), parse_cast("fp16=int8")])
    assert cast.description == f"{trace.description}, cast fp32=fp16, cast fp16=int8"


def test_a_cast_that_changes_nothing_is_refused() -> None:
    for trace, text in ((two_layers(), "fp32=int8"), (load_trace("pvtv2-b0"), "fp16=int8")):
        source = text.partition("=")[0]
        with pytest.raises(InputError, match=f"^--cast {text}: {trace.name} has no {source} tensor$"):
            cast_trace(trace, [parse_cast(text)])
    twice = [parse_cast("fp32=int8"), parse_cast("fp32=int4")]
    with pytest.raises(InputError, match=r"^--cast fp32=int4: pvtv2-b0 has no fp32 tensor$"):
        cast_trace(load_trace("pvtv2-b0"), twice)


def test_only_the_named_encoding_is_cast() -> None:
    trace = one_product(2, 3, 4, "fp16", "fp32")
    (product,) = cast_trace(trace, [parse_cast("fp16=int4")]).operations
    assert isinstance(product, MatrixProduct)
    assert (product.encoding_a.name, product.encoding_b.name) == ("int4", "fp32")
    # Sums without an encoding of their own stay sums.
    assert len(product.work) == 1
