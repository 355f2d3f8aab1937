from __future__ import annotations

import base64
import json
import sqlite3
import zlib
from pathlib import Path

import pytest

from sparsim import design_report_data
from sparsim.design_report_data import page_data
from sweeps.outcome import METRIC_TYPES
from sweeps.results_error import ResultsError
from sweeps.store import Store
from tests.sparsim.design_pages import LAYERS, NETWORK, STUDY, VERSION, point_with, write_results
from workloads.errors import ConfigError


def _columns(path: Path) -> dict[str, dict[str, object]]:
    data = json.loads(json.dumps(page_data(path, None).data))
    return {column["name"]: column for column in data["columns"]}


def test_columns_as_levels_and_codes(tmp_path: Path) -> None:
    columns = _columns(write_results(tmp_path / "r.sqlite"))
    assert (columns["network"]["levels"], columns["network"]["codes"]) == ([NETWORK], None)
    assert columns["array.rows"]["values"] == [8, 4, 6, 2]
    assert columns["energy_mj"]["values"] == [8.0, 4.0, None, 2.0]  # there is no plan for 6 rows
    assert (columns["status"]["levels"], columns["status"]["codes"]) == (["ok", "infeasible"], [0, 0, 1, 0])
    assert columns["identity"]["values"] == [point_with(rows).identity[:16] for rows in (8, 4, 6, 2)]


def test_what_a_column_is(tmp_path: Path) -> None:
    columns = _columns(write_results(tmp_path / "r.sqlite"))
    roles = {name: column["role"] for name, column in columns.items()}
    assert [name for name, role in roles.items() if role == "figure"] == list(METRIC_TYPES)
    assert (roles["network"], roles["array.rows"], roles["identity"]) == ("choice", "choice", "book")
    assert [name for name, column in columns.items() if column["is_field"]] == ["array.rows"]
    assert columns["energy_mj"]["is_number"]
    assert not columns["network"]["is_number"]
    assert not columns["seed"]["is_number"]  # none has one
    assert [name for name, column in columns.items() if column["larger_is_better"]] == [
        "inferences_per_second",
        "utilisation_fraction",
    ]


def test_numbers_have_seven_digits(tmp_path: Path) -> None:
    value = design_report_data._value
    assert (value("energy_mj", 1 / 3), value("macs", 123456789), value("x", float("inf"))) == (
        0.3333333,
        123456789,
        None,
    )


def test_layers_stay_compressed(tmp_path: Path) -> None:
    found = page_data(write_results(tmp_path / "r.sqlite"), STUDY)
    assert isinstance(found.layers, list)
    assert found.layers[1:3] == ["", ""]
    assert json.loads(zlib.decompress(base64.b64decode(str(found.layers[0])))) == LAYERS
    assert found.layers_note == ""


def test_too_many_layers_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(design_report_data, "MOST_LAYERS_BYTES", 100)
    found = page_data(write_results(tmp_path / "r.sqlite"), None)
    assert found.layers == []
    assert found.layers_note.startswith("layers are left out: they would take 0 MB of this page, and at most 0 MB may")
    assert isinstance(found.data, dict)
    assert found.layers_note in str(found.data["summary"])


def test_layers_of_other_studies_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_results(write_results(tmp_path / "r.sqlite"), rows=(16, 4), name="other")
    one = len(zlib.compress(json.dumps(LAYERS).encode())) * 4 // 3
    monkeypatch.setattr(design_report_data, "MOST_LAYERS_BYTES", one)
    assert page_data(path, "other").layers_note == ""
    assert page_data(path, STUDY).layers == page_data(path, None).layers == []


def test_the_summary(tmp_path: Path) -> None:
    data = page_data(write_results(tmp_path / "r.sqlite"), None).data
    assert isinstance(data, dict)
    assert data["title"] == f"{STUDY}: r.sqlite"
    assert data["summary"] == f"4 points (3 ok, 1 infeasible, 0 failed); model {VERSION}"


def test_nothing_to_show(tmp_path: Path) -> None:
    with Store(tmp_path / "r.sqlite"):
        pass
    with pytest.raises(ConfigError, match=r"results file '.*r\.sqlite': expected points, found none"):
        page_data(tmp_path / "r.sqlite", None)
    with pytest.raises(ResultsError, match="no study 'b', found none"):
        page_data(tmp_path / "r.sqlite", "b")


def test_a_point_of_two_studies_stands_once_and_twice_where_constraints_differ(tmp_path: Path) -> None:
    path = write_results(write_results(tmp_path / "r.sqlite", (8, 4), "a"), (4, 2), "b")
    found = page_data(path, None)
    assert found.num_points == 3
    assert json.loads(json.dumps(found.data))["title"] == "a, b: r.sqlite"
    columns = _columns(path)
    assert columns["array.rows"]["values"] == [8, 4, 2]
    assert columns["study"]["values"] == ["a", "a", "b"]
    assert len(_layer_list(path)) == 3
    connection = sqlite3.connect(path)
    connection.execute("UPDATE study_points SET violates = 'area_mm2 4 above max 3' WHERE study_id = 1")
    connection.commit()
    connection.close()
    assert page_data(path, None).num_points == 4


def _layer_list(path: Path) -> list[object]:
    layers = page_data(path, None).layers
    assert isinstance(layers, list)
    return list(layers)
