"""Bits that values need, by hand and on rounded bell curves."""

from __future__ import annotations

import numpy as np
import pytest

from workloads.compression.numbers.codebook import to_codebook
from workloads.compression.numbers.quantisation import quantise
from workloads.compression.numbers.used_bits import used_bits
from workloads.formats import parse_format

NORMAL = np.random.default_rng(0).standard_normal((1, 32, 9, 16), dtype=np.float32)


@pytest.mark.parametrize("bits", range(2, 9))
def test_integers_with_a_scale_a_filter(bits: int) -> None:
    assert used_bits(quantise(NORMAL, parse_format(f"int{bits}"))) == bits


def test_integers_in_filters_of_nine() -> None:
    depthwise = NORMAL.reshape(32 * 16, 1, 9, 1)
    assert used_bits(quantise(depthwise, parse_format("int8"))) == 8


def test_codebooks_and_ternary() -> None:
    assert used_bits(to_codebook(NORMAL, 16, keep_zeros=False)) == 4
    assert used_bits(quantise(NORMAL, parse_format("ternary"))) == 2


def test_values_that_were_never_rounded() -> None:
    assert used_bits(NORMAL) is None
    assert used_bits(NORMAL * (np.abs(NORMAL) > 2)) is None  # pruned, but not rounded


def test_two_values_by_hand() -> None:
    # 3 and 5 are on no grid of their largest up to 8 bits that is coarser than 0, 5/15 .. 15 * 5/15: 5 bits; but there
    # are two of them: one bit.
    assert used_bits(np.array([3.0, 5, 3, 5]).reshape(1, 1, 1, 4)) == 1


def test_zeros() -> None:
    assert used_bits(np.zeros((1, 2, 1, 3))) == 1
