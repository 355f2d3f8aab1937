"""Which products are pruned, along which of their weights' axes, and every mistake."""

from __future__ import annotations

import re

import pytest

from simulator.training.method import TrainingMethod
from simulator.training.pruned_products import PruningRule, kept_fraction, pruned_products
from tests.simulator.training.small_step import small_step
from workloads.errors import ConfigError
from workloads.formats import FP16, FP32
from workloads.sparsity import NmPattern
from workloads.training import TrainingFormats, training_network
from workloads.zoo.builder import ConvSpec, GraphBuilder

PATTERN = NmPattern(n=2, m=8)
BOTH = ("second", "second.input_gradient")


def rule(method: str = "bdwp", **options: tuple[str, ...]) -> PruningRule:
    return PruningRule(method=TrainingMethod(method), pattern=PATTERN, **options)


def test_first_layer_is_dense() -> None:
    pruning = pruned_products(small_step(), rule())
    assert dict(pruning.products) == {
        "second": "second.weight",
        "second.input_gradient": "second.weight",
        "last": "last.weight",
        "last.input_gradient": "last.weight",
    }
    assert pruning.notes == ()


def test_methods() -> None:
    assert set(pruned_products(small_step(), rule("ff-only")).products) == {"second", "last"}
    assert not pruned_products(small_step(), rule("dense")).products


def test_layers_by_name() -> None:
    assert set(pruned_products(small_step(), rule(dense=("la*",))).products) == set(BOTH)
    named = pruned_products(small_step(), rule(dense=("*",), sparse=("second",)))
    assert set(named.products) == set(BOTH)


def test_short_reductions_stay_dense() -> None:
    # With 4 filters in the first layer the second one reduces over 4 channels forward, and over 32 backward.
    pruning = pruned_products(small_step(filters=4), rule())
    assert "second" not in pruning.products
    assert "second.input_gradient" in pruning.products
    assert pruning.notes == ("1 product stays dense, its reduction is shorter than 8 channels: second (FF 4)",)


def test_each_layer_is_named_once_and_three_of_many() -> None:
    """Depthwise convolutions reduce over one channel, forward and backward."""
    builder = GraphBuilder(name="depthwise", format=FP16)
    x = builder.conv("stem", builder.input("image", (2, 3, 8, 8)), ConvSpec(filters=8, kernel=3, padding=1))
    for index in range(5):
        x = builder.conv(f"depthwise{index}", x, ConvSpec(filters=8, kernel=3, padding=1, groups=8))
    training = training_network(builder.finish((x,)), formats=TrainingFormats(work=FP16, update=FP32))
    assert pruned_products(training, rule()).notes == (
        "10 products stay dense, their reductions are shorter than 8 channels: depthwise0 (FF 1, BP 1), "
        "depthwise1 (FF 1, BP 1), depthwise2 (FF 1, BP 1) and 2 more",
    )


def test_short_reduction_asked_for() -> None:
    message = "layer 'first': sparsity 2:8 needs a reduction of at least 8 channels in FF, found 3"
    with pytest.raises(ConfigError, match=re.escape(message)):
        pruned_products(small_step(), rule(sparse=("first",)))


@pytest.mark.parametrize("field", ["dense", "sparse"])
def test_unknown_layer(field: str) -> None:
    message = f"{field} layers: 'secnd' is no layer with weights; nearest: 'second'"
    with pytest.raises(ConfigError, match=re.escape(message)):
        pruned_products(small_step(), rule(**{field: ("secnd",)}))


def test_operands() -> None:
    step = small_step()
    tensors, operators = step.network.tensors, {one.name: one for one in step.network.operators}
    pruning = pruned_products(step, rule())
    # The last layer's backward reduction is over 10 outputs: 2 of 8 and both of the other 2 are kept.
    backward = pruning.tensors_of(operators["last.input_gradient"], tensors)["last.weight"].sparsity
    assert backward is not None
    assert (backward.density_fraction, backward.pattern) == (0.4, PATTERN)
    assert pruning.tensors_of(operators["last.weight_gradient"], tensors) is tensors
    assert tensors["last.weight"].sparsity is None


@pytest.mark.parametrize(("channels", "fraction"), [(8, 0.25), (16, 0.25), (10, 0.4), (9, 3 / 9)])
def test_kept_fraction(channels: int, fraction: float) -> None:
    assert kept_fraction(PATTERN, channels) == fraction


def test_a_glob_near_no_layer() -> None:
    message = "sparse layers: 'x*' is no layer with weights; layers: 'first', 'second', 'last'"
    with pytest.raises(ConfigError, match=re.escape(message)):
        pruned_products(small_step(), rule(sparse=("x*",)))
    with pytest.raises(ConfigError, match=re.escape("'secnd*' is no layer with weights; nearest: 'second'")):
        pruned_products(small_step(), rule(sparse=("secnd*",)))
