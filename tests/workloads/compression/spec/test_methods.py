"""Methods: what is valid, and that each prints as the spec that it came from."""

from __future__ import annotations

import re

import pytest

from workloads.compression.spec.method_text import parse_method, parse_recipe
from workloads.compression.spec.methods import (
    BlockPruning,
    ChannelPruning,
    Codebook,
    LowRank,
    NmPruning,
    Quantisation,
    Recipe,
    UnstructuredPruning,
    recipe_of,
)
from workloads.errors import ConfigError
from workloads.formats import BINARY, INT8


@pytest.mark.parametrize(
    "text",
    [
        "nm:2:8",
        "unstructured:0.9",
        "unstructured:0.9:global",
        "block:4x1:0.8",
        "masks:a/b.npz",
        "channel:0.5",
        "lowrank:64",
        "lowrank:0.25",
        "codebook:16",
        "int8",
        "w4a8",
        "w4",
        "fp8",
        "ternary",
        "binary",
        "pow2_4",
    ],
)
def test_prints_as_written(text: str) -> None:
    assert str(parse_method(text)) == text


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: NmPruning(n=5, m=4), "nm:5:4: expected N:M with 1 <= N <= M, found N = 5 and M = 4"),
        (lambda: NmPruning(n=0, m=4), "nm:0:4: expected N:M with 1 <= N <= M, found N = 0 and M = 4"),
        (
            lambda: UnstructuredPruning(removed_fraction=1.5),
            "unstructured:1.5: expected a removed fraction in [0, 1], found 1.5",
        ),
        (
            lambda: BlockPruning(filters=4, channels=1, removed_fraction=-0.1),
            "block:4x1:-0.1: expected a removed fraction in [0, 1], found -0.1",
        ),
        (
            lambda: BlockPruning(filters=0, channels=1, removed_fraction=0.5),
            "block:0x1:0.5: expected blocks of at least 1x1 (filters x channels)",
        ),
        (lambda: ChannelPruning(removed_fraction=2), "channel:2: expected a removed fraction in [0, 1], found 2"),
        (lambda: LowRank(rank=0), "lowrank:0: expected a rank of at least 1"),
        (
            lambda: LowRank(rank=1.25),
            "lowrank:1.25: expected a fraction of the full rank in (0, 1], or a whole number",
        ),
        (lambda: Codebook(num_codes=1), "codebook:1: expected 2 to 65536 codes"),
        (
            lambda: Recipe(sparsifier=NmPruning(n=2, m=4), number_change=Quantisation(weights=BINARY)),
            "nm:2:4+binary: binary weights are never zero, so they cannot be pruned; ternary ones can",
        ),
    ],
)
def test_what_no_method_can_be(make, message: str) -> None:
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        make()


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("nm:2:4+nm:2:8", "nm:2:4", "nm:2:8"),
        ("nm:2:4+unstructured:0.5", "nm:2:4", "unstructured:0.5"),
        ("int4+int8", "int4", "int8"),
        ("int4+codebook:16", "int4", "codebook:16"),
        ("channel:0.5+channel:0.25", "channel:0.5", "channel:0.25"),
        ("lowrank:4+lowrank:8", "lowrank:4", "lowrank:8"),
    ],
)
def test_contradictions(text: str, first: str, second: str) -> None:
    with pytest.raises(ConfigError, match=rf"{first} and {second} contradict each other: expected at most one method"):
        parse_recipe(text)


def test_a_recipe_lists_its_methods_in_the_order_of_application() -> None:
    recipe = parse_recipe("int8+nm:2:8+lowrank:4+channel:0.5")
    assert str(recipe) == "channel:0.5+lowrank:4+nm:2:8+int8"
    assert recipe_of(recipe.methods) == recipe
    assert recipe.changes_values
    assert not parse_recipe("channel:0.5").changes_values


def test_int8_is_weights_and_activations() -> None:
    assert Quantisation(weights=INT8, activations=INT8) == parse_method("int8") == parse_method("w8a8")


def test_an_empty_recipe_is_dense() -> None:
    assert str(Recipe()) == "dense"
    assert parse_recipe(" dense ") == Recipe()
