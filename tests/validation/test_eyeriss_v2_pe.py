"""Eyeriss v2's published PE cycles: exact from counts, and how far densities are from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from validation.eyeriss_v2_pe import CHECKS
from validation.run import DATA_DIR, run_checks, validate
from validation.table import TableRow
from workloads.errors import SparsimError

# 4 * 2 + 1 * 1 + 0 * 2 = 9 cycles; densities 5 / 12 and 5 / 6 of 4 * 2 * 3 products: 8.3, rounded up
ROW = {
    "name": "tiny",
    "C": "3",
    "M": "2",
    "E": "2",
    "F": "2",
    "ground_truth_cycles": "9",
    "nonzero_iacts_per_channel": "4 1 0",
    "nonzero_weights_per_channel": "2 1 2",
}


def compare(check: int = 0, **changes: str):
    return CHECKS[check].compare(TableRow(path=Path("eyeriss_v2_pe.json"), line=1, cells=ROW | changes))


def test_every_shipped_layer():
    counts, densities = run_checks(["eyeriss_v2_pe"])

    assert (counts.name, counts.rows, counts.matched) == ("eyeriss_v2_pe_cycles", 4, 4)
    assert counts.worst_error_fraction == 0
    assert (densities.name, densities.passed) == ("eyeriss_v2_pe_densities", True)
    assert densities.worst_error_fraction == pytest.approx(0.0666, abs=1e-4)
    assert densities.mean_error_fraction == pytest.approx(0.0440, abs=1e-4)


def test_layer_by_hand():
    assert compare().expected == compare().ours == (9,)
    assert compare(check=1).ours == (9,)
    assert compare(check=1, nonzero_weights_per_channel="0 1 2").ours == (5,)


def test_a_users_folder_of_reference_figures(tmp_path):
    (tmp_path / "eyeriss_v2_pe.json").write_bytes((DATA_DIR / "eyeriss_v2_pe.json").read_bytes())

    outcome = validate(["eyeriss_v2_pe_cycles", "stonne_sigma_cycles"], tmp_path)

    assert outcome.passed
    assert [report.rows for report in outcome.reports] == [4]
    assert [skipped.name for skipped in outcome.skipped] == ["stonne_sigma_cycles"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"nonzero_iacts_per_channel": "4 1"}, r"column 'nonzero_iacts_per_channel': expected 3 counts, one a channel"),
        ({"nonzero_iacts_per_channel": "4 5 0"}, r"'nonzero_iacts_per_channel': expected whole numbers up to 4"),
        ({"nonzero_weights_per_channel": "2 -1 2"}, r"'nonzero_weights_per_channel': expected whole numbers up to 2"),
        ({"M": "2000000000", "E": "2000000000"}, r"column 'C': expected at most 1099511627776 multiply-accumulates"),
    ],
)
@pytest.mark.parametrize("check", [0, 1])
def test_counts_that_are_none(check, changes, message):
    with pytest.raises(SparsimError, match=message):
        compare(check, **changes)
