"""ResNet-18 with binary weights and activations, in the form of Bi-Real Net: a shortcut around every convolution."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workloads.builtin import Choice, Network, Parameter
from workloads.encodings import Encoding, encoding
from workloads.errors import InputError, problem
from workloads.operations import (
    BatchNorm,
    Convolution,
    Elementwise,
    Feed,
    MatrixProduct,
    Operation,
    Pooling,
    VectorFunction,
    Window,
)
from workloads.trace import Tensor, Trace

COLOURS = 3
"""Channels of the image."""
STAGES = (64, 128, 256, 512)
"""Channels of each stage."""
BLOCKS = 4
"""Convolutions of 3 x 3 in each stage, each with a shortcut around it."""
SOURCES = (
    "Liu et al., Bi-Real Net, ECCV 2018, arXiv 1808.00278; https://github.com/liuzechun/Bi-Real-net, commit 27cf653, "
    "pytorch_implementation/BiReal18_34/birealnet.py",
    "He et al., Deep Residual Learning for Image Recognition, CVPR 2016, arXiv 1512.03385, table 1",
)
_INT8, _SUMS, _SCALES = encoding("int8"), encoding("int32"), encoding("fp32")


@dataclass(frozen=True)
class _Layers:
    """The tensors and operations so far; maps between the layers are of ``residual``, convolutions of ``inner``."""

    inner: Encoding
    residual: Encoding
    tensors: dict[str, Tensor] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)

    def tensor(self, name: str, rows: int, elements: int, code: Encoding) -> Tensor:
        self.tensors[name] = Tensor(name, rows, elements, code)
        return self.tensors[name]

    def first_convolution(self, name: str, side: int) -> Tensor:
        """Add the convolution of the image, which lies line by line: a pixel is far less than a port word."""
        image = self.tensor("image", side, side * COLOURS, _INT8)
        return self._convolution(name, image, COLOURS, Window.square(side, 7, 2, 3), STAGES[0], Feed.HOST)

    def convolution(self, name: str, x: Tensor, window: Window, filters: int) -> Tensor:
        """Add a convolution; it leaves its sums."""
        return self._convolution(name, x, x.elements, window, filters, None)

    def _convolution(
        self, name: str, x: Tensor, channels: int, window: Window, filters: int, feed: Feed | None
    ) -> Tensor:  # fmt: skip
        weight = self.tensor(f"{name}.weight", filters, window.taps * channels, x.encoding)
        result = self.tensor(f"{name}.result", window.positions, filters, _SUMS)
        self.operations.append(
            Convolution(
                name, x.name, weight.name, result.name, window, channels, filters, x.encoding, weight.encoding,
                feed=feed,
            )
        )  # fmt: skip
        return result

    def batch_norm(self, name: str, x: Tensor, shortcut: Tensor | None = None) -> Tensor:
        scale = self.tensor(f"{name}.scale", 2, x.elements, _SCALES)
        result = self.tensor(f"{name}.result", x.rows, x.elements, self.residual)
        other = None if shortcut is None else shortcut.name
        self.operations.append(
            BatchNorm(name, x.name, scale.name, result.name, x.rows, x.elements, self.residual, other)
        )
        return result

    def narrow(self, name: str, x: Tensor) -> Tensor:
        """Add the change to what a 3 x 3 convolution takes: signs, or integers (their clip at 0 is the ReLU)."""
        function = VectorFunction.SIGN if self.inner.is_binary else VectorFunction.REQUANTIZE
        result = self.tensor(f"{name}.{function}.result", x.rows, x.elements, self.inner)
        self.operations.append(
            Elementwise(f"{name}.{function}", function, (x.name,), result.name, x.rows, x.elements, self.inner)
        )
        return result

    def pooling(self, name: str, function: VectorFunction, x: Tensor, window: Window, code: Encoding) -> Tensor:
        result = self.tensor(f"{name}.result", window.positions, x.elements, code)
        self.operations.append(Pooling(name, function, x.name, result.name, window, x.elements, code))
        return result

    def block(self, name: str, x: Tensor, side: int, channels: int, stride: int) -> Tensor:
        """Add a 3 x 3 convolution with its shortcut: x itself, or x averaged and through a convolution of 1 x 1."""
        sums = self.convolution(f"{name}.conv", self.narrow(name, x), Window.square(side, 3, stride, 1), channels)
        if stride > 1:
            window = Window.square(side, stride, stride)
            pooled = self.pooling(f"{name}.shortcut.pool", VectorFunction.MEAN, x, window, _INT8)
            one = Window.square(side // stride, 1, 1)
            x = self.batch_norm(f"{name}.shortcut.bn", self.convolution(f"{name}.shortcut.conv", pooled, one, channels))
        return self.batch_norm(f"{name}.bn", sums, x)

    def classifier(self, x: Tensor, classes: int) -> None:
        weight, bias = self.tensor("fc.weight", classes, x.elements, _INT8), self.tensor("fc.bias", 1, classes, _SCALES)
        result = self.tensor("fc.result", 1, classes, _SCALES)
        self.operations.append(
            MatrixProduct(
                "fc", 1, x.elements, classes, x.name, weight.name, result.name, x.encoding, weight.encoding,
                bias=bias.name, encoding_result=result.encoding,
            )
        )  # fmt: skip


def _resnet18(values: Mapping[str, Any]) -> Trace:
    side, weights, residual = values["image_size"], values["weights"], values["residual"]
    if side % 32:
        raise InputError(problem("image_size", "must be a multiple of 32", side))
    layers = _Layers(encoding("bipolar" if weights == "binary" else "int8"), encoding(residual))
    x = layers.batch_norm("bn1", layers.first_convolution("conv1", side))
    x = layers.pooling("maxpool", VectorFunction.MAXIMUM, x, Window.square(side // 2, 3, 2, 1), x.encoding)
    side //= 4
    for stage, channels in enumerate(STAGES):
        for number in range(BLOCKS):
            stride = 2 if stage and not number else 1
            x = layers.block(f"stages.{stage}.blocks.{number}", x, side, channels, stride)
            side //= stride
    x = layers.pooling("avgpool", VectorFunction.MEAN, x, Window.square(side, side, side), _INT8)
    layers.classifier(x, values["classes"])
    return Trace(
        "resnet18", _description(values), layers.tensors, tuple(layers.operations), sources=SOURCES
    )  # fmt: skip


def _description(values: Mapping[str, Any]) -> str:
    size, residual = values["image_size"], values["residual"]
    inner = "3 x 3 convolutions of signs x signs" if values["weights"] == "binary" else "3 x 3 convolutions of int8"
    return (
        f"ResNet-18 in the form of Bi-Real Net: 16 {inner}, each with a shortcut around it; first, last and 1 x 1 "
        f"shortcut layers int8; sums are scaled, shifted and added to the shortcut on the vector unit, in {residual} "
        f"between layers; one image of {size} x {size}"
    )


RESNET18 = Network(
    "resnet18",
    "ResNet-18 of binary weights and activations (Bi-Real Net), or of int8",
    (
        Parameter("image_size", 224, 32, 4096, "height and width of the image, a multiple of 32"),
        Parameter("classes", 1000, 1, 100_000, "outputs of the classifier"),
        Choice("weights", "binary", ("binary", "int8"), "weights and activations of the 3 x 3 convolutions"),
        Choice("residual", "fp16", ("fp32", "fp16", "int8"), "encoding of the maps that shortcuts carry"),
    ),
    _resnet18,
)
