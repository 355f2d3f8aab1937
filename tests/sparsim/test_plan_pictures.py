from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mapper.plan_tensors import TensorPlanning, plan_tensors
from sparsim.plan_pictures import draw_planning
from tests.mapper.drawn_problems import problem_of
from workloads.errors import ConfigError

PROBLEM = problem_of([2, 3, 2, 3], [(0,), (1,), (2,), (0, 3)], [(1,), (2,), (3,), ()])


@pytest.fixture(scope="module")
def planning() -> TensorPlanning:
    return plan_tensors(PROBLEM, 5, time_limit_s=20)


def test_pictures_of_a_plan(planning: TensorPlanning, tmp_path: Path) -> None:
    paths = draw_planning(planning, tmp_path)
    assert [path.name for path in paths] == ["memory_map.png", "live_bytes.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
    assert sorted(tmp_path.iterdir()) == sorted(paths)


def test_nothing_without_a_plan(tmp_path: Path) -> None:
    assert draw_planning(plan_tensors(PROBLEM, 4, time_limit_s=20), tmp_path) == ()
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there(planning: TensorPlanning, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere/memory_map\.png': cannot be written: No such file or directory"):
        draw_planning(planning, tmp_path / "nowhere")


def test_names_that_the_font_lacks_warn_no_one(planning: TensorPlanning, tmp_path: Path) -> None:
    """Warnings are errors in tests."""
    named = replace(PROBLEM, tensors=tuple(replace(one, name=f"網$_{one.name}") for one in PROBLEM.tensors))
    draw_planning(replace(planning, problem=named), tmp_path)
