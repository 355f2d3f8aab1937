"""Schemes by name."""

from __future__ import annotations

import pytest

from tests.workloads.training.small_networks import chain, tiny
from workloads.errors import ConfigError
from workloads.formats import INT8
from workloads.load import load_network
from workloads.training import ChannelAxis, UpdateScheme, parse_scheme, training_network
from workloads.training.named_scheme import SCHEMES, trainable_layers
from workloads.zoo.builder import GraphBuilder


def test_full_and_biases():
    assert parse_scheme("full", tiny()) == UpdateScheme()
    assert parse_scheme("bias-only", tiny()) == UpdateScheme(weights=())


def test_the_last_layers():
    assert parse_scheme("last:1", tiny()) == UpdateScheme(weights=("fc",), biases=("fc",))
    assert parse_scheme("last:2", chain(4)).weights == ("conv2", "conv3")
    assert set(training_network(chain(4), update=parse_scheme("last:2", chain(4))).gradients) >= {"conv2.weight"}


def test_sparse_by_hand():
    """Of nine layers biases of five, and of three a quarter of the input channels."""
    scheme = parse_scheme("sparse", chain(9))

    assert scheme.biases == ("conv4", "conv5", "conv6", "conv7", "conv8")
    assert scheme.weights == ("conv6", "conv7", "conv8")
    assert scheme.immediately
    assert {(share.fraction, share.axis) for share in scheme.channel_shares} == {(0.25, ChannelAxis.INPUT)}


def test_layers_have_weights():
    """Products of two activations are none, nor are sums with a constant."""
    layers = trainable_layers(load_network("vit_small"))

    assert len(layers) == 12 * 6 + 2  # query, key, value, projection, two of the MLP; patches and head
    assert "class_token" not in layers


def test_names_with_letters_of_globs_mean_themselves():
    builder = GraphBuilder(name="odd", format=INT8)
    x = builder.linear("a[1]", builder.input("x", (1, 4)), 4)
    network = builder.finish((builder.linear("a1", x, 4),))

    assert set(training_network(network, update=parse_scheme("last:2", network)).gradients) == {
        "a[1].weight",
        "a[1].bias",
        "a1.weight",
        "a1.bias",
    }


@pytest.mark.parametrize("text", ["last:0", "last:3", "last:x", "last:-1"])
def test_a_number_of_layers_that_there_is_not(text):
    with pytest.raises(ConfigError, match=rf"update scheme '{text}': expected last:K with K of 1 to 2, .* of 'tiny'"):
        parse_scheme(text, tiny())


@pytest.mark.parametrize("text", ["spars", "", "last:", "sparse:2", "Full"])
def test_another_name(text):
    with pytest.raises(ConfigError, match=rf"update scheme is '{text}', expected one of {', '.join(SCHEMES)}"):
        parse_scheme(text, tiny())
    with pytest.raises(ConfigError, match="did you mean 'sparse'"):
        parse_scheme("sparce", tiny())
