"""Checkpoints: what is computed again, when, and that nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workloads.training.small_networks import chain
from workloads.errors import ConfigError
from workloads.load import load_network
from workloads.training import Stage, training_memory, training_network


def recomputed(step) -> list[str]:
    return [step.roles[one.name].forward_operator for one in step.operators_of(Stage.RECOMPUTE)]


def test_nothing_is_computed_again_unless_asked():
    assert recomputed(training_network(chain(4))) == []


def test_each_segment_is_computed_again_before_its_backward_pass():
    """Kept: conv1, conv3 and what follows. Again: conv2 before conv3's gradients, conv0 before conv1's."""
    step = training_network(chain(5), checkpoints=("conv1", "conv3"))
    order = [one.name for one in step.network.operators]

    assert recomputed(step) == ["conv2", "conv0"]
    assert order.index("conv4.input_gradient") < order.index("conv2.recomputed")
    assert order.index("conv2.recomputed") < order.index("conv3.weight_gradient")
    assert order.index("conv2.weight_gradient") < order.index("conv0.recomputed")


def test_backward_operators_read_the_copies():
    step = training_network(chain(3), checkpoints=("conv1",))
    by_name = {one.name: one for one in step.network.operators}

    assert by_name["conv1.weight_gradient"].inputs[0] == "conv0.recomputed"
    assert by_name["conv0.recomputed"].inputs == ("x", "conv0.weight", "conv0.bias")
    assert by_name["conv2.weight_gradient"].inputs[0] == "conv1"
    assert not any(name.endswith(".recomputed") for name in by_name["conv1"].inputs)


@settings(max_examples=30)
@given(kept=st.sets(st.integers(0, 6), min_size=1))
def test_everything_before_the_last_checkpoint_that_is_not_kept_runs_again(kept):
    """The last layer's slope needs its own output, and each other layer's output is read by the next one."""
    names = tuple(f"conv{index}" for index in kept)
    step = training_network(chain(7), checkpoints=names)
    again = {f"conv{index}" for index in range(max(kept)) if index not in kept}

    assert sorted(recomputed(step)) == sorted(again)
    whole = training_memory(training_network(chain(7)))
    assert training_memory(step).saved_activation_bytes == whole.saved_activation_bytes - 64 * len(again)
    assert training_memory(step).gradient_bytes == whole.gradient_bytes


def test_checkpoints_lower_the_peak_of_a_deep_network():
    network = load_network("resnet50")
    blocks = tuple(one.outputs[0] for one in network.operators if one.name.endswith(".add"))
    whole = training_memory(training_network(network))
    saving = training_network(network, checkpoints=blocks)

    assert training_memory(saving).saved_activation_bytes < whole.saved_activation_bytes / 1.5
    again = [one.name for one in saving.operators_of(Stage.RECOMPUTE) if not one.name.endswith(".mask.recomputed")]
    assert again == [f"{name}.recomputed" for name in dict.fromkeys(recomputed(saving))]


def test_positions_of_maxima_are_made_again_with_their_pool():
    network = load_network("resnet18")
    step = training_network(network, checkpoints=("layer1.0.add",))
    pooled = [one for one in step.operators_of(Stage.RECOMPUTE) if one.kind == "pool"]

    assert [one.outputs for one in pooled] == [("maxpool.recomputed", "maxpool.positions.recomputed")]


def test_positions_of_maxima_are_kept_with_a_pool_that_is():
    network = load_network("resnet18")
    step = training_network(network, checkpoints=("maxpool", "layer1.0.add"))

    again = [one.name for one in step.operators_of(Stage.RECOMPUTE)]
    assert again == ["layer1.0.conv1.recomputed", "conv1.recomputed", "conv1.mask.recomputed"]


def test_a_checkpoint_that_is_no_tensor():
    with pytest.raises(ConfigError, match=r"checkpoint 'conv9' is no tensor .* network 'chain' makes; nearest: 'conv"):
        training_network(chain(3), checkpoints=("conv9",))
