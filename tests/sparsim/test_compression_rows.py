"""The lines that a compressed run adds to the totals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.result import CycleLosses, Energy, OperatorCompression, Result
from sparsim.compression_rows import compression_rows

PART = OperatorCompression(
    weight_density_fraction=0.5,
    activation_density_fraction=0.5,
    weight_origin="synthetic",
    num_weights=2_000_000,
    weight_format="bitmap",
    weight_bits=6_000_000.0,
    metadata_bits=2_000_000.0,
    effectual_macs=1000,
    performed_macs=2000,
    gated_macs=1000,
)


@pytest.fixture
def result(tiny_result: Result) -> Result:
    """4,000 products, 1,000 of them effectual; 1,000 cycles (250 of products) that were 1,500 (1,000 of products)."""
    cost = replace(
        tiny_result.operators[0],
        macs=4000,
        total_cycles=1000,
        compression=PART,
        losses=CycleLosses(effectual_cycles=250.0, off_chip_cycles=750.0),
        energy=Energy(mac_pj=3e9, metadata_pj=1e9),
    )
    return replace(tiny_result, operators=(cost,), dense_total_cycles=1500, dense_effectual_cycles=1000.0)


def test_by_hand(result: Result) -> None:
    assert compression_rows(result) == (
        ("speed-up", "1.50x", "over dense (1,500 cycles); products alone 4.00x"),
        ("effectual", "25.0%", "of the MACs have no zero operand; 50.0% are done"),
        ("non-zero", "50.0%", "of the weights; of the activations 50.0%"),
        ("weights", "1.000 MB", "stored as bitmap; SYNTHETIC zeros"),
        ("metadata", "0.25 MB", "25.0% of the weights; 1.000 mJ, 25.0% of energy"),
        ("gated", "1,000 MACs", "take their cycle, but no arithmetic energy"),
    )


def test_lines_of_nothing_are_left_out(result: Result) -> None:
    part = replace(PART, metadata_bits=0.0, gated_macs=0, weight_origin="")
    plain = replace(result, operators=(replace(result.operators[0], compression=part, energy=Energy(mac_pj=1.0)),))
    rows = compression_rows(plain)
    assert [name for name, *_ in rows] == ["speed-up", "effectual", "non-zero", "weights"]
    assert rows[-1][2] == "stored as bitmap; no zeros"


def test_no_product_is_left(result: Result) -> None:
    losses = CycleLosses(off_chip_cycles=1000.0)
    rows = compression_rows(replace(result, operators=(replace(result.operators[0], losses=losses),)))
    assert rows[0][2] == "over dense (1,500 cycles); no product is left"


def test_nothing_to_compare_with(tiny_result: Result) -> None:
    assert compression_rows(tiny_result) == ()


@pytest.mark.parametrize(
    ("origin", "text"),
    [("file", "zeros of the file"), ("pruned", "pruned by magnitude"), ("given", "zeros as given")],
)
def test_origins(result: Result, origin: str, text: str) -> None:
    cost = replace(result.operators[0], compression=replace(PART, weight_origin=origin))
    assert compression_rows(replace(result, operators=(cost,)))[3][2] == f"stored as bitmap; {text}"
