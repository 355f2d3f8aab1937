"""Sums over operators, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.result import OperatorCompression, Result
from sparsim.compression_totals import compression_totals

FIRST = OperatorCompression(
    weight_density_fraction=0.25,
    activation_density_fraction=0.5,
    weight_origin="pruned",
    num_weights=20,
    weight_format="nm",
    weight_bits=100.0,
    metadata_bits=20.0,
    effectual_macs=125,
    performed_macs=400,
    gated_macs=275,
)
SECOND = replace(
    FIRST,
    weight_density_fraction=1.0,
    activation_density_fraction=1.0,
    weight_origin="",
    num_weights=10,
    weight_format="dense",
    metadata_bits=0.0,
    effectual_macs=3000,
    performed_macs=3000,
    gated_macs=0,
)


def of(tiny_result: Result, *parts: OperatorCompression | None) -> Result:
    """A result with an operator of 1,000 or, the second, 3,000 products for each of ``parts``."""
    cost = tiny_result.operators[0]
    macs = (1000, 3000, 0)
    return replace(
        tiny_result,
        operators=tuple(replace(cost, macs=macs[index], compression=part) for index, part in enumerate(parts)),
    )


def test_by_hand(tiny_result: Result) -> None:
    """Weights: (20 x 0.25 + 10 x 1) / 30 = 0.5; activations by products: (1,000 x 0.5 + 3,000 x 1) / 4,000 = 0.875."""
    totals = compression_totals(of(tiny_result, FIRST, SECOND, None))
    assert (totals.macs, totals.effectual_macs, totals.performed_macs, totals.gated_macs) == (4000, 3125, 3400, 275)
    assert (totals.weight_bits, totals.metadata_bits) == (200, 20)
    assert (totals.weight_density_fraction, totals.activation_density_fraction) == (pytest.approx(0.5), 0.875)
    assert (totals.formats, totals.origins) == (("nm", "dense"), ("pruned",))


def test_products_of_two_activations_store_no_weights(tiny_result: Result) -> None:
    totals = compression_totals(of(tiny_result, FIRST, replace(SECOND, weight_bits=0.0, num_weights=0)))
    assert totals.weight_density_fraction == 0.25
    assert totals.formats == ("nm",)


def test_nothing_at_all(tiny_result: Result) -> None:
    nothing = compression_totals(of(tiny_result))
    assert (nothing.macs, nothing.weight_density_fraction, nothing.formats) == (0, 1.0, ())
