"""Twins-SVT-S, with softmax attention and with EcoFormer's."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workloads.builtin import Network
from workloads.errors import InputError, problem
from workloads.operations import Window
from workloads.trace import Tensor, Trace
from workloads.transformers.blocks import block, classifier, patch_embedding
from workloads.transformers.layers import Layers
from workloads.transformers.pyramid import IMAGE_CHANNELS, PUBLISHED_HASH, SOURCE, Pyramid, Stage

_SMALL = Pyramid((2, 2, 10, 4), (64, 128, 256, 512), (2, 4, 8, 16), (4, 4, 4, 4))
"""Source: ziplab/EcoFormer, twins/gvt.py, alt_gvt_small_ecoformer."""


def twins_svt(name: str, title: str, pyramid: Pyramid) -> Trace:
    """Return the trace: patches side by side, a depthwise position encoding in each stage, one last normalization.

    Errors: InputError if the patches do not tile the image.
    """
    layers = Layers()
    side = pyramid.image_size
    multiple = 4 * 2 ** (len(pyramid.depths) - 1)
    if side % multiple:
        raise InputError(problem("image_size", f"must be a multiple of {multiple}, so that patches tile it", side))
    x = layers.tensor("image", side * side, IMAGE_CHANNELS)
    for index, stage in enumerate(pyramid.stages()):
        patch = 2 if index else 4
        window = Window.square(side, patch, patch)
        side = window.result[0]
        x = patch_embedding(layers, f"{stage.name}.patch_embed", x, window, stage.channels)
        x = _blocks(layers, stage, x, side)
    classifier(layers, layers.layer_norm("norm", x), side, pyramid.classes)
    sources = (f"{SOURCE}, twins/gvt.py and pvt/performer.py",)
    return Trace(name, f"{title}, {pyramid.description}", layers.tensors, tuple(layers.operations), sources=sources)


def _blocks(layers: Layers, stage: Stage, x: Tensor, side: int) -> Tensor:
    for number in range(stage.blocks):
        x = block(layers, f"{stage.name}.blocks.{number}", x, stage.heads, stage.ratio, stage.code)
        if number == 0:
            encoded = layers.depthwise(f"{stage.name}.position", x, side)
            x = layers.add(f"{stage.name}.position.add", x, encoded)
    return x


def _network(name: str, summary: str, pyramid: Pyramid) -> Network:
    def build(values: Mapping[str, Any]) -> Trace:
        return twins_svt(name, "Twins-SVT-S", Pyramid.of(values))

    return Network(name, summary, pyramid.parameters(), build)


TWINS = (
    _network("twins-svt-s", "Twins-SVT-S with softmax attention over all tokens", _SMALL),
    _network(
        "ecoformer-twins-svt-s",
        "Twins-SVT-S with EcoFormer's binarized linear attention",
        replace(_SMALL, code=PUBLISHED_HASH),
    ),
)
