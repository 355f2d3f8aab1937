"""The light models' figures: every row of the shipped table, and what a wrong row says."""

from __future__ import annotations

from pathlib import Path

import pytest

from validation.light_models import CHECKS
from validation.models import PUBLISHED
from validation.run import DATA_DIR, run_checks
from validation.table import TableRow, read_table
from workloads.errors import SparsimError


def compare(**cells: str):
    return CHECKS[0].compare(TableRow(path=Path("light_models.csv"), line=4, cells=cells))


def test_every_row_of_the_shipped_table_is_matched():
    (report,) = run_checks(["light_models"])

    assert (report.rows, report.matched, report.num_other_rows) == (9, 9, 0)


def test_table_and_the_command_that_fetches_trained_models_agree():
    rows = read_table(DATA_DIR / "light_models.csv", ("model", "macs", "parameters"))

    assert [(row.text("model"), row.number("macs"), row.number("parameters")) for row in rows] == [
        (model.name, model.num_macs, model.num_parameters) for model in PUBLISHED
    ]


def test_a_wrong_figure_is_a_miss():
    assert compare(model="squeezenet", macs="349200000", parameters="1300000").error_fraction > 0.04


@pytest.mark.parametrize("model", ["resnet51", "../light/light_resnet50"])
def test_unknown_model(model):
    with pytest.raises(
        SparsimError, match=r"light_models\.csv:4: column 'model': expected one of bvlc_alexnet, .*found"
    ):
        compare(model=model, macs="1", parameters="1")
