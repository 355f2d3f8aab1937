"""Vision transformers: tokens, class token and position table."""

from __future__ import annotations

import pytest

from workloads.zoo import build


@pytest.mark.parametrize(("name", "dim", "num_heads"), [("vit_small", 384, 6), ("vit_base", 768, 12)])
def test_shapes(name: str, dim: int, num_heads: int) -> None:
    network = build(name)
    assert network.tensors["position_embedding"].shape == (1, 197, dim)
    assert network.tensors["blocks.11.attention.scores"].shape == (1, num_heads, 197, 197)
    assert network.tensors["class_token"].shape == (1, 1, dim)


def test_the_class_token_counts_though_it_is_no_tensor() -> None:
    network = build("vit_small")
    assert "class_token.weight" not in network.tensors
    folded = {fusion.name: fusion.num_folded_parameters for fusion in network.fusions}
    assert folded["class_token.add"] == 384


def test_other_resolutions_have_their_own_position_table() -> None:
    """384 / 16 = 24 patches a side: 577 tokens, 380 more than at 224."""
    network = build("vit_base", bindings={"resolution": 384})
    assert network.tensors["position_embedding.weight"].shape == (1, 577, 768)
    assert network.num_parameters == 86_567_656 + 380 * 768
