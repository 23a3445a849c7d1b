"""PVTv2-B0 to B4, with softmax attention and with EcoFormer's."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workloads.builtin import Network
from workloads.operations import Window
from workloads.trace import Trace
from workloads.transformers.blocks import block, classifier, patch_embedding
from workloads.transformers.layers import Layers
from workloads.transformers.pyramid import IMAGE_CHANNELS, PUBLISHED_HASH, SOURCE, Pyramid

_WIDE = Pyramid((2, 2, 2, 2), (64, 128, 320, 512), (1, 2, 5, 8), (8, 8, 4, 4))
_SIZES = {
    "b0": replace(_WIDE, dims=(32, 64, 160, 256)),
    "b1": _WIDE,
    "b2": replace(_WIDE, depths=(3, 4, 6, 3)),
    "b3": replace(_WIDE, depths=(3, 4, 18, 3)),
    "b4": replace(_WIDE, depths=(3, 8, 27, 3)),
}
"""Source: ziplab/EcoFormer, pvt/pvt_v2.py."""


def pvtv2(name: str, title: str, pyramid: Pyramid) -> Trace:
    """Return the trace: overlapping patches, a depthwise convolution in each MLP, a normalization after each stage."""
    layers = Layers()
    side = pyramid.image_size
    x = layers.tensor("image", side * side, IMAGE_CHANNELS)
    for index, stage in enumerate(pyramid.stages()):
        window = Window.square(side, 3, 2, 1) if index else Window.square(side, 7, 4, 3)
        side = window.result[0]
        x = patch_embedding(layers, f"{stage.name}.patch_embed", x, window, stage.channels)
        for number in range(stage.blocks):
            x = block(layers, f"{stage.name}.blocks.{number}", x, stage.heads, stage.ratio, stage.code, side)
        x = layers.layer_norm(f"{stage.name}.norm", x)
    classifier(layers, x, side, pyramid.classes)
    sources = (f"{SOURCE}, pvt/pvt_v2.py and pvt/performer.py",)
    return Trace(name, f"{title}, {pyramid.description}", layers.tensors, tuple(layers.operations), sources=sources)


def _network(size: str, pyramid: Pyramid) -> Network:
    name, title = f"pvtv2-{size}", f"PVTv2-{size.upper()}"
    summary = f"{title} with softmax attention over all tokens"
    if pyramid.code is not None:
        name, summary = f"ecoformer-{name}", f"{title} with EcoFormer's binarized linear attention"

    def build(values: Mapping[str, Any]) -> Trace:
        return pvtv2(name, title, Pyramid.of(values))

    return Network(name, summary, pyramid.parameters(), build)


PVTV2 = tuple(
    _network(size, replace(pyramid, code=code)) for code in (None, PUBLISHED_HASH) for size, pyramid in _SIZES.items()
)
