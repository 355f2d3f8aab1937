"""What a user is told of channels that stay: one note a reason."""

from __future__ import annotations

from tests.workloads.compression.structural_execution import chain, separable, shuffled
from workloads.compression.channels.prune import prune_channels
from workloads.formats import FP32
from workloads.zoo.builder import ConvSpec, GraphBuilder


def test_nothing_to_say_when_all_went_as_asked() -> None:
    assert prune_channels(chain(), {"a": 0.5, "b": 0.25}, None).notes == ()


def test_heads_keep_their_classes() -> None:
    assert prune_channels(chain(), {"fc": 0.5}, None).notes == (
        "channel pruning: all channels of fc stay, as tensor 'fc' is an output of the network",
    )


def test_groups_that_have_to_stay_equal() -> None:
    """The parts of 3 lose 1 each, in both of a's groups: 4 of 12 rather than 6."""
    assert prune_channels(shuffled(), {"a": 0.5}, None).notes == (
        "channel pruning: a loses 4 of 12 channels, not 6, as the groups of operator 'a' (conv) have to stay equal",
    )


def test_too_few_channels_for_the_fraction() -> None:
    assert prune_channels(chain(), {"a": 0.1}, None).notes == (
        "channel pruning: all channels of a stay, as 6 channels in 6 lots that go together do not divide so, "
        "and none may be left empty",
    )


def test_filters_of_a_channel_go_together() -> None:
    """``twice`` has 2 filters a channel of ``b``: 16 in 8 lots; a fraction of 0.2 is 1 lot, 2 channels, not 3."""
    assert prune_channels(separable(), {"b": 0.9, "twice": 0.2}, None).notes == (
        "channel pruning: b loses 1 of 8 channels, not 7, as 'twice', which has to lose the same ones, "
        "is asked for 0.2",
        "channel pruning: twice loses 2 of 16 channels, not 3, as 16 channels in 8 lots that go together do not "
        "divide so, and none may be left empty",
    )


def test_depthwise_convolution_of_the_input() -> None:
    builder = GraphBuilder(name="net", format=FP32)
    x = builder.conv("deep", builder.input("x", (1, 4, 4, 4)), ConvSpec(filters=4, kernel=3, padding=1, groups=4))
    network = builder.finish((builder.conv("point", x, ConvSpec(filters=3, kernel=1)),))
    assert prune_channels(network, {"deep": 0.5}, None).notes == (
        "channel pruning: all channels of deep stay, as they are those of tensor 'x', which stay, "
        "or its weights are not cut",
    )
