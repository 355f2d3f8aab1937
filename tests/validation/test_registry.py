"""Checks by name, and the tables that they read."""

from __future__ import annotations

import pytest

from validation.registry import CHECKS, select_checks
from validation.run import DATA_DIR
from workloads.errors import SparsimError


def test_names_are_unique_and_tables_ship_with_their_source():
    readme = (DATA_DIR / "README.md").read_text(encoding="utf-8")

    assert len({check.name for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert (DATA_DIR / check.file_name).is_file()
        assert f"`{check.file_name}`" in readme


def test_all_by_default():
    assert select_checks(None) == CHECKS


def test_by_name_and_by_table():
    assert [check.name for check in select_checks(["stonne"])] == [
        "stonne_mesh_cycles",
        "stonne_sigma_cycles",
        "stonne_magma_cycles",
    ]
    assert [check.name for check in select_checks(["stonne_mesh_cycles", "scalesim_cycles"])] == [
        "scalesim_cycles",
        "stonne_mesh_cycles",
    ]


def test_unknown_name_lists_those_known():
    with pytest.raises(
        SparsimError, match=r"no check is called 'eyeriss': expected one of scalesim_v3, .*scalesim_cycles"
    ):
        select_checks(["scalesim_cycles", "eyeriss"])
