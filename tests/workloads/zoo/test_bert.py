"""BERT: embeddings, pooler and sequence length."""

from __future__ import annotations

from workloads.tensor import TensorRole
from workloads.zoo import build


def test_outputs_are_hidden_states_and_pooled_token() -> None:
    network = build("bert_base", batch=2)
    assert [tensor.shape for tensor in network.with_role(TensorRole.OUTPUT)] == [(2, 128, 768), (2, 768)]


def test_sequence_length_changes_scores_and_not_the_tables() -> None:
    network = build("bert_base", bindings={"seq": 384})
    assert network.tensors["layer.0.attention.scores"].shape == (1, 12, 384, 384)
    assert network.tensors["embeddings.position.weight"].shape == (512, 768)
    assert network.num_parameters == build("bert_base").num_parameters


def test_inputs_are_indices() -> None:
    names = [tensor.name for tensor in build("bert_base").with_role(TensorRole.INPUT)]
    assert names == ["input_ids", "token_type_ids"]
