"""Train the network of the trace mnist-tfc: 784-64-64-64-10, binary weights and activations, on MNIST images.

    python -m workloads.training.mnist_tfc --output FILE     train on 4,000 images and write the trace
    python -m workloads.training.mnist_tfc --validate        train on 3,200 of them and report on the other 800

Runs on one machine write the same bytes. What is read and what is trained is told in docs/mnist-tfc.md.
"""

import sys
from itertools import pairwise

import torch
from torch.nn import functional

from workloads.encodings import encoding
from workloads.operations import MatrixProduct
from workloads.trace import Labels, Tensor, Trace
from workloads.training.binary_network import BinaryNetwork, batch_norm, binarize, bipolar, signs
from workloads.training.digits import CLASSES, Digits
from workloads.training.folding import fold
from workloads.training.script import IMAGES, main

SIZES = (784, 64, 64, 64, 10)

SOURCES = (
    "Topology: FINN's TFC with 1-bit weights and activations, three hidden layers of 64; configuration in Brevitas, "
    "src/brevitas_examples/bnn_pynq/cfg/tfc_1w1a.ini. FINN: Umuroglu et al., FINN: A Framework for Fast, Scalable "
    "Binarized Neural Network Inference, FPGA 2017. The weights are our own.",
    *IMAGES,
)


class Tfc(BinaryNetwork):
    """Fully connected layers."""

    topology = "784-64-64-64-10, binary weights and activations (FINN's TFC, W1A1)"
    last_layer = "fc4"
    shapes = tuple((n, k) for k, n in pairwise(SIZES))
    norm = torch.nn.BatchNorm1d
    epochs = 200
    batch = 100
    learning_rate = 0.05

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        """Return the scaled sums of the last layer."""
        for weight, norm in zip(self.weights, self.norms, strict=False):
            x = binarize(norm(functional.linear(x, binarize(weight))))
        return functional.linear(x, binarize(self.weights[-1])) * self.log_scale.exp()

    def trace(self, digits: Digits, description: str) -> Trace:
        """Return the deployed network on these images."""
        layers = range(1, len(SIZES))
        results = [*(f"hidden{i}" for i in layers[:-1]), "logits"]
        thresholds = {
            f"fc{i}.thresholds": fold(f"fc{i}.thresholds", batch_norm(norm), k)
            for i, norm, k in zip(layers, self.norms, SIZES, strict=False)
        }
        weights = zip(layers, self.weights, strict=True)
        tensors = [bipolar("images", digits.bits), *(bipolar(f"fc{i}.weight", signs(weight)) for i, weight in weights)]
        rows, code = len(digits.classes), encoding("bipolar")
        tensors += [Tensor(name, rows, n, code) for name, n in zip(results[:-1], SIZES[1:], strict=False)]
        tensors.append(Tensor("logits", rows, CLASSES, encoding("int32")))
        operations = tuple(
            fully_connected(i, rows, a, result)
            for i, a, result in zip(layers, ["images", *results], results, strict=False)
        )
        named = {tensor.name: tensor for tensor in tensors}
        labels = Labels("logits", digits.classes)
        return Trace("mnist-tfc", description, named, operations, thresholds, labels, SOURCES)


def fully_connected(layer: int, rows: int, a: str, result: str) -> MatrixProduct:
    """Return one layer's matrix product; the last layer has no thresholds."""
    thresholds = f"fc{layer}.thresholds" if layer < len(SIZES) - 1 else None
    code = encoding("bipolar")
    return MatrixProduct(
        f"fc{layer}", rows, SIZES[layer - 1], SIZES[layer], a, f"fc{layer}.weight", result, code, code, thresholds
    )


if __name__ == "__main__":
    sys.exit(main(Tfc, "mnist_tfc"))
