"""The products of two codes as a trace: what an XNOR array can run of EcoFormer's attention."""

from collections.abc import Iterator

import numpy as np

from workloads.ecoformer.hashing import Integers
from workloads.encodings import encoding
from workloads.operations import MatrixProduct
from workloads.packing import encode
from workloads.trace import Tensor, Trace
from workloads.transformers.pyramid import SOURCE

_CODE = encoding("bipolar")


def code_trace(signs: Integers) -> Trace:
    """Return the sum of the codes and the similarities of all tokens, head by head, with operands.

    The sum is a product with a row of ones. Its A are the codes, transposed; the transposition is not part of the
    trace, nor is any product that has an operand of more than one bit.

    Shapes: signs [heads, tokens, nbits] -> tensors head0.code_sum [nbits, 1], head0.similarities [tokens, tokens], ...
    """
    heads, tokens, nbits = signs.shape
    tensors = [_operand("ones", np.ones((1, tokens), dtype=np.int64))]
    operations: list[MatrixProduct] = []
    for number, codes in enumerate(signs):
        head = f"head{number}"
        tensors += _tensors(head, codes)
        operations += _products(head, tokens, nbits)
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


def _operand(name: str, values: Integers) -> Tensor:
    rows, elements = values.shape
    return Tensor(name, rows, elements, _CODE, encode(values, _CODE))
