"""Operations: what a layer of a network computes, and the work that follows from its shape."""

from workloads.operations.convolution import Convolution
from workloads.operations.ecoformer_attention import EcoFormerAttention
from workloads.operations.matrix_product import MatrixProduct
from workloads.operations.softmax_attention import SoftmaxAttention
from workloads.operations.vector import Elementwise, LayerNorm, Pooling
from workloads.operations.window import Window
from workloads.operations.work import ArrayWork, Feed, Operation, Value, VectorFunction, VectorWork, Work

Product = MatrixProduct | Convolution
"""The operations of one product, of rows or of places, behind which an array can have thresholds."""

__all__ = [
    "ArrayWork",
    "Convolution",
    "EcoFormerAttention",
    "Elementwise",
    "Feed",
    "LayerNorm",
    "MatrixProduct",
    "Operation",
    "Pooling",
    "Product",
    "SoftmaxAttention",
    "Value",
    "VectorFunction",
    "VectorWork",
    "Window",
    "Work",
]
