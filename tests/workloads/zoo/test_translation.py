"""The Transformer: parameters and multiply-accumulates of encoder and decoder by hand."""

from __future__ import annotations

from tests.workloads.zoo.counts import num_macs
from workloads.tensor import TensorRole
from workloads.zoo import build

DIM, HIDDEN, VOCABULARY = 512, 2048, 37000


def test_parameters_by_hand() -> None:
    """Attention: four biased projections. Feed-forward: two. A normalisation a block. One table for all three uses.

    The paper's table 3 has 65 M, 3 % more: what its "about 37000" stands for, and what else it counts, it does not say.
    """
    attention = 4 * (DIM * DIM + DIM)
    feed_forward = 2 * DIM * HIDDEN + HIDDEN + DIM
    encoder = attention + feed_forward + 2 * 2 * DIM
    decoder = 2 * attention + feed_forward + 3 * 2 * DIM
    network = build("transformer_base")
    assert network.num_parameters == VOCABULARY * DIM + 6 * (encoder + decoder)
    assert round(network.num_parameters / 65e6, 2) == 0.97


def test_macs_by_hand() -> None:
    """S tokens: 4 S D^2 + 2 S^2 D an attention, 2 S D H a feed-forward block, S D V for the logits."""
    for length in (128, 40):
        attention = 4 * length * DIM**2 + 2 * length**2 * DIM
        feed_forward = 2 * length * DIM * HIDDEN
        expected = 6 * (3 * attention + 2 * feed_forward) + length * DIM * VOCABULARY
        assert num_macs(build("transformer_base", bindings={"seq": length})) == expected


def test_only_the_target_is_masked() -> None:
    masked = [fusion.name for fusion in build("transformer_base").fusions if fusion.function == "causal_mask"]
    assert masked == [f"decoder.{layer}.mask" for layer in range(6)]


def test_decoder_reads_the_encoder() -> None:
    operators = {operator.name: operator for operator in build("transformer_base").operators}
    assert operators["decoder.5.cross_attention.key"].inputs[0] == "encoder.5.2.norm"
    assert operators["decoder.5.cross_attention.query"].inputs[0] == "decoder.5.1.norm"


def test_inputs_and_output() -> None:
    network = build("transformer_base", batch=2)
    assert [tensor.name for tensor in network.with_role(TensorRole.INPUT)] == ["source_ids", "target_ids", "positions"]
    assert [tensor.shape for tensor in network.with_role(TensorRole.OUTPUT)] == [(2, 128, 37000)]
