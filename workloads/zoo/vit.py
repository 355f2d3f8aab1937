"""Vision transformers: Dosovitskiy et al., "An image is worth 16x16 words", ICLR 2021.

The small one is of Touvron et al., "Training data-efficient image transformers", ICML 2021.
"""

from __future__ import annotations

from workloads.operators import Fusion, OperatorKind
from workloads.zoo.builder import ConvSpec, GraphBuilder
from workloads.zoo.options import ZooOptions
from workloads.zoo.transformer import feed_forward, self_attention

_PATCH = 16
_NUM_LAYERS = 12


def vit_small(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append ViT-S/16 (timm's vit_small_patch16_224): width 384, 6 heads."""
    return _vit(builder, options, dim=384, num_heads=6)


def vit_base(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append ViT-B/16: width 768, 12 heads."""
    return _vit(builder, options, dim=768, num_heads=12)


def _vit(builder: GraphBuilder, options: ZooOptions, *, dim: int, num_heads: int) -> tuple[str, ...]:
    x = _embed(builder, options, dim)
    for layer in range(_NUM_LAYERS):
        name = f"blocks.{layer}"
        y = self_attention(builder, f"{name}.attention", builder.layer_norm(f"{name}.norm1", x), num_heads)
        x = builder.elementwise(f"{name}.add1", "add", x, y)
        y = feed_forward(builder, f"{name}.mlp", builder.layer_norm(f"{name}.norm2", x), 4 * dim)
        x = builder.elementwise(f"{name}.add2", "add", x, y)
    x = builder.layer_norm("norm", x)
    x = builder.move("class_token", OperatorKind.SLICE, (x,), (options.batch, 1, dim))
    return (builder.linear("head", builder.view("class_token.flatten", x, (options.batch, dim)), 1000),)


def _embed(builder: GraphBuilder, options: ZooOptions, dim: int) -> str:
    """Append patches to tokens (B, 1 + patches, D): convolution, a free row for the class token, positions.

    Assumes the patch convolution writes its output token by token, so that no transpose follows.
    """
    resolution = options.bindings["resolution"]
    image = builder.input("image", (options.batch, 3, resolution, resolution))
    patches = builder.conv("patch_embedding", image, ConvSpec(filters=dim, kernel=_PATCH, stride=_PATCH))
    num_patches = (resolution // _PATCH) ** 2
    tokens = builder.view("patch_embedding.tokens", patches, (options.batch, num_patches, dim))
    tokens = builder.move("class_token.pad", OperatorKind.PAD, (tokens,), (options.batch, num_patches + 1, dim))
    positions = builder.weight("position_embedding.weight", (1, num_patches + 1, dim))
    # The class token and its position are constants, so the first row of the table holds their sum.
    class_token = Fusion(name="class_token.add", function="add", num_folded_parameters=dim)
    return builder.elementwise("position_embedding", "add", tokens, positions, fusions=(class_token,))
