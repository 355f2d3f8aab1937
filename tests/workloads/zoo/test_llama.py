"""LLaMA: prompt and single token, and what goes to and comes from the cache."""

from __future__ import annotations

import pytest

from workloads.tensor import TensorRole
from workloads.zoo import build


def test_prefill_hands_out_the_cache() -> None:
    """Logits of one token; 32 layers of keys and values of every token: 2 x 32 x 100 x 4096 elements."""
    network = build("llama_7b_prefill", bindings={"context": 100})
    logits, *cache = network.with_role(TensorRole.OUTPUT)[::-1]
    assert logits.shape == (1, 1, 32000)
    assert sum(tensor.num_elements for tensor in cache) == 2 * 32 * 100 * 4096
    assert network.tensors["layers.0.attention.scores"].shape == (1, 32, 100, 100)


@pytest.mark.parametrize("context", [1, 4096])
def test_decode_reads_the_cache_and_hands_out_one_token(context: int) -> None:
    network = build("llama_7b_decode", batch=2, bindings={"context": context})
    caches = [tensor for tensor in network.with_role(TensorRole.INPUT) if tensor.name.endswith("_cache")]
    assert len(caches) == 64
    assert {tensor.shape for tensor in caches} == {(2, 32, context, 128)}
    assert network.tensors["layers.31.attention.scores"].shape == (2, 32, 1, context)
    logits, *new = network.with_role(TensorRole.OUTPUT)[::-1]
    assert logits.shape == (2, 1, 32000)
    assert sum(tensor.num_elements for tensor in new) == 2 * 2 * 32 * 4096


def test_prefill_of_one_token_needs_no_cache() -> None:
    network = build("llama_7b_prefill", bindings={"context": 1})
    assert [tensor.name for tensor in network.with_role(TensorRole.INPUT)] == ["input_ids", "rotary.cos", "rotary.sin"]


def test_only_the_prompt_is_masked() -> None:
    assert sum(fusion.function == "causal_mask" for fusion in build("llama_7b_prefill").fusions) == 32
    assert not any(fusion.function == "causal_mask" for fusion in build("llama_7b_decode").fusions)


def test_context_changes_no_parameter() -> None:
    assert build("llama_7b", bindings={"context": 4096}).num_parameters == build("llama_7b").num_parameters
