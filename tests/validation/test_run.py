"""Checks on the user's tables: any subset of rows, what is missing said, what misses found."""

from __future__ import annotations

import shutil

import pytest

from validation.run import DATA_DIR, run_checks, validate
from workloads.errors import SparsimError

STONNE = "mode,M,N,K,array,dn_bw,rn_bw,MK_sparsity_pct,KN_sparsity_pct,cycles\n"


def folder_with(tmp_path, text):
    (tmp_path / "stonne.csv").write_text(STONNE + text)
    return tmp_path


def test_shipped_tables_all_pass_and_none_is_skipped():
    outcome = validate()

    assert outcome.passed
    assert outcome.skipped == ()
    assert outcome.reports == run_checks()


def test_missing_tables_are_skipped_and_said(tmp_path):
    shutil.copy(DATA_DIR / "stonne.csv", tmp_path)

    outcome = validate(["stonne_mesh_cycles", "scalesim_cycles"], tmp_path)

    assert [report.name for report in outcome.reports] == ["stonne_mesh_cycles"]
    assert [(skipped.name, skipped.reason) for skipped in outcome.skipped] == [
        ("scalesim_cycles", f"{tmp_path / 'scalesim_v3.csv'} is not there")
    ]


def test_subset_of_rows_and_rows_of_the_users_own(tmp_path):
    folder = folder_with(tmp_path, "TPU_OS_DENSE,12,4,10,4x2,8,16,0,0,114\n")  # 3 * 2 folds of 10 + 4 + 2 + 3

    (report,) = run_checks(["stonne"], folder)

    assert (report.rows, report.passed) == (1, True)


def test_figure_that_is_missed(tmp_path):
    outcome = validate(["stonne"], folder_with(tmp_path, "TPU_OS_DENSE,8,8,16,4x4,8,16,0,0,120\n"))

    assert not outcome.passed
    assert outcome.reports[0].matched == 0
    assert outcome.reports[0].worst_error_fraction == pytest.approx(0.1)


def test_table_without_a_row_of_the_kind_is_skipped(tmp_path):
    outcome = validate(
        ["stonne_mesh_cycles"], folder_with(tmp_path, "SIGMA_SPARSE_GEMM,64,64,256,128ms,64,64,0,0,18562\n")
    )

    assert outcome.reports == ()
    assert outcome.skipped[0].reason == f"{tmp_path / 'stonne.csv'} has no row of its kind among 1"


def test_malformed_table_is_an_error(tmp_path):
    with pytest.raises(
        SparsimError, match=r"stonne\.csv:2: column 'cycles': expected a number, not negative, found 'x'"
    ):
        run_checks(["stonne"], folder_with(tmp_path, "TPU_OS_DENSE,8,8,16,4x4,8,16,0,0,x\n"))


def test_folder_that_is_not_there(tmp_path):
    with pytest.raises(SparsimError, match=r"reference folder .*nowhere is no folder"):
        validate(None, tmp_path / "nowhere")
