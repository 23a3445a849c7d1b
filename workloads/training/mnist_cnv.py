"""Train the network of the trace mnist-cnv: two convolutions, each pooled, and two dense layers, all of bits, on MNIST.

    python -m workloads.training.mnist_cnv --output FILE     train on 4,000 images and write the trace
    python -m workloads.training.mnist_cnv --validate        train on 3,200 of them and report on the other 800

Runs on one machine write the same bytes. What is trained is told in docs/mnist-cnv.md, the images in docs/mnist-tfc.md.
"""

import sys

import numpy as np
import torch
from torch.nn import functional

from workloads.encodings import encoding
from workloads.operations import Convolution, Feed, MatrixProduct, Operation, Pooling, VectorFunction, Window
from workloads.packing import encode
from workloads.reference import convolution
from workloads.trace import Labels, Tensor, Thresholds, Trace
from workloads.training.binary_network import BinaryNetwork, batch_norm, binarize, bipolar, signs
from workloads.training.digits import CLASSES, SIDE, Bits, Digits
from workloads.training.folding import BatchNorm, fold
from workloads.training.script import IMAGES, main

CHANNELS = 64
KERNEL = 3
POOL = 2
"""Side and stride of a pooling."""
BIPOLAR = encoding("bipolar")

WINDOWS = (
    ("conv1", Window.square(SIDE, KERNEL, 1, KERNEL // 2)),
    ("pool1", Window.square(SIDE, POOL, POOL)),
    ("conv2", Window.square(SIDE // POOL, KERNEL, 1, KERNEL // 2)),
    ("pool2", Window.square(SIDE // POOL, POOL, POOL)),
    ("fc1", Window.square(SIDE // POOL**2, SIDE // POOL**2, 1)),
)
"""The layers under a window. The first dense layer is one, as wide as its map."""

SOURCES = (
    "Topology: our own, the smallest with all that FINN's CNV has: 3x3 convolutions, 2x2 poolings, dense layers, with "
    "1-bit weights and activations. FINN: Umuroglu et al., FINN: A Framework for Fast, Scalable Binarized Neural "
    "Network Inference, FPGA 2017. Unlike CNV it pads its convolutions, with zeros. The weights are our own.",
    *IMAGES,
)


class Cnv(BinaryNetwork):
    """Convolutions with a border of zeros, poolings and dense layers."""

    topology = (
        "28x28-[conv 3x3, 64]-[pool 2x2]-[conv 3x3, 64]-[pool 2x2]-64-10, binary weights and activations (W1A1), "
        "convolutions padded with zeros"
    )
    last_layer = "fc2"
    shapes = (
        (CHANNELS, 1, KERNEL, KERNEL),
        (CHANNELS, CHANNELS, KERNEL, KERNEL),
        (CHANNELS, CHANNELS, *WINDOWS[-1][1].kernel),
        (CLASSES, CHANNELS, 1, 1),
    )
    norm = torch.nn.BatchNorm2d
    epochs = 20
    batch = 100
    learning_rate = 0.01

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        """Return the scaled sums of the last layer."""
        x = x.view(-1, 1, SIDE, SIDE)
        for weight, norm in zip(self.weights[:2], self.norms[:2], strict=True):
            # The sign of the maximum is the maximum of the signs, and its gradient goes to the largest value.
            sums = functional.conv2d(x, binarize(weight), padding=KERNEL // 2)
            x = binarize(functional.max_pool2d(norm(sums), POOL))
        x = binarize(self.norms[2](functional.conv2d(x, binarize(self.weights[2]))))
        return functional.conv2d(x, binarize(self.weights[3])).flatten(1) * self.log_scale.exp()

    def trace(self, digits: Digits, description: str) -> Trace:
        """Return the deployed network on these images: a job an image, but for the last layer."""
        images = len(digits.classes)
        names = [name for name, _ in WINDOWS]
        kernels = zip((name for name in names if not name.startswith("pool")), self.weights, strict=False)
        weights = [bipolar(f"{name}.weight", tap_by_tap(weight)) for name, weight in kernels]
        weights.append(bipolar("fc2.weight", signs(self.weights[-1]).reshape(CLASSES, CHANNELS)))
        # A row for each pixel.
        tensors = [bipolar("images", digits.bits.reshape(-1, 1)), *weights]
        tensors += [Tensor(f"{name}.bits", images * window.positions, CHANNELS, BIPOLAR) for name, window in WINDOWS]
        tensors.append(Tensor("logits", images, CLASSES, encoding("int32")))
        inputs = ["images", *(f"{name}.bits" for name in names)]
        operations = [layer(name, window, a, images) for (name, window), a in zip(WINDOWS, inputs, strict=False)]
        operations.append(
            MatrixProduct("fc2", images, CHANNELS, CLASSES, inputs[-1], "fc2.weight", "logits", BIPOLAR, BIPOLAR)
        )
        convolutions = (operation for operation in operations if isinstance(operation, Convolution))
        folded = [folded_thresholds(o, batch_norm(norm)) for o, norm in zip(convolutions, self.norms, strict=True)]
        named = {tensor.name: tensor for tensor in tensors}
        thresholds, labels = {one.name: one for one in folded}, Labels("logits", digits.classes)
        return Trace("mnist-cnv", description, named, tuple(operations), thresholds, labels, SOURCES)


def tap_by_tap(weight: torch.Tensor) -> Bits:
    """Return the signs of kernels as a trace has them: tap by tap, the channels of each one behind the other.

    Shapes: [filters, channels, height, width] -> [filters, taps x channels].
    """
    return signs(weight.permute(0, 2, 3, 1)).reshape(len(weight), -1)


def layer(name: str, window: Window, a: str, images: int) -> Operation:
    """Return a pooling, or a convolution of the channels that its map has."""
    channels = 1 if a == "images" else CHANNELS
    if name.startswith("pool"):
        return Pooling(name, VectorFunction.MAXIMUM, a, f"{name}.bits", window, channels, BIPOLAR, count=images)
    return Convolution(
        name, a, f"{name}.weight", f"{name}.bits", window, channels, CHANNELS, BIPOLAR, BIPOLAR,
        feed=Feed.DIRECT, thresholds=f"{name}.thresholds", count=images,
    )  # fmt: skip


def folded_thresholds(operation: Convolution, norm: BatchNorm) -> Thresholds:
    """Fold a batch normalization behind sums of as many products as each place has taps on the map."""
    window, unipolar = operation.window, encoding("unipolar")
    shapes = (window.pixels, 1), (1, window.taps)
    ones, kernel = (encode(np.ones(shape, dtype=np.int64), unipolar) for shape in shapes)
    assert operation.thresholds is not None
    taps = convolution(ones, kernel, window, 1, unipolar, unipolar)
    return fold(operation.thresholds, norm, *(np.unique(taps) * operation.channels).tolist())


if __name__ == "__main__":
    sys.exit(main(Cnv, "mnist_cnv"))
