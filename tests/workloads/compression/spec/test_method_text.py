"""Methods from text: which numbers each term holds, and what the messages say of terms that are none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.compression.spec.method_text import parse_method, parse_recipe
from workloads.compression.spec.methods import (
    BlockPruning,
    Codebook,
    LowRank,
    MasksFromFile,
    NmPruning,
    Quantisation,
    Recipe,
    UnstructuredPruning,
)
from workloads.errors import ConfigError
from workloads.formats import INT8, POWER_OF_TWO, TERNARY, parse_format

INT4 = parse_format("int4")
FP8 = parse_format("fp8")


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("nm:2:8", NmPruning(n=2, m=8)),
        ("unstructured:0.9", UnstructuredPruning(removed_fraction=0.9)),
        ("unstructured:0.9:global", UnstructuredPruning(removed_fraction=0.9, is_global=True)),
        ("block:4x1:0.8", BlockPruning(filters=4, channels=1, removed_fraction=0.8)),
        ("masks:m:1.npz", MasksFromFile(path=Path("m:1.npz"))),
        ("lowrank:1", LowRank(rank=1)),
        ("lowrank:1.0", LowRank(rank=1.0)),
        ("codebook:16", Codebook(num_codes=16)),
        ("int4", Quantisation(weights=INT4, activations=INT4)),
        ("w4a8", Quantisation(weights=INT4, activations=INT8)),
        ("w4", Quantisation(weights=INT4)),
        ("fp8", Quantisation(weights=FP8, activations=FP8)),
        ("ternary", Quantisation(weights=TERNARY)),
        ("pow2", Quantisation(weights=POWER_OF_TWO)),
    ],
)
def test_a_term(text: str, method: object) -> None:
    found = parse_method(text)
    assert found == method
    assert type(getattr(found, "rank", None)) is type(getattr(method, "rank", None))


def test_terms_are_joined_by_plus() -> None:
    expected = Recipe(sparsifier=NmPruning(n=2, m=8), number_change=Quantisation(weights=INT4, activations=INT4))
    assert parse_recipe("nm:2:8 + int4") == expected


@given(n=st.integers(1, 64), extra=st.integers(0, 64), removed=st.integers(0, 1000))
def test_numbers_survive(n: int, extra: int, removed: int) -> None:
    assert parse_method(f"nm:{n}:{n + extra}") == NmPruning(n=n, m=n + extra)
    assert parse_method(f"channel:{removed / 1000}").removed_fraction == removed / 1000


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("nm:2", "nm:N:M"),
        ("nm:2:4:8", "nm:N:M"),
        ("nm:2:x", "nm:N:M"),
        ("unstructured", "unstructured:FRACTION or unstructured:FRACTION:global"),
        ("unstructured:0.5:local", "unstructured:FRACTION or unstructured:FRACTION:global"),
        ("block:4:0.5", "block:FILTERSxCHANNELS:FRACTION"),
        ("masks:file.txt", "masks:FILE.npz"),
        ("channel:half", "channel:FRACTION"),
        ("lowrank:", "lowrank:RANK or lowrank:FRACTION"),
        ("codebook:few", "codebook:CODES"),
        ("block:4x1x1:0.5", "block:FILTERSxCHANNELS:FRACTION"),
        ("block:axb:0.5", "block:FILTERSxCHANNELS:FRACTION"),
        ("channel:0_5", "channel:FRACTION"),
    ],
)
def test_a_term_that_is_not_written_as_it_should_be(text: str, form: str) -> None:
    with pytest.raises(ConfigError, match=f"^{re.escape(f'compression method {text!r}: expected {form}')}$"):
        parse_method(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nm:-1:4", "a whole number N from 1 to 4, found -1"),
        ("nm:2.5:4", "a whole number N from 1 to 4, found 2.5"),
        ("nm:5:4", "a whole number N from 1 to 4, found 5"),
        ("nm:1:10000000000", "a whole number M from 1 to 999999999, found 10000000000"),
        ("codebook:1", "a whole number of codes from 2 to 65536, found 1"),
        ("codebook:3.5", "a whole number of codes from 2 to 65536, found 3.5"),
        ("codebook:1000000000", "a whole number of codes from 2 to 65536, found 1000000000"),
        (f"codebook:{10**40}", f"a whole number of codes from 2 to 65536, found {10**40}"),
        ("block:0x4:0.5", "a whole number of filters from 1 to 999999999, found 0"),
        ("block:4x-4:0.5", "a whole number of channels from 1 to 999999999, found -4"),
        ("lowrank:0", "a whole number as rank from 1 to 999999999, found 0"),
        ("lowrank:-3", "a whole number as rank from 1 to 999999999, found -3"),
        ("unstructured:nan", "a fraction in [0, 1], found nan"),
        ("channel:1e999", "a fraction in [0, 1], found 1e999"),
        ("int65", "integers of 2 to 16 bits, found 65"),
        ("int128", "integers of 2 to 16 bits, found 128"),
        ("int-4", "integers of 2 to 16 bits, found -4"),
        ("int3.5", "integers of 2 to 16 bits, found 3.5"),
        ("w100a8", "integers of 2 to 16 bits, found 100"),
        ("pow2_9", "powers of two of 2 to 8 bits, found 9"),
    ],
)
def test_a_number_out_of_range_is_named_with_the_range(text: str, expected: str) -> None:
    with pytest.raises(ConfigError, match=f"^{re.escape(f'compression method {text!r}: expected {expected}')}$"):
        parse_method(text)


@pytest.mark.parametrize(("text", "codes"), [("codebook:2", 2), ("codebook:65536", 65536), ("codebook:0016", 16)])
def test_ends_of_a_range(text: str, codes: int) -> None:
    assert parse_method(text) == Codebook(num_codes=codes)


@pytest.mark.parametrize("text", ["dense+int8", "nm:2:4 + dense", "dense+dense"])
def test_dense_cannot_be_combined(text: str) -> None:
    message = f"compression methods {text!r}: dense does nothing and stands alone, it cannot be combined"
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        parse_recipe(text)


def test_an_unknown_method_lists_those_there_are() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_method("unstructred:0.5")
    assert str(caught.value) == (
        "unknown compression method 'unstructred:0.5': expected nm:N:M, unstructured:FRACTION or "
        "unstructured:FRACTION:global, block:FILTERSxCHANNELS:FRACTION, masks:FILE.npz, channel:FRACTION, lowrank:RANK "
        "or lowrank:FRACTION, codebook:CODES, intB, wB, wBaB, fp8, fp16, bf16, ternary, binary, pow2, dense; did you "
        "mean 'unstructured'?"
    )


@pytest.mark.parametrize(("text", "bits"), [("int1", 1), ("w4a17", 17), ("int32", 32)])
def test_integers_of_a_width_that_is_none(text: str, bits: int) -> None:
    message = f"compression method {text!r}: expected integers of 2 to 16 bits, found {bits}"
    with pytest.raises(ConfigError, match=f"^{re.escape(message)}$"):
        parse_method(text)
