"""Sparseloop's sparse tensor core family: every row of its designs, rows by hand, rows that are not for the check."""

from __future__ import annotations

from pathlib import Path

import pytest

from validation.run import run_checks
from validation.sparse_tensor_core import CHECKS
from validation.table import TableRow
from workloads.errors import SparsimError

ROW = {
    "M": "128",
    "K": "1152",
    "N": "1024",
    "iact_density": "0.44",
    "weight_density": "0.25",
    "design": "STC_flexible-RF2x-24-bandwidth",
    "cycles": "66707",
}


def compare(**changes: str):
    return CHECKS[0].compare(TableRow(path=Path("sparse_tensor_core.csv"), line=3, cells=ROW | changes))


def ours(**changes: str) -> float:
    comparison = compare(**changes)
    assert comparison is not None
    return comparison.ours[0]


def test_every_row_of_the_shipped_table_is_matched_exactly():
    (report,) = run_checks(["sparse_tensor_core_cycles"])

    assert (report.rows, report.matched, report.num_other_rows) == (40, 40, 8)
    assert report.worst_error_fraction == 0


def test_row_by_hand():
    # inputs 1152 * 1024 * 128 / 64 bytes, weights 128 * 1152 / 4 * 1024 / 128 with half a byte of coordinates each:
    # (2,359,296 + 442,368) / 42 = 66,706.3 cycles; compute takes 36,864
    assert ours() == 66_707


def test_compressed_inputs_by_hand():
    # 519,046 of 1,179,648 inputs are not zero (0.44, rounded up), and a bit each says which: read twice, they take
    # 1,038,092 + 294,912 bytes; with 442,368 of weights, 42,270.8 cycles
    assert ours(design="STC_flexible_dualCompress-RF2x-24-bandwidth-RLE") == 42_271


def test_fixed_2_4_runs_sparser_weights_at_2_4_and_denser_ones_dense():
    design = "STC-RF2x-24-bandwidth"

    assert ours(design=design, weight_density="0.25") == ours(design=design, weight_density="0.5") == 73_728
    assert ours(design=design, weight_density="0.6") == ours(design=design, weight_density="1.0") == 147_456


def test_the_dual_side_core_is_left_out():
    assert compare(design="DSTC-RF2x-24-bandwidth") is None


def test_huge_product():
    with pytest.raises(SparsimError, match=r"csv:3: column 'M': expected fewer than 2\^50 multiply-accumulates"):
        compare(M="2000000000", N="2000000000")
