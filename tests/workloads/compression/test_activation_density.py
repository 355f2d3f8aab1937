"""Stated activation densities reach what matrix operators read."""

from __future__ import annotations

import pytest

from tests.workloads.compression.small_networks import four_layers
from workloads.compression.activation_density import with_stated_densities
from workloads.compression.spec.spec import ActivationDensity, LayerDensity
from workloads.errors import ConfigError
from workloads.sparsity import SparsityOrigin


def test_default_and_layers() -> None:
    stated = ActivationDensity(default=0.5, layers=(LayerDensity(glob="f*", density_fraction=0.25),))
    network = with_stated_densities(four_layers(), stated)
    densities = {name: network.tensors[name].density_fraction for name in ("x", "stem", "depthwise", "flat", "fc")}
    assert densities == {"x": 1, "stem": 0.5, "depthwise": 0.5, "flat": 0.25, "fc": 1}  # nothing reads fc's result
    sparsity = network.tensors["stem"].sparsity
    assert sparsity is not None
    assert sparsity.origin is SparsityOrigin.GIVEN


def test_a_layer_may_state_the_input() -> None:
    stated = ActivationDensity(layers=(LayerDensity(glob="stem", density_fraction=0.75),))
    assert with_stated_densities(four_layers(), stated).tensors["x"].density_fraction == 0.75


def test_nothing_stated() -> None:
    network = four_layers()
    assert with_stated_densities(network, ActivationDensity()) is network


def test_a_glob_that_matches_nothing() -> None:
    stated = ActivationDensity(layers=(LayerDensity(glob="pojnt", density_fraction=0.5),))
    with pytest.raises(ConfigError, match=r"'pojnt' matches no layer of 'four'; nearest: 'point'$"):
        with_stated_densities(four_layers(), stated)
