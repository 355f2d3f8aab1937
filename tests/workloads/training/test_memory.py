"""Memory by hand, and against a slow account of what is alive."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workloads.training.small_networks import chain, tiny
from workloads.formats import FP16, FP32
from workloads.load import load_network
from workloads.operators import View
from workloads.tensor import TensorRole
from workloads.training import (
    ChannelShare,
    TrainingFormats,
    TrainingNetwork,
    UpdateScheme,
    training_memory,
    training_network,
)
from workloads.training.memory import live_transient_bytes
from workloads.views import storage_of


def alive(step: TrainingNetwork) -> list[int]:
    """Bytes alive at each operator: of each tensor that was met by then and will be met again."""
    storage = storage_of(step.network)
    steady = {tensor.name for tensor in step.network.with_role(TensorRole.WEIGHT)} | set(step.replaced)
    met = [
        set() if isinstance(one.work, View) else {storage[name] for name in (*one.inputs, *one.outputs)} - steady
        for one in step.network.operators
    ]
    return [
        sum(step.network.tensors[name].size_bytes for name in set().union(*met[: now + 1]) & set().union(*met[now:]))
        for now in range(len(met))
    ]


def test_two_layers_by_hand():
    """Weights 6 + 240 bytes, biases 4 x (3 + 5). x (32) and conv (48) are saved; logits are read by the loss alone.

    Of one image the gradient of fc's bias is the gradient of its output, int8: 5 bytes; of conv's it is int32.
    """
    found = training_memory(training_network(tiny(), optimiser="adam"))

    assert found.parameter_bytes == 246 + 32
    assert found.gradient_bytes == 246 + 12 + 5
    assert found.optimiser_bytes == 2 * (246 + 32)
    assert found.saved_activation_bytes == 32 + 48


def test_the_peak_is_where_the_first_layer_has_its_gradient():
    """While conv's weight gradient is made: x 32, conv's gradient 48, gradients 6 + 240 + 5 = 331 bytes.

    One operator before, the slope of ReLU: x 32, conv 48, its two gradients 2 x 48, gradients 245: 421 bytes.
    """
    found = training_memory(training_network(tiny()))

    assert found.peak_transient_bytes == 32 + 48 + 96 + 245
    assert found.peak_bytes == 421 + 278


@pytest.mark.parametrize("optimiser", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize("immediately", [False, True])
@pytest.mark.parametrize("checkpoints", [(), ("conv",)])
def test_what_is_alive_is_what_was_met_and_will_be(optimiser, immediately, checkpoints):
    scheme = UpdateScheme(immediately=immediately)
    step = training_network(tiny(batch=3), optimiser=optimiser, update=scheme, checkpoints=checkpoints)

    assert live_transient_bytes(step) == alive(step)


def test_updates_at_once_keep_no_gradient_waiting():
    network = load_network("resnet9")
    at_end = training_memory(training_network(network))
    at_once = training_memory(training_network(network, update=UpdateScheme(immediately=True)))

    assert at_once.gradient_bytes == at_end.gradient_bytes
    assert at_once.peak_transient_bytes < at_end.peak_transient_bytes / 2


@given(optimisers=st.tuples(*[st.sampled_from(["sgd", "momentum", "adam"])] * 2), batch=st.integers(1, 4))
def test_states_are_one_copy_each_and_activations_grow_with_the_batch(optimisers, batch):
    copies = {"sgd": 0, "momentum": 1, "adam": 2}
    for name in optimisers:
        found = training_memory(training_network(tiny(batch), optimiser=name))
        assert found.optimiser_bytes == copies[name] * found.parameter_bytes
        assert found.saved_activation_bytes == batch * 80


def test_less_trained_takes_no_more_of_anything():
    network = load_network("mobilenet_v2")
    schemes = [
        UpdateScheme(),
        UpdateScheme(channel_shares=(ChannelShare(layers="features.1?.*", fraction=0.25),)),
        UpdateScheme(weights=("features.17*", "classifier"), biases=("features.1?.*",)),
        UpdateScheme(weights=(), biases=("features.17*",)),
    ]
    found = [training_memory(training_network(network, optimiser="adam", update=scheme)) for scheme in schemes]
    gradients = [one.gradient_bytes for one in found]
    saved = [one.saved_activation_bytes for one in found]

    assert gradients == sorted(gradients, reverse=True)
    assert len(set(gradients)) == len(gradients)
    assert saved == sorted(saved, reverse=True)
    assert saved[0] == saved[1] > saved[2] > saved[3]  # channels of the output save no input
    assert {one.parameter_bytes for one in found} == {found[0].parameter_bytes}


def test_half_precision_work_and_single_precision_update():
    """278 - 24 parameters of 2 bytes; master copies and momentum of 4; gradients of 2."""
    formats = TrainingFormats(work=FP16, update=FP32)
    found = training_memory(training_network(tiny(), optimiser="momentum", formats=formats))

    assert found.parameter_bytes == 254 * 2
    assert found.gradient_bytes == 254 * 2
    assert found.optimiser_bytes == 254 * 4 * 2
    assert found.saved_activation_bytes == 80 * 2


def test_a_checkpoint_of_a_chain_saves_what_lies_before_it():
    """64 bytes each: x and five outputs feed the next layer, and ReLU reads its own: 7. Kept: x, conv2 to conv5."""
    whole = training_memory(training_network(chain(6)))
    saving = training_memory(training_network(chain(6), checkpoints=("conv2",)))

    assert whole.saved_activation_bytes == 7 * 64
    assert saving.saved_activation_bytes == 5 * 64
