"""The products of codes as a trace: what an XNOR array can run of EcoFormer's attention, values plane by plane."""

from collections.abc import Iterator

import numpy as np

from workloads.ecoformer.casting import CastTensor
from workloads.ecoformer.code_products import code_products, requantized_products
from workloads.ecoformer.hashing import Integers
from workloads.encodings import Encoding, encoding
from workloads.operations import MatrixProduct
from workloads.packing import encode
from workloads.trace import Tensor, Trace
from workloads.transformers.pyramid import SOURCE

_CODE = encoding("bipolar")


def code_trace(signs: Integers, values: CastTensor | None = None) -> Trace:
    """Return the sum of the codes and the similarities of all tokens, head by head, with operands.

    With values there are two products more: the context k^T v, and q times the context, cast as the values are. The sum
    is a product with a row of ones. The codes of sum and context are transposed; that is not part of the trace.

    Shapes: signs [heads, tokens, nbits], values [heads, tokens, head_width] -> tensors head0.code_sum [nbits, 1],
    head0.similarities [tokens, tokens], head0.context [nbits, head_width], head0.context_product [tokens, head_width].
    """
    heads, tokens, nbits = signs.shape
    tensors = [_operand("ones", np.ones((1, tokens), dtype=np.int64))]
    operations: list[MatrixProduct] = []
    for number, codes in enumerate(signs):
        head = f"head{number}"
        tensors += _tensors(head, codes)
        operations += _products(head, tokens, nbits)
        if values is not None:
            requantized = requantized_products(signs, values, code_products(signs, values)).context
            more, products = _of_values(
                head, tokens, nbits, values, values.integers[number], requantized.integers[number]
            )
            tensors += more
            operations += products
    return Trace(
        name="ecoformer-codes",
        description=f"products of EcoFormer's codes with codes: {tokens} tokens, {heads} heads, {nbits} bits",
        tensors={tensor.name: tensor for tensor in tensors},
        operations=tuple(operations),
        sources=(SOURCE,),
    )


def _tensors(head: str, codes: Integers) -> Iterator[Tensor]:
    tokens, nbits = codes.shape
    sums = encoding("int32")
    yield _operand(f"{head}.codes", codes)
    yield _operand(f"{head}.bits", codes.T)
    yield Tensor(f"{head}.code_sum", nbits, 1, sums)
    yield Tensor(f"{head}.similarities", tokens, tokens, sums)


def _products(head: str, tokens: int, nbits: int) -> Iterator[MatrixProduct]:
    codes, bits, code_sum, similarities = (f"{head}.{name}" for name in ("codes", "bits", "code_sum", "similarities"))
    yield MatrixProduct(code_sum, nbits, tokens, 1, bits, "ones", code_sum, _CODE, _CODE)
    yield MatrixProduct(similarities, tokens, nbits, tokens, codes, codes, similarities, _CODE, _CODE, dynamic=True)


def _of_values(
    head: str, tokens: int, nbits: int, cast: CastTensor, values: Integers, context: Integers
) -> tuple[list[Tensor], list[MatrixProduct]]:
    """Return the products of codes with values; B is held transposed, and a context that was cast is an operand."""
    width, code = values.shape[1], cast.encoding
    names = [f"{head}.{name}" for name in ("values", "cast_context", "context", "context_product")]
    tensors = [
        _operand(names[0], values.T, code),
        _operand(names[1], context.T, code),
        Tensor(names[2], nbits, width, encoding("int32")),
        Tensor(names[3], tokens, width, encoding("int32")),
    ]
    products = [
        MatrixProduct(names[2], nbits, tokens, width, f"{head}.bits", names[0], names[2], _CODE, code),
        MatrixProduct(names[3], tokens, nbits, width, f"{head}.codes", names[1], names[3], _CODE, code),
    ]
    return tensors, products


def _operand(name: str, values: Integers, code: Encoding = _CODE) -> Tensor:
    rows, elements = values.shape
    return Tensor(name, rows, elements, code, encode(values, code))
