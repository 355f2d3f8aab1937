"""Which products are pruned, along which of their weights' axes, and every mistake."""

from __future__ import annotations

import re

import pytest

from simulator.training.method import TrainingMethod
from simulator.training.pruned_products import PruningRule, kept_fraction, pruned_products
from tests.simulator.training.small_step import small_step
from workloads.errors import ConfigError
from workloads.sparsity import NmPattern

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
    assert pruning.notes == ("1 products stay dense, their reduction is shorter than 8: second (FF, 4)",)


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
