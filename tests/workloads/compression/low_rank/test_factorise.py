"""Low rank: the same product at full rank, shapes by hand, what stays whole and every error."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workloads.compression.small_networks import Values
from tests.workloads.compression.structural_execution import (
    chain,
    execute,
    feed_forward,
    num_macs,
    random_weights,
    separable,
    upsampled,
    with_operator,
)
from workloads.compression.channels.prune import prune_channels
from workloads.compression.low_rank.factorise import factorise
from workloads.errors import NetworkError
from workloads.formats import FP32
from workloads.load import load_network
from workloads.network import Network
from workloads.operators import Convolution, Gemm, MatMul, Operator
from workloads.tensor import TensorRole
from workloads.zoo.builder import ConvSpec, GraphBuilder


def _strided() -> Network:
    """A convolution of 4 to 6 channels with stride 2, then a product by (6 * 4, 5); full ranks 6 and 5."""
    builder = GraphBuilder(name="net", format=FP32)
    x = builder.input("x", (2, 4, 4, 4))
    spec = ConvSpec(filters=6, kernel=3, stride=2, padding=1, activation="relu", batch_norm=True)
    return builder.finish((builder.linear("fc", builder.flatten("flat", builder.conv("conv", x, spec)), 5),))


@given(rank=st.integers(1, 5), seed=st.integers(0, 2**16))
@settings(max_examples=20, deadline=None)
def test_same_result_as_the_truncated_matrix(rank: int, seed: int) -> None:
    """Against the best matrix of that rank, made here from the same decomposition of the whole matrix."""
    network = _strided()
    weights = random_weights(network, seed)
    change = factorise(network, {"conv": rank, "fc": rank}, Values(weights))
    assert change.weights is not None
    truncated = dict(weights)
    for name, rows in (("conv.weight", 6), ("fc.weight", 24)):
        u, s, v = np.linalg.svd(weights[name].reshape(rows, -1), full_matrices=False)
        s[rank:] = 0
        truncated[name] = ((u * s) @ v).reshape(weights[name].shape)
    (found,), (expected,) = execute(change.network, change.weights), execute(network, Values(truncated))
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("build", [_strided, chain, feed_forward, upsampled])
def test_full_rank_is_the_same_product(build: type) -> None:
    network = build()
    weights = Values(random_weights(network, 5))
    asked = {
        op.name: 1.0
        for op in network.operators
        if isinstance(op.work, Convolution | Gemm | MatMul) and op.name not in ("up",) * (build is upsampled)
    }
    change = factorise(network, asked, weights)
    assert change.weights is not None
    np.testing.assert_allclose(execute(change.network, change.weights), execute(network, weights), rtol=1e-9)


def test_shapes_by_hand() -> None:
    """0.5 of rank 6 is 3; fusions, bias and output go to the second convolution, stride and pads to the first."""
    network = _strided()
    changed = factorise(network, {"conv": 0.5}, None)
    assert (changed.weights, changed.notes) == (None, ())
    first, second, *_ = changed.network.operators
    old = network.operators[0]
    assert (first.name, first.inputs, first.outputs) == (
        "conv/low_rank_1",
        ("x", "conv.weight/low_rank_1"),
        ("conv/low_rank",),
    )
    assert (second.name, second.inputs, second.outputs) == (
        "conv/low_rank_2",
        ("conv/low_rank", "conv.weight/low_rank_2", "conv.bias"),
        ("conv",),
    )
    assert (first.work, first.fusions, second.fusions) == (old.work, (), old.fusions)
    shapes = {name: tensor.shape for name, tensor in changed.network.tensors.items()}
    assert shapes["conv.weight/low_rank_1"] == (3, 4, 3, 3)
    assert shapes["conv.weight/low_rank_2"] == (6, 3, 1, 1)
    assert shapes["conv/low_rank"] == (2, 3, 2, 2)
    assert "conv.weight" not in shapes
    # before: 2 images x 4 positions x 6 x 36; after: 8 x 3 x 36 + 8 x 6 x 3
    assert num_macs(network) - num_macs(changed.network) == 8 * 6 * 36 - (8 * 3 * 36 + 8 * 6 * 3)


def test_stored_transposed() -> None:
    network = factorise(upsampled(), {"fc": 2}, None).network
    assert network.tensors["fc.w/low_rank_1"].shape == (2, 8)
    assert network.tensors["fc.w/low_rank_2"].shape == (5, 2)


@pytest.mark.parametrize(("fraction", "rank"), [(0.1, 1), (0.34, 2), (0.29, 1), (1.0, 6)])
def test_fraction_is_rounded_down_to_at_least_one(fraction: float, rank: int) -> None:
    network = factorise(_strided(), {"conv": fraction}, None).network
    assert network.tensors["conv/low_rank"].shape[1] == rank


def test_a_rank_that_costs_more_is_noted() -> None:
    """8 x 5 x 36 + 8 x 6 x 5 is 1,680 of 1,728; at rank 6 it is 8 x 6 x 36 + 8 x 6 x 6 = 2,016."""
    assert factorise(_strided(), {"conv": 5}, None).notes == ()
    assert factorise(_strided(), {"conv": 6}, None).notes == (
        "low rank: conv takes 2016 multiply-accumulates at this rank, more than 1728 before",
    )


@pytest.mark.parametrize(
    ("network", "name", "note"),
    [
        (separable(), "deep", "low rank: deep stays whole, as its 6 groups would have to be split apart"),
        (upsampled(), "up", "low rank: up stays whole, as it is a transposed convolution"),
    ],
)
def test_what_stays_whole(network: Network, name: str, note: str) -> None:
    change = factorise(network, {name: 0.5}, None)
    assert (change.network, change.notes) == (network, (note,))


def _shared() -> Network:
    """Two products by the same (5, 5) matrix."""
    network = replace(_strided())
    for index, x in ((1, "fc"), (2, "y1")):
        again = Operator(name=f"again{index}", work=Gemm(), inputs=(x, "shared"), outputs=(f"y{index}",))
        network = with_operator(network, again, {"shared": (5, 5), f"y{index}": (2, 5)})
    return network


def test_a_shared_weight_is_split_once() -> None:
    network = _shared()
    weights = Values(random_weights(network, 0))
    change = factorise(network, {"again1": 5, "again2": 5}, weights)
    assert change.weights is not None
    assert sum("shared" in name for name in change.network.tensors) == 2
    np.testing.assert_allclose(execute(change.network, change.weights), execute(network, weights), rtol=1e-8)
    assert weights.loaded.count("shared") == 2  # once here, once by the whole network


@pytest.mark.parametrize(("asked", "found"), [({"again1": 2}, "whole"), ({"again1": 2, "again2": 3}, "at rank")])
def test_a_shared_weight_split_differently(asked: dict[str, int], found: str) -> None:
    with pytest.raises(NetworkError, match=rf"low rank: weight 'shared' of operator .* is read {found}.* both whole"):
        factorise(_shared(), asked, None)


def test_no_values_no_factors() -> None:
    change = factorise(_strided(), {"fc": 2}, Values({}))
    assert change.weights is not None
    assert change.weights.load("fc.weight/low_rank_1") is None
    assert change.weights.load("conv.weight") is None


def test_of_a_pruned_network() -> None:
    network = chain()
    pruned = prune_channels(network, {"a": 0.5, "b": 0.5}, Values(random_weights(network, 2)))
    assert pruned.weights is not None
    change = factorise(pruned.network, {"b": 1.0, "fc": 1.0}, pruned.weights)
    assert change.weights is not None
    np.testing.assert_allclose(
        execute(change.network, change.weights), execute(pruned.network, pruned.weights), rtol=1e-8
    )


def test_declared_pattern_of_a_split_operator_goes() -> None:
    network = replace(_strided(), declared_sparsity={"conv": (2, 4), "fc": (1, 4)})
    assert factorise(network, {"conv": 2}, None).network.declared_sparsity == {"fc": (1, 4)}


def test_nothing_asked_changes_nothing() -> None:
    assert factorise(_strided(), {}, None).network == _strided()


@pytest.mark.parametrize("source", ["resnet18", "mobilenet_v2", "bert_base", "light:inception_v1"])
def test_networks_survive(source: str) -> None:
    network = load_network(source)
    asked = {op.name: 0.25 for op in network.operators if isinstance(op.work, Convolution | Gemm)}
    changed = factorise(network, asked, None).network
    assert num_macs(changed) < num_macs(network)
    assert changed.with_role(TensorRole.OUTPUT) == network.with_role(TensorRole.OUTPUT)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            {"conv": 7},
            "low rank: operator 'conv' is asked for rank 7, expected 1 to its full rank 6; GLOB=lowrank:7 means some "
            "layers alone, keep=conv leaves this one whole",
        ),
        ({"fc": 0}, "low rank: operator 'fc' is asked for rank 0, expected 1 to its full rank 5"),
        ({"fc": 0.0}, "low rank: operator 'fc' is asked for the fraction 0.0 of its rank, expected one in (0, 1]"),
        ({"fc": 1.5}, "low rank: operator 'fc' is asked for the fraction 1.5 of its rank, expected one in (0, 1]"),
        ({"con": 2}, "low rank: network 'net' has no operator 'con'; did you mean 'conv'?"),
        ({"flat": 2}, "low rank: operator 'flat' (view) multiplies by no weight"),
    ],
)
def test_errors(asked: dict[str, int | float], message: str) -> None:
    with pytest.raises(NetworkError, match=f"^{re.escape(message)}$"):
        factorise(_strided(), asked, None)
