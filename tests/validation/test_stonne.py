"""STONNE's figures: all dense rows of the shipped table, and what is not for the check."""

from __future__ import annotations

from pathlib import Path

import pytest

from validation.run import run_checks
from validation.stonne import CHECKS
from validation.table import TableRow
from workloads.errors import SparsimError

# 4 folds of 16 + 4 + 4 + 3 cycles
ROW = {"mode": "TPU_OS_DENSE", "M": "8", "N": "8", "K": "16", "array": "4x4", "cycles": "108"}


def compare(**changes: str):
    return CHECKS[0].compare(TableRow(path=Path("stonne.csv"), line=3, cells=ROW | changes))


def test_every_dense_row_of_the_shipped_table_is_matched():
    (report,) = run_checks(["stonne_mesh_cycles"])

    assert (report.rows, report.matched, report.num_other_rows, report.passed) == (6, 6, 8, True)


def test_row_by_hand():
    assert compare().expected == compare().ours == (108,)


@pytest.mark.parametrize("changes", [{"mode": "SIGMA_SPARSE_GEMM"}, {"M": "9"}, {"N": "6"}])
def test_rows_of_other_kinds_are_left_out(changes):
    assert compare(**changes) is None


@pytest.mark.parametrize("array", ["128ms", "0x4", "4x99999999999", "4 x 4"])
def test_array_that_is_none(array):
    with pytest.raises(
        SparsimError, match=rf"stonne\.csv:3: column 'array': expected rows x columns, as in 8x8, found '{array}'"
    ):
        compare(array=array)


def test_huge_product():
    with pytest.raises(SparsimError, match=r"stonne\.csv:3: column 'M': expected fewer than 2\^62"):
        compare(M="2000000000", N="2000000000", K="2000000000")
