"""Pyramid transformers: stages of blocks on maps that shrink while the channels grow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workloads.builtin import Parameter
from workloads.errors import InputError, problem
from workloads.transformers.layers import Hash

IMAGE_CHANNELS = 3
PUBLISHED_HASH = Hash(nbits=16, anchors=25)
SOURCE = "EcoFormer, NeurIPS 2022, arXiv 2209.09004; https://github.com/ziplab/EcoFormer, commit a277f9e"


@dataclass(frozen=True)
class Stage:
    """One stage: blocks, channels, heads, MLP ratio, and the hash of its attention if it has one."""

    name: str
    blocks: int
    channels: int
    heads: int
    ratio: int
    code: Hash | None


@dataclass(frozen=True)
class Pyramid:
    """The shape of a network, stage by stage."""

    depths: tuple[int, ...]
    dims: tuple[int, ...]
    heads: tuple[int, ...]
    mlp_ratios: tuple[int, ...]
    image_size: int = 224
    classes: int = 1000
    code: Hash | None = None

    @staticmethod
    def of(values: Mapping[str, Any]) -> "Pyramid":
        """Return the pyramid of these parameters.

        Errors: InputError if they do not fit together.
        """
        depths, dims, heads, ratios = (tuple(values[name]) for name in ("depths", "dims", "heads", "mlp_ratios"))
        for name, given in (("dims", dims), ("heads", heads), ("mlp_ratios", ratios)):
            if len(given) != len(depths):
                raise InputError(problem(name, f"must have {len(depths)} entries, as depths has", len(given)))
        for index, (channels, count) in enumerate(zip(dims, heads, strict=True)):
            if channels % count:
                raise InputError(problem(f"dims.{index}", f"must be a multiple of its {count} heads", channels))
        code = Hash(values["nbits"], values["anchors"]) if "nbits" in values else None
        return Pyramid(depths, dims, heads, ratios, values["image_size"], values["classes"], code)

    def parameters(self) -> tuple[Parameter, ...]:
        """Return the parameters with this pyramid as their defaults."""
        of_hash = () if self.code is None else (
            Parameter("nbits", self.code.nbits, 1, 1024, "bits of a code"),
            Parameter("anchors", self.code.anchors, 1, 1024, "anchors that the hash compares a token with"),
        )  # fmt: skip
        return (
            Parameter("image_size", self.image_size, 4, 4096, "height and width of the image"),
            Parameter("depths", self.depths, 1, 100, "blocks of each stage"),
            Parameter("dims", self.dims, 1, 8192, "channels of each stage"),
            Parameter("heads", self.heads, 1, 128, "attention heads of each stage"),
            Parameter("mlp_ratios", self.mlp_ratios, 1, 64, "hidden channels of the MLP over channels, each stage"),
            Parameter("classes", self.classes, 1, 100_000, "outputs of the classifier"),
            *of_hash,
        )

    def stages(self) -> Iterator[Stage]:
        """Yield the stages; the last one's attention is softmax attention in every network."""
        last = len(self.depths) - 1
        shapes = zip(self.depths, self.dims, self.heads, self.mlp_ratios, strict=True)
        for index, (blocks, channels, heads, ratio) in enumerate(shapes):
            yield Stage(f"stages.{index}", blocks, channels, heads, ratio, None if index == last else self.code)

    @property
    def description(self) -> str:
        """Return the attention, the image and the encoding in one phrase."""
        kinds = "softmax attention over all tokens"
        if self.code is not None:
            kinds = (
                f"EcoFormer's attention ({self.code.nbits} bits, {self.code.anchors} anchors), "
                "the last stage with softmax attention"
            )
        return f"{kinds}; one image of {self.image_size} x {self.image_size}, fp32"
