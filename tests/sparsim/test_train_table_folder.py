"""Files of the table: all or none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sparsim.train_steps import TrainSteps
from sparsim.train_table import TrainRow, train_rows
from sparsim.train_table_folder import write_train_table
from sparsim.train_table_networks import trained_networks
from sparsim.train_table_report import train_table_as_json
from tests.sparsim.test_train_sensitivity_report import SENSITIVITY
from workloads.errors import ConfigError


@pytest.fixture(scope="module")
def rows() -> list[TrainRow]:
    return list(train_rows(TrainSteps(networks=trained_networks(("resnet9",)), batch=1)))


def test_files(rows: list[TrainRow], tmp_path: Path) -> None:
    costs, figures = [row.cost for row in rows], train_table_as_json(rows, None, SENSITIVITY)
    few = write_train_table(figures, costs, None, tmp_path / "few")
    assert [path.name for path in few] == ["train_table.json", "training_speedup.png", "training_stages.png"]
    all_files = write_train_table(figures, costs, SENSITIVITY, tmp_path / "all")
    assert {path.name for path in all_files} - {path.name for path in few} == {"training_sensitivity.png"}
    assert all(path.stat().st_size > 0 for path in all_files)
    read = json.loads((tmp_path / "all" / "train_table.json").read_text())
    assert read["sensitivity"]["points"][0]["change"] == -0.25


def test_nothing_is_left_behind(rows: list[TrainRow], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="expected a folder, found a file"):
        write_train_table({}, [row.cost for row in rows], None, tmp_path / "file")
    with pytest.raises(ConfigError, match="training_stages: expected training steps, found none"):
        write_train_table({}, [], None, tmp_path / "new")
    assert not (tmp_path / "new").exists()
