"""A trace evaluated operation by operation."""

from dataclasses import replace

import numpy as np
import pytest

from tests.traces import one_function, one_product, signs, small_cnn, two_layers
from workloads.encodings import encoding
from workloads.errors import InputError
from workloads.evaluation import check_exact, evaluate
from workloads.operations import Convolution, Pooling, VectorFunction
from workloads.packing import encode
from workloads.reference import convolution, threshold

BIPOLAR = encoding("bipolar")


def test_each_layer_of_a_network_is_its_operation_on_the_layer_before() -> None:
    trace = small_cnn(maps=2, seed=3)
    found = evaluate(trace)
    for operation in trace.operations:
        a = signs(trace, operation.inputs[0], found)
        if isinstance(operation, Pooling):
            window = operation.window
            bordered = np.pad(a.reshape(2, *window.size, -1), ((0, 0), (1, 0), (0, 0), (0, 0)), constant_values=-1)
            expected = bordered.reshape(2, 3, 2, 3, 2, -1).max(axis=(2, 4)).reshape(-1, 9)
            assert np.array_equal(signs(trace, operation.result, found), expected)
        elif isinstance(operation, Convolution):
            b, limits = trace.tensors[operation.b].packed, trace.thresholds[f"{operation.name}.thresholds"]
            assert b is not None
            sums = convolution(encode(a, BIPOLAR), b, operation.window, operation.channels, BIPOLAR, BIPOLAR)
            assert np.array_equal(found[operation.result], threshold(sums, limits.sums, limits.at_most)[:, 0])
        else:
            assert np.array_equal(found["y"], a @ signs(trace, "w4", found).T)
    thresholds = trace.thresholds["fc1.thresholds"]
    sums = signs(trace, "a2", found).reshape(2, -1) @ signs(trace, "w3", found).T
    bits = np.where(thresholds.at_most, sums <= thresholds.sums, sums >= thresholds.sums)
    assert np.array_equal(signs(trace, "a3", found) == 1, bits)


def test_what_has_no_operands_or_is_no_exact_sum_is_refused() -> None:
    check_exact(two_layers())
    check_exact(small_cnn())
    with pytest.raises(InputError, match=r"^one-product: has no operands, so no results can be computed$"):
        check_exact(one_product(2, 3, 4))
    trace = small_cnn()
    rule = "results are computed of products of integers and of maxima of bits only"
    for number, changed in (
        (0, {"groups": 9}),
        (0, {"encoding_a": encoding("fp16")}),
        (1, {"function": VectorFunction.MEAN}),
        (1, {"encoding": encoding("int4")}),
    ):
        operations = list(trace.operations)
        operations[number] = replace(operations[number], **changed)  # type: ignore[type-var]
        with pytest.raises(InputError, match=f"^layer {operations[number].name}: {rule}"):
            check_exact(replace(trace, operations=tuple(operations)))
    x = one_function(VectorFunction.ADD, 2, 3, "int4")
    carried = {name: replace(tensor, packed=np.zeros((2, 4, 1), np.uint64)) for name, tensor in x.tensors.items()}
    with pytest.raises(InputError, match=f"^layer function: {rule}"):
        check_exact(replace(x, tensors=carried))
