"""Update schemes by name: ``full``, ``bias-only``, ``last:K`` and ``sparse``."""

from __future__ import annotations

import math
from fnmatch import fnmatchcase

from workloads.errors import ConfigError
from workloads.nearest_names import did_you_mean
from workloads.network import Network
from workloads.operators import Convolution, Gemm, MatMul
from workloads.tensor import TensorRole
from workloads.training.channel_parts import ChannelAxis
from workloads.training.update_scheme import ChannelShare, UpdateScheme

SCHEMES = ("full", "bias-only", "last:K", "sparse")
_BIAS_PART, _WEIGHT_PART, _CHANNEL_PART = 1 / 2, 1 / 4, 1 / 4


def parse_scheme(text: str, network: Network) -> UpdateScheme:
    """Return the scheme that ``text`` names for ``network``.

    ``full``: everything. ``bias-only``: biases, shifts and added constants. ``last:K``: everything of the last K
    layers, which are convolutions and matrix products with weights, in the network's order. ``sparse``: biases of the
    last half of the layers and, of the last quarter, the weights of the first quarter of input channels, each parameter
    updated at once.

    Source of the idea of ``sparse``: Lin et al., "On-device training under 256KB memory", NeurIPS 2022, who choose
    layers and shares by a search; these shares are none of theirs.

    Raises
    ------
    ConfigError
        For another name, or a K that the network does not have.
    """
    word, _, number = text.partition(":")
    layers = trainable_layers(network)
    if text == "full":
        return UpdateScheme()
    if text == "bias-only":
        return UpdateScheme(weights=())
    if word == "last" and number:
        return _last(text, number, layers, network.name)
    if text == "sparse":
        return sparse_scheme(layers)
    raise ConfigError(
        f"update scheme is {text!r}, expected one of {', '.join(SCHEMES)}{did_you_mean(text, (*SCHEMES, 'last'))}"
    )


def trainable_layers(network: Network) -> tuple[str, ...]:
    """Return the names of convolutions and matrix products with weights, in order."""
    return tuple(
        operator.name
        for operator in network.operators
        if isinstance(operator.work, Convolution | Gemm | MatMul)
        and network.tensors[operator.inputs[1]].role is TensorRole.WEIGHT
    )


def sparse_scheme(layers: tuple[str, ...]) -> UpdateScheme:
    """Return the scheme ``sparse`` of ``layers``; numbers of layers are rounded up."""
    weights = _globs(layers[-math.ceil(len(layers) * _WEIGHT_PART) :])
    return UpdateScheme(
        weights=weights,
        biases=_globs(layers[-math.ceil(len(layers) * _BIAS_PART) :]),
        channel_shares=tuple(
            ChannelShare(layers=layer, fraction=_CHANNEL_PART, axis=ChannelAxis.INPUT) for layer in weights
        ),
        immediately=True,
    )


def _last(text: str, number: str, layers: tuple[str, ...], network: str) -> UpdateScheme:
    if not (number.isascii() and number.isdecimal() and 1 <= int(number) <= len(layers)):
        raise ConfigError(
            f"update scheme {text!r}: expected last:K with K of 1 to {len(layers)}, the layers of {network!r}"
        )
    chosen = _globs(layers[-int(number) :])
    return UpdateScheme(weights=chosen, biases=chosen)


def _globs(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names as globs that mean no others: brackets are quoted."""
    globs = tuple("".join(f"[{letter}]" if letter in "*?[" else letter for letter in name) for name in names)
    assert all(fnmatchcase(name, glob) for name, glob in zip(names, globs, strict=True))
    return globs
