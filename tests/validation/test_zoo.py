"""The zoo's published figures: every row of the shipped table, and what a wrong row says."""

from __future__ import annotations

from pathlib import Path

import pytest

from validation.run import DATA_DIR, run_checks
from validation.table import TableRow, read_table
from validation.zoo import CHECKS
from workloads.errors import SparsimError


def compare(**cells: str):
    return CHECKS[0].compare(TableRow(path=Path("zoo.csv"), line=4, cells=cells))


def test_every_row_of_the_shipped_table_is_matched():
    (report,) = run_checks(["zoo"])

    assert (report.rows, report.matched, report.num_other_rows) == (22, 22, 0)


def test_every_row_names_its_source():
    assert all(row.text("source") for row in read_table(DATA_DIR / "zoo.csv", ("source",)))


def test_macs_and_parameters_are_compared():
    comparison = compare(network="resnet18", macs="1814073344", parameters="11689512")

    assert comparison.expected == comparison.ours == (1814073344, 11689512)
    assert compare(network="resnet18", macs="1814073344", parameters="11000000").error_fraction > 0.05


def test_macs_may_be_unpublished():
    assert compare(network="resnet18", macs="", parameters="11689512").ours == (11689512,)


def test_unknown_network():
    with pytest.raises(SparsimError, match=r"zoo\.csv:4: column 'network': expected one of resnet9, .*found 'lenet'"):
        compare(network="lenet", macs="1", parameters="1")
