"""Channel pruning: the same numbers as with zeros in place of what is gone, valid networks, every error."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workloads.compression.small_networks import Values
from tests.workloads.compression.structural_execution import (
    STRUCTURES,
    Array,
    chain,
    dense,
    divided,
    excited,
    execute,
    feed_forward,
    num_macs,
    random_weights,
    residual,
    separable,
    shuffled,
    upsampled_by_group,
)
from workloads.compression.channels.prune import prune_channels
from workloads.compression.channels.weights import PrunedWeights
from workloads.compression.structural import StructuralChange
from workloads.errors import NetworkError
from workloads.formats import FP32
from workloads.load import load_network
from workloads.network import Network
from workloads.operators import Convolution, Operator, Recurrent
from workloads.tensor import Tensor, TensorRole
from workloads.weight_layout import weight_operands
from workloads.zoo import zoo_names

LIGHT = ("resnet50", "densenet121", "shufflenet", "squeezenet", "inception_v1", "vgg19")


def _everything(network: Network, fraction: float) -> dict[str, float]:
    return {op.name: fraction for op in network.operators if weight_operands(op, network.tensors)}


def _channels(network: Network) -> dict[str, int]:
    """Output channels of every operator with weights."""
    made = ((op.name, network.tensors[op.outputs[0]].shape) for op in network.operators)
    weighted = _everything(network, 0.0)
    return {name: shape[-1] if len(shape) == 3 else shape[1] for name, shape in made if name in weighted}


def _zeroed(weights: dict[str, Array], change: StructuralChange) -> dict[str, Array]:
    """The weights in their old shapes, with zeros where they were cut."""
    assert isinstance(change.weights, PrunedWeights)
    zeroed = dict(weights)
    for name, cut in change.weights.cuts.items():
        kept = cut.apply(np.arange(weights[name].size).reshape(weights[name].shape))
        left = np.zeros(weights[name].size)
        left[kept.reshape(-1)] = weights[name].reshape(-1)[kept.reshape(-1)]
        zeroed[name] = left.reshape(weights[name].shape)
    return zeroed


@pytest.mark.parametrize("build", STRUCTURES)
@settings(max_examples=12, deadline=None)
@given(fraction=st.floats(0, 0.95), seed=st.integers(0, 2**16))
def test_same_numbers_as_with_zeros_in_place(build: Callable[[], Network], fraction: float, seed: int) -> None:
    network = build()
    weights = random_weights(network, seed)
    change = prune_channels(network, _everything(network, fraction), Values(weights))
    assert change.weights is not None
    pruned = execute(change.network, change.weights)
    for found, expected in zip(pruned, execute(network, Values(_zeroed(weights, change))), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (chain, {"a": 3, "b": 4, "fc": 5}),
        (residual, {"a": 3, "b": 4, "c": 3, "d": 2, "fc": 5}),
        (dense, {"a": 3, "b": 5, "c": 8, "d": 2, "fc": 5}),
        (separable, {"a": 3, "deep": 3, "b": 4, "twice": 8, "fc": 5}),
        # two groups of 6 outputs, of which a shuffle hands channels 0 to 2 of both to the next one's first group: the
        # parts {0, 1, 2} and {3, 4, 5} lose 1 each, and so every group of ``a`` loses 2
        (shuffled, {"first": 4, "a": 8, "b": 4, "fc": 5}),
        (excited, {"a": 4, "squeeze": 2, "excite": 4, "fc": 5}),
        (divided, {"a": 5, "left.conv": 3, "right.conv": 3}),
        (upsampled_by_group, {"a": 4, "up": 4, "fc": 5}),  # 1 of 3 in each group
        (feed_forward, {"up": 6, "down": 6}),
    ],
)
def test_half_of_the_channels(build: Callable[[], Network], expected: dict[str, int]) -> None:
    network = build()
    assert _channels(prune_channels(network, _everything(network, 0.5), None).network) == expected


@pytest.mark.parametrize("build", STRUCTURES)
@given(fraction=st.floats(0, 0.99))
@settings(max_examples=20, deadline=None)
def test_macs_fall_and_the_interface_stays(build: Callable[[], Network], fraction: float) -> None:
    network = build()
    pruned = prune_channels(network, _everything(network, fraction), None).network
    assert num_macs(pruned) <= num_macs(network)
    assert pruned.with_role(TensorRole.INPUT, TensorRole.OUTPUT) == network.with_role(
        TensorRole.INPUT, TensorRole.OUTPUT
    )
    for name, count in _channels(network).items():
        assert _channels(pruned)[name] >= max(1, np.floor(count * (1 - fraction) - 1e-6))


@pytest.mark.parametrize("build", STRUCTURES)
def test_nothing_asked_changes_nothing(build: Callable[[], Network]) -> None:
    network = build()
    for asked in ({}, _everything(network, 0.0)):
        change = prune_channels(network, asked, None)
        assert (change.network, change.weights, change.notes) == (network, None, ())


def test_channels_that_nobody_reads_go_first() -> None:
    """Channels 1 and 4 of ``a`` are small, and their outgoing weights are zero: nothing changes without them."""
    network = chain()
    weights = random_weights(network, 3)
    weights["a.weight"][[1, 4]] *= 1e-3
    weights["b.weight"][:, [1, 4]] = 0
    change = prune_channels(network, {"a": 0.4}, Values(weights))
    assert change.weights is not None
    np.testing.assert_array_equal(change.weights.load("a.weight"), weights["a.weight"][[0, 2, 3, 5]])
    (found,), (expected,) = execute(change.network, change.weights), execute(network, Values(weights))
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_norms_of_all_members_are_summed() -> None:
    """Channel 2 is the least of ``a`` and channel 5 of ``c``, but 0 is the least of both together."""
    network = residual()
    weights = random_weights(network, 1)
    for name, norms in (("a", [2, 9, 0, 9, 9, 8]), ("c", [2, 9, 8, 9, 9, 0])):
        shape = weights[f"{name}.weight"].shape
        weights[f"{name}.weight"] = np.broadcast_to(np.reshape(norms, (6, 1, 1, 1)) / np.prod(shape[1:]), shape)
    change = prune_channels(network, {"a": 0.2, "c": 0.2}, Values(weights))
    assert change.weights is not None
    np.testing.assert_array_equal(change.weights.load("a.bias"), weights["a.bias"][1:])
    np.testing.assert_array_equal(change.weights.load("shift.table"), weights["shift.table"][1:])


def test_without_values_the_first_channels_stay() -> None:
    network = chain()
    weights = Values({"fc.weight": random_weights(network, 0)["fc.weight"]})  # no values of the convolutions
    change = prune_channels(network, {"b": 0.5}, weights)
    assert change.weights is not None
    np.testing.assert_array_equal(change.weights.load("fc.weight"), weights.arrays["fc.weight"][:16])
    assert change.weights.load("b.weight") is None


def test_weights_are_loaded_when_asked_for() -> None:
    network = chain()
    values = Values(random_weights(network, 0))
    prune_channels(network, {"a": 0.5}, values)
    assert values.loaded == ["a.weight"]


def test_the_least_fraction_wins() -> None:
    change = prune_channels(residual(), {"a": 0.5, "c": 0.34}, None)
    assert _channels(change.network) == {"a": 4, "b": 8, "c": 4, "d": 4, "fc": 5}
    assert change.notes == (
        "channel pruning: a loses 2 of 6 channels, not 3, as 'c', which has to lose the same ones, is asked for 0.34",
    )


def test_an_operator_that_is_not_named_keeps_its_channels() -> None:
    change = prune_channels(residual(), {"a": 0.5}, None)
    assert change.network == residual()
    assert change.notes == (
        "channel pruning: all channels of a stay, as 'c', which has to lose the same ones, is asked for 0",
    )


@pytest.mark.parametrize(("asked", "left"), [({"a": 0.5}, 3), ({"a": 0.5, "deep": 0.2}, 5)])
def test_depthwise_convolution_follows_unless_named(asked: dict[str, float], left: int) -> None:
    network = prune_channels(separable(), asked, None).network
    assert network.tensors["deep.weight"].shape == (left, 1, 3, 3)
    deep = next(op for op in network.operators if op.name == "deep")
    assert isinstance(deep.work, Convolution)
    assert deep.work.groups == left


@pytest.mark.parametrize("source", [*zoo_names(), *(f"light:{name}" for name in LIGHT)])
def test_networks_survive(source: str) -> None:
    network = load_network(source)
    convolutions = [op for op in network.operators if isinstance(op.work, Convolution)]
    change = prune_channels(network, {op.name: 0.5 for op in convolutions}, None)
    pruned = [
        op.name
        for op in convolutions
        if change.network.tensors[op.outputs[0]].shape != network.tensors[op.outputs[0]].shape
    ]
    forbidden = len(convolutions) - len(pruned)
    print(f"{source}: {len(pruned)} of {len(convolutions)} pruned", *change.notes, sep="\n  ")
    # patches to tokens, the classes of heads that are convolutions
    heads = {"fcn_resnet50": 1, "deeplabv3_resnet50": 1, "lraspp_mobilenet_v3_large": 2, "s3d": 1}
    heads |= {"light:densenet121": 1, "light:squeezenet": 1}
    assert forbidden == heads.get(source, source.startswith("vit"))
    if pruned:
        assert num_macs(change.network) < 0.35 * num_macs(network)
        assert change.network.num_parameters < network.num_parameters
    outputs = (TensorRole.INPUT, TensorRole.OUTPUT)
    assert change.network.with_role(*outputs) == network.with_role(*outputs)


def test_recurrent_layers_keep_theirs() -> None:
    network = _lstm()
    change = prune_channels(network, {"lstm": 0.5}, None)
    assert change.network == network
    assert change.notes == (
        "channel pruning: all channels of lstm stay, as operator 'lstm' (recurrent) has states of a fixed size",
    )


def _lstm() -> Network:
    shapes = {"x": (5, 1, 3), "w": (1, 28, 3), "r": (1, 28, 7), "y": (5, 1, 1, 7)}
    roles = {"x": TensorRole.INPUT, "y": TensorRole.OUTPUT}
    tensors = {
        name: Tensor(name=name, shape=shape, format=FP32, role=roles.get(name, TensorRole.WEIGHT))
        for name, shape in shapes.items()
    }
    work = Recurrent(num_gates=4, num_steps=5, batch=1, input_size=3, hidden_size=7)
    operators = (Operator(name="lstm", work=work, inputs=("x", "w", "r"), outputs=("y",)),)
    return Network(name="lstm", operators=operators, tensors=tensors)


def test_declared_patterns_and_notes_of_the_file_stay() -> None:
    network = replace(chain(), notes=("from the file",), declared_sparsity={"a": (2, 4)})
    pruned = prune_channels(network, {"a": 0.5}, None).network
    assert (pruned.notes, pruned.declared_sparsity) == (("from the file",), {"a": (2, 4)})


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"a": 1.0}, "channel pruning: a fraction of 1 would empty operator 'a'; expected a number in [0, 1)"),
        ({"a": -0.1}, "channel pruning: fraction of operator 'a' is -0.1, expected a number in [0, 1)"),
        ({"a": 1.5}, "channel pruning: fraction of operator 'a' is 1.5, expected a number in [0, 1)"),
        ({"a": float("nan")}, "channel pruning: fraction of operator 'a' is nan, expected a number in [0, 1)"),
        ({"poool": 0.5}, "channel pruning: network 'net' has no operator 'poool'; did you mean 'pool'?"),
        ({"pool": 0.5}, "channel pruning: operator 'pool' (pool) multiplies by no weight"),
    ],
)
def test_errors(asked: dict[str, float], message: str) -> None:
    with pytest.raises(NetworkError, match=f"^{re.escape(message)}$"):
        prune_channels(chain(), asked, None)
