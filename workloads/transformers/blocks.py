"""What the pyramid transformers are put together from: attention, blocks, the classifier."""

from workloads.operations import Window
from workloads.trace import Tensor
from workloads.transformers.layers import Hash, Layers


def patch_embedding(layers: Layers, name: str, x: Tensor, window: Window, channels: int) -> Tensor:
    """Add a convolution that makes tokens of patches, and its normalization."""
    return layers.layer_norm(f"{name}.norm", layers.convolution(name, x, window, channels))


def attention(layers: Layers, name: str, x: Tensor, heads: int, code: Hash | None) -> Tensor:
    """Add attention with its projections: EcoFormer's if there is a hash, softmax's if not."""
    if code is None:
        mixed = layers.softmax_attention(name, layers.linear(f"{name}.qkv", x, 3 * x.elements), heads)
    else:
        qk = layers.linear(f"{name}.to_qk", x, x.elements)
        mixed = layers.ecoformer_attention(name, qk, layers.linear(f"{name}.to_v", x, x.elements), heads, code)
    return layers.linear(f"{name}.proj", mixed, x.elements)


def mlp(layers: Layers, name: str, x: Tensor, ratio: int, depthwise_side: int | None) -> Tensor:
    """Add two linear layers with a GELU between them, behind a depthwise convolution on a map if there is one."""
    hidden = layers.linear(f"{name}.fc1", x, ratio * x.elements)
    if depthwise_side is not None:
        hidden = layers.depthwise(f"{name}.dwconv", hidden, depthwise_side)
    return layers.linear(f"{name}.fc2", layers.gelu(f"{name}.gelu", hidden), x.elements)


def block(
    layers: Layers, name: str, x: Tensor, heads: int, ratio: int, code: Hash | None, depthwise_side: int | None = None
) -> Tensor:
    """Add one transformer block: attention and MLP, each behind a normalization and beside a residual connection."""
    mixed = attention(layers, f"{name}.attention", layers.layer_norm(f"{name}.norm1", x), heads, code)
    x = layers.add(f"{name}.add1", x, mixed)
    thought = mlp(layers, f"{name}.mlp", layers.layer_norm(f"{name}.norm2", x), ratio, depthwise_side)
    return layers.add(f"{name}.add2", x, thought)


def classifier(layers: Layers, x: Tensor, side: int, classes: int) -> Tensor:
    """Add the mean over the tokens and a linear layer."""
    return layers.linear("head", layers.mean("pool", x, side), classes)
