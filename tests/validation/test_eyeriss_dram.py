"""Eyeriss's run-length words: the published ratios, and a layer by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from validation.eyeriss_dram import CHECKS
from validation.run import run_checks
from validation.table import TableRow
from workloads.errors import SparsimError

ROW = {
    "in_density": "1",
    "out_density": "0.5",
    "dense_w": "1000",
    "dense_i": "2000",
    "dense_o": "4000",
    "ratio": "1.244",
}


def compare(**changes: str):
    return CHECKS[0].compare(TableRow(path=Path("eyeriss_alexnet_dram.csv"), line=2, cells=ROW | changes))


def test_every_layer_within_two_tenths_of_a_per_cent():
    (report,) = run_checks(["eyeriss_alexnet_dram"])

    assert (report.rows, report.matched) == (5, 5)
    assert report.worst_error_fraction == pytest.approx(0.0016, abs=1e-4)
    assert report.mean_error_fraction == pytest.approx(0.0009, abs=1e-4)


def test_layer_by_hand():
    # dense inputs stay so; half of 4,000 outputs take 21 / 16 words each: 1000 + 2000 + 2625 of 7,000; a zero that has
    # to be stored follows 31 others, which halves make once in 4 billion
    assert compare().ours[0] == pytest.approx(7000 / 5625, rel=1e-6)


def test_density_above_one():
    with pytest.raises(
        SparsimError, match=r"csv:2: column 'in_density': expected a fraction in \[0, 1\], found '1\.5'"
    ):
        compare(in_density="1.5")
