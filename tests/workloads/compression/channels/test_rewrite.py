"""The network that is left: shapes of every tensor, groups, and parameters that were folded away."""

from __future__ import annotations

from dataclasses import replace

from tests.workloads.compression.structural_execution import separable, upsampled_by_group
from workloads.compression.channels.prune import prune_channels
from workloads.formats import FP32
from workloads.operators import Fusion
from workloads.zoo.builder import ConvSpec, GraphBuilder


def test_every_tensor_is_cut() -> None:
    """Half of a, and with it of the depthwise convolution; a quarter of b, and with it of what it is followed by."""
    network = prune_channels(separable(), {"a": 0.5, "b": 0.25}, None).network
    shapes = {name: tensor.shape for name, tensor in network.tensors.items()}
    assert shapes == {
        "x": (1, 4, 4, 4),
        "a.weight": (3, 4, 3, 3),
        "a.bias": (3,),
        "a": (1, 3, 4, 4),
        "deep.weight": (3, 1, 3, 3),
        "deep.bias": (3,),
        "deep": (1, 3, 4, 4),
        "b.weight": (6, 3, 3, 3),
        "b.bias": (6,),
        "b": (1, 6, 4, 4),
        "twice.weight": (12, 1, 3, 3),
        "twice.bias": (12,),
        "twice": (1, 12, 4, 4),
        "flat": (1, 192),
        "fc.weight": (192, 5),
        "fc.bias": (5,),
        "fc": (1, 5),
    }
    groups = [getattr(op.work, "groups", None) for op in network.operators]
    assert groups == [1, 3, 1, 6, None, None]


def test_groups_of_a_grouped_convolution_stay() -> None:
    network = prune_channels(upsampled_by_group(), {"a": 0.4, "up": 0.5}, None).network
    assert network.tensors["up.w"].shape == (4, 2, 2, 2)  # 2 of 3 inputs and 2 of 4 outputs a group
    assert [getattr(op.work, "groups", None) for op in network.operators][1] == 2
    assert network.tensors["scale"].shape == (4,)


def test_parameters_folded_away_go_with_their_channels() -> None:
    """Two a channel of 6 are left for 3; a table of one value stays."""
    builder = GraphBuilder(name="net", format=FP32)
    spec = ConvSpec(filters=6, kernel=3, padding=1, batch_norm=True)
    x = builder.conv("a", builder.input("x", (1, 4, 4, 4)), spec)
    network = builder.finish((builder.conv("b", x, ConvSpec(filters=3, kernel=1)),))
    folded = (Fusion(name="bn", function="batch_normalisation", num_folded_parameters=12),)
    scalar = (Fusion(name="scale", function="scale", num_folded_parameters=1),)
    first = replace(network.operators[0], fusions=(*folded, *scalar))
    network = replace(network, operators=(first, *network.operators[1:]))
    pruned = prune_channels(network, {"a": 0.5}, None).network
    assert [fusion.num_folded_parameters for fusion in pruned.operators[0].fusions] == [6, 1]


def test_stated_parameters_go_in_proportion() -> None:
    network = separable()
    tensor = replace(network.tensors["a.weight"], num_file_parameters=6)
    network = replace(network, tensors={**network.tensors, "a.weight": tensor})
    assert prune_channels(network, {"a": 0.5}, None).network.tensors["a.weight"].num_file_parameters == 3
