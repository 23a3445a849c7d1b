"""Layers added one after the other: each declares its tensors and its operation, and returns its result."""

from dataclasses import dataclass, field

from workloads.encodings import Encoding, encoding
from workloads.operations import (
    Convolution,
    EcoFormerAttention,
    Elementwise,
    Feed,
    LayerNorm,
    MatrixProduct,
    Operation,
    Pooling,
    SoftmaxAttention,
    VectorFunction,
    Window,
)
from workloads.trace import Tensor

IMAGE_CHANNELS = 3
"""Red, green, blue."""


@dataclass(frozen=True)
class Hash:
    """EcoFormer's hash: bits of a code, and anchors that a token is compared with."""

    nbits: int
    anchors: int


@dataclass(frozen=True)
class Layers:
    """The tensors and operations of a network so far, all in one encoding."""

    encoding: Encoding = field(default_factory=lambda: encoding("fp32"))
    tensors: dict[str, Tensor] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)

    def tensor(self, name: str, rows: int, elements: int) -> Tensor:
        """Declare a tensor."""
        self.tensors[name] = Tensor(name, rows, elements, self.encoding)
        return self.tensors[name]

    def linear(self, name: str, x: Tensor, features: int) -> Tensor:
        """Add a fully connected layer with a bias."""
        weight = self.tensor(f"{name}.weight", features, x.elements)
        bias = self.tensor(f"{name}.bias", 1, features)
        result = self.tensor(f"{name}.result", x.rows, features)
        self.operations.append(
            MatrixProduct(
                name, x.rows, x.elements, features, x.name, weight.name, result.name, x.encoding, weight.encoding,
                bias=bias.name, encoding_result=result.encoding,
            )
        )  # fmt: skip
        return result

    def convolution(self, name: str, x: Tensor, window: Window, filters: int, groups: int = 1) -> Tensor:
        """Add a convolution with a bias."""
        weight = self.tensor(f"{name}.weight", filters, window.taps * x.elements // groups)
        bias = self.tensor(f"{name}.bias", 1, filters)
        result = self.tensor(f"{name}.result", window.positions, filters)
        # A tap of the image's three channels would take a port word of its own: lowered they are packed.
        feed = Feed.HOST if x.elements == IMAGE_CHANNELS else None
        self.operations.append(
            Convolution(
                name, x.name, weight.name, result.name, window, x.elements, filters, x.encoding, weight.encoding,
                groups, bias.name, result.encoding, feed,
            )
        )  # fmt: skip
        return result

    def depthwise(self, name: str, x: Tensor, side: int) -> Tensor:
        """Add a depthwise 3 x 3 convolution that keeps the map's size."""
        return self.convolution(name, x, Window.square(side, 3, 1, 1), x.elements, groups=x.elements)

    def layer_norm(self, name: str, x: Tensor) -> Tensor:
        """Add a layer normalization over the channels."""
        scale = self.tensor(f"{name}.scale", 2, x.elements)
        result = self.tensor(f"{name}.result", x.rows, x.elements)
        self.operations.append(LayerNorm(name, x.name, scale.name, result.name, x.rows, x.elements, x.encoding))
        return result

    def gelu(self, name: str, x: Tensor) -> Tensor:
        """Add a GELU."""
        return self._elementwise(name, VectorFunction.GELU, x)

    def add(self, name: str, x: Tensor, y: Tensor) -> Tensor:
        """Add a sum of two tensors: a residual connection."""
        return self._elementwise(name, VectorFunction.ADD, x, y)

    def _elementwise(self, name: str, function: VectorFunction, x: Tensor, *others: Tensor) -> Tensor:
        result = self.tensor(f"{name}.result", x.rows, x.elements)
        names = (x.name, *(other.name for other in others))
        self.operations.append(Elementwise(name, function, names, result.name, x.rows, x.elements, x.encoding))
        return result

    def mean(self, name: str, x: Tensor, side: int) -> Tensor:
        """Add the mean over a map's places."""
        result = self.tensor(f"{name}.result", 1, x.elements)
        window = Window.square(side, side, side)
        self.operations.append(Pooling(name, VectorFunction.MEAN, x.name, result.name, window, x.elements, x.encoding))
        return result

    def softmax_attention(self, name: str, qkv: Tensor, heads: int) -> Tensor:
        """Add softmax attention behind one tensor of queries, keys and values."""
        channels = qkv.elements // 3
        result = self.tensor(f"{name}.result", qkv.rows, channels)
        self.operations.append(
            SoftmaxAttention(name, qkv.name, result.name, qkv.rows, heads, channels // heads, qkv.encoding)
        )
        return result

    def ecoformer_attention(self, name: str, qk: Tensor, v: Tensor, heads: int, code: Hash) -> Tensor:
        """Add EcoFormer's attention behind what the codes are made from, and the values."""
        width = qk.elements // heads
        anchors = self.tensor(f"{name}.anchors", heads * code.anchors, width)
        means = self.tensor(f"{name}.means", heads, code.anchors)
        projection = self.tensor(f"{name}.projection", heads * code.nbits, code.anchors)
        result = self.tensor(f"{name}.result", qk.rows, qk.elements)
        self.operations.append(
            EcoFormerAttention(
                name, qk.name, v.name, anchors.name, means.name, projection.name, result.name, qk.rows, heads, width,
                code.anchors, code.nbits, qk.encoding,
            )
        )  # fmt: skip
        return result
