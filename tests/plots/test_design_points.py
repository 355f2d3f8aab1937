from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plots.design_points import read_design_points
from sweeps.results_error import ResultsError
from sweeps.runner import StudyRun, run_serially
from sweeps.store import Store
from tests.plots.design_rows import designs
from tests.sweeps.evaluating import VERSION, at_once, points_with
from workloads.errors import ConfigError


def _write(path: Path, name: str, rows: list[int], **others: object) -> Path:
    with Store(path) as store:
        for _ in StudyRun(points=points_with(rows, name, **others), store=store, run=run_serially(at_once)):
            pass
    return path


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return _write(tmp_path / "r.sqlite", "first", [4, 2, 8])


def test_points_come_in_the_order_of_the_study(results: Path) -> None:
    points = read_design_points(results)
    assert (points.study, points.model_version, points.num_left_out) == ("first", VERSION, 0)
    assert points.cells("array.rows") == (4, 2, 8)
    assert points.numbers("energy_mj", "--x").tolist() == [4.0, 2.0, 8.0]  # every figure is the number of rows


def test_a_condition(results: Path) -> None:
    assert read_design_points(results, where='"array.rows" > 2 -- and a comment').cells("array.rows") == (4, 8)


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("energy_mj > 9", "study 'first': expected points to draw where energy_mj > 9, found none"),
        ("energy > 9", "--where energy > 9: no such column: energy"),
        ("energy_mj >", '--where energy_mj >: near ")": syntax error'),
        ("1) OR (1; DELETE FROM points", "--where 1) OR (1; DELETE FROM points: "),
    ],
)
def test_a_wrong_condition(results: Path, where: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        read_design_points(results, where=where)
    assert str(error.value).startswith(message)


def test_points_against_constraints_are_left_out(tmp_path: Path) -> None:
    path = _write(tmp_path / "r.sqlite", "bounded", [4, 2, 8], constraints={"max": {"area_mm2": 4}})
    points = read_design_points(path)
    assert (points.cells("array.rows"), points.num_left_out) == ((4, 2), 1)
    message = "where area_mm2 > 4, found 1, none of which has figures and meets the constraints"
    with pytest.raises(ConfigError, match=message):
        read_design_points(path, where="area_mm2 > 4")


def test_one_study_at_a_time(results: Path) -> None:
    _write(results, "second", [2])
    assert read_design_points(results, "second").cells("array.rows") == (2,)
    with pytest.raises(ResultsError, match="expected --study with one of 'first', 'second'"):
        read_design_points(results)
    with pytest.raises(ResultsError, match="no study 'third', found 'first', 'second'"):
        read_design_points(results, "third")


def test_the_only_sweep_beside_searches_is_taken(results: Path) -> None:
    _write(results, "first: nsga2 search, latency_ms, area_mm2, seed 0", [2])
    assert read_design_points(results).study == "first"
    _write(results, "second", [2])
    with pytest.raises(ResultsError, match=r"one of 'first', 'first: nsga2 search, latency_ms, area_mm2, seed 0', 'se"):
        read_design_points(results)


def test_a_search_alone_is_taken(tmp_path: Path) -> None:
    name = "small: tpe search, latency_ms, seed 7"
    assert read_design_points(_write(tmp_path / "r.sqlite", name, [2, 4])).study == name


def test_a_file_without_studies(tmp_path: Path) -> None:
    with Store(tmp_path / "r.sqlite"):
        pass
    with pytest.raises(ResultsError, match="no study, found none"):
        read_design_points(tmp_path / "r.sqlite")


def test_text_and_lone_values_are_no_axis() -> None:
    points = designs({"energy_mj": 2.5}, {"energy_mj": 2.5})
    with pytest.raises(ConfigError, match="--x network: expected numbers along an axis, found text such as 'resnet9'"):
        points.numbers("network", "--x")
    with pytest.raises(ConfigError, match="--x seed: expected numbers along an axis, found points without one"):
        points.numbers("seed", "--x")
    with pytest.raises(ConfigError, match=r"--y energy_mj: expected at least two values, found 2\.5 alone in 2 points"):
        points.varying_numbers("energy_mj", "--y")


def test_groups_are_ordered() -> None:
    points = designs(*({"array.rows": rows, "accelerator": name} for rows, name in ((16, "b"), (8, "a"), (16, "a"))))
    assert {key: len(part.rows) for key, part in points.groups("array.rows", "--facet").items()} == {8: 1, 16: 2}
    assert list(points.groups("array.rows", "--facet")) == [8, 16]
    assert list(points.groups("accelerator", "--facet")) == ["b", "a"]


@given(st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=12))
def test_the_front_is_what_no_other_beats(pairs: list[tuple[int, int]]) -> None:
    """Energy should be small, inferences a second many."""
    points = designs(*({"energy_mj": x, "inferences_per_second": y} for x, y in pairs))
    found = {pairs[place] for place in points.pareto("energy_mj", "inferences_per_second")}
    expected = {(x, y) for x, y in pairs if not any(a <= x and b >= y and (a, b) != (x, y) for a, b in pairs)}
    assert found == expected
