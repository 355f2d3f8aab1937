"""Sparse layers of SCALE-Sim's table through mapper and simulator."""

from validation.run import DATA_DIR
from validation.scalesim_sparse_run import CHECKS
from validation.table import read_table

(CHECK,) = CHECKS
ROWS = read_table(DATA_DIR / CHECK.file_name, CHECK.columns)


def test_every_tenth_row_is_met():
    compared = [comparison for row in ROWS[::10] if (comparison := CHECK.compare(row))]

    assert len(compared) > 50
    assert all(comparison.error_fraction == 0 for comparison in compared)


def test_rows_that_waited_or_are_dense_are_not_compared():
    others = [row for row in ROWS if row.text("bw_mode") == "USER" or row.text("sparsity") == "dense"]

    assert len(others) > 1000
    assert all(CHECK.compare(row) is None for row in others)
