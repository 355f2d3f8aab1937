"""Which layers a spec means: defaults, later rules, what is kept; and globs that mean nothing."""

from __future__ import annotations

import re

import pytest

from tests.workloads.compression.small_networks import four_layers
from workloads.compression.spec.parse_spec import parse_spec
from workloads.compression.spec.selection import select
from workloads.errors import ConfigError
from workloads.network import Network
from workloads.zoo import build

FOUR = ("stem", "depthwise", "point", "fc")


def chosen(text: str) -> list[str]:
    """The recipes of the four layers, as text."""
    selection = select(four_layers(), parse_spec(text))
    assert [str(selection.by_weight[f"{name}.weight"]) for name in FOUR] == [
        str(selection.by_operator[name]) for name in FOUR
    ]
    return [str(selection.by_operator[name]) for name in FOUR]


@pytest.mark.parametrize(
    ("text", "recipes"),
    [
        ("nm:2:8", ["nm:2:8"] * 4),
        ("fc=int8", ["dense", "dense", "dense", "int8"]),
        ("nm:2:8; p*=int8; point=w4", ["nm:2:8", "nm:2:8", "w4", "nm:2:8"]),
        ("nm:2:8; point=w4; p*=int8", ["nm:2:8", "nm:2:8", "int8", "nm:2:8"]),
        ("nm:2:8; *t*=dense", ["dense"] * 4),  # point.weight and fc.weight have a t as well
        ("nm:2:8; point.weight=int4", ["nm:2:8", "nm:2:8", "int4", "nm:2:8"]),
        ("int8; keep=first,last", ["dense", "int8", "int8", "dense"]),
        ("int8; keep=depthwise", ["int8", "dense", "int8", "int8"]),
        ("int8; keep=p*", ["int8", "int8", "dense", "int8"]),
        ("int8; point=int4; keep=point", ["int8", "int8", "dense", "int8"]),
    ],
)
def test_recipes(text: str, recipes: list[str]) -> None:
    assert chosen(text) == recipes


def test_products_of_two_activations_are_layers_without_a_weight() -> None:
    network = build("vit_small")
    selection = select(network, parse_spec("int8"))
    products = set(selection.by_operator) - {name.removesuffix(".weight") for name in selection.by_weight}
    assert len(products) == 24  # queries by keys and attention by values, in each of twelve blocks
    assert all(str(selection.by_operator[name]) == "int8" for name in products)


def test_a_rule_on_weights_where_there_are_none() -> None:
    network = build("vit_small")
    message = (
        "compression spec: '*.scores' matches only products of two activations, which have no weights for nm:2:8+w4"
    )
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        select(network, parse_spec("*.scores=nm:2:8+w4"))
    for fine in ("*.scores=int4", "*.scores=dense", "*.attention.*=nm:2:8"):
        select(network, parse_spec(fine))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("depthwiso*=int8", "'depthwiso*' matches no layer of 'four'; nearest: 'depthwise'"),
        ("int8; keep=pont", "'pont' matches no layer of 'four'; nearest: 'point'"),
        ("zzz=int8", "'zzz' matches no layer of 'four'; its first are 'stem', 'depthwise', 'point', 'fc'"),
        ("flat=int8", "'flat' matches no layer of 'four'; its first are 'stem', 'depthwise', 'point', 'fc'"),
    ],
)
def test_globs_that_match_no_layer(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=f"^{re.escape(f'compression spec: {message}')}$"):
        select(four_layers(), parse_spec(text))


def test_keep_depthwise_where_there_is_none() -> None:
    with pytest.raises(ConfigError, match=r"^compression spec: keep=depthwise matches no layer of 'resnet9'$"):
        select(build("resnet9"), parse_spec("int8;keep=depthwise"))


def test_a_network_without_matrix_operators() -> None:
    empty = Network(name="empty", operators=(), tensors={})
    with pytest.raises(ConfigError, match=r"^compression spec: 'a' matches no layer of 'empty', which has no matrix"):
        select(empty, parse_spec("a=int8"))
