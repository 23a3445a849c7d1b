"""What the networks in training have in common: binary weights and activations, and how they are trained."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import torch
from torch.nn import functional

from workloads.encodings import encoding
from workloads.packing import pack_bits
from workloads.trace import Tensor, Trace
from workloads.training.digits import PIXEL_THRESHOLD, SIDE, Bits, Digits
from workloads.training.folding import BatchNorm

TRAINING_SEED = 1
LABEL_SMOOTHING = 0.1
MAX_SHIFT_PIXELS = 1.5
MAX_ROTATION_DEGREES = 8.0
MAX_SCALING = 0.08


class BinaryNetwork(ABC):
    """The network in training: latent weights, batch normalizations and the scale of the logits.

    ``topology`` says in words what it is; ``last_layer`` is the name of the layer that makes the logits. ``shapes`` are
    those of the weights, outputs first, then what each of them sums. Every layer but the last has batch normalizations,
    of the kind ``norm``. The last one's sums are only multiplied by one positive number, for the softmax: the largest
    sum stays the largest, and the deployed network leaves the number out.
    """

    topology: ClassVar[str]
    last_layer: ClassVar[str]
    shapes: ClassVar[Sequence[tuple[int, ...]]]
    norm: ClassVar[type[torch.nn.Module]]
    epochs: ClassVar[int]
    batch: ClassVar[int]
    learning_rate: ClassVar[float]

    def __init__(self, generator: torch.Generator) -> None:
        """Draw the latent weights."""
        self.weights = [
            torch.empty(shape).uniform_(-0.5, 0.5, generator=generator).requires_grad_() for shape in self.shapes
        ]
        self.norms = [self.norm(shape[0]) for shape in self.shapes[:-1]]
        self.log_scale = torch.tensor(-math.log(math.sqrt(math.prod(self.shapes[-1][1:]))), requires_grad=True)

    @property
    def parameters(self) -> list[torch.Tensor]:
        """Return what is trained."""
        return [*self.weights, *(p for norm in self.norms for p in norm.parameters()), self.log_scale]

    @abstractmethod
    def logits(self, x: torch.Tensor) -> torch.Tensor:
        """Return the scaled sums of the last layer.

        Shapes: [images, 784] of +-1 -> [images, 10].
        """

    @abstractmethod
    def trace(self, digits: Digits, description: str) -> Trace:
        """Return the deployed network on these images: packed signs of the weights, folded thresholds."""

    def clip(self) -> None:
        """Keep the latent weights where their sign can still change."""
        with torch.no_grad():
            for weight in self.weights:
                weight.clamp_(-1, 1)


def binarize(x: torch.Tensor) -> torch.Tensor:
    """Return the signs, exactly +-1 with sign(0) = +1; the gradient is that of clamp(x, -1, 1)."""
    clamped = x.clamp(-1, 1)
    return torch.where(x >= 0, 1.0, -1.0) + (clamped - clamped.detach())


def train(kind: type[BinaryNetwork], digits: Digits) -> BinaryNetwork:
    """Train with a straight-through estimator, Adam and a learning rate that falls to 0 along a cosine."""
    generator = torch.Generator().manual_seed(TRAINING_SEED)
    network = kind(generator)
    images, classes = torch.from_numpy(digits.pixels), torch.from_numpy(digits.classes)
    optimizer = torch.optim.Adam(network.parameters, lr=network.learning_rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, network.epochs * (len(images) // network.batch))
    for _ in range(network.epochs):
        moved = torch.where(move(images, generator) >= PIXEL_THRESHOLD, 1.0, -1.0)
        for rows in torch.randperm(len(images), generator=generator).view(-1, network.batch):
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


def batch_norm(norm: torch.nn.Module) -> BatchNorm:
    """Return a trained batch normalization in float64."""
    state = {name: np.asarray(part.numpy(), dtype=np.float64) for name, part in norm.state_dict().items()}
    return BatchNorm(state["weight"], state["bias"], state["running_mean"], state["running_var"], norm.eps)


def signs(weight: torch.Tensor) -> Bits:
    """Return the sign bits of latent weights."""
    return np.asarray(weight.detach().numpy() >= 0)


def bipolar(name: str, bits: Bits) -> Tensor:
    """Pack bits as a bipolar tensor."""
    return Tensor(name, bits.shape[0], bits.shape[1], encoding("bipolar"), pack_bits(bits)[:, None, :])
