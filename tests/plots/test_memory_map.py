from __future__ import annotations

import matplotlib.colors
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure

from mapper.baselines import greedy_by_size
from mapper.problem import PlanProblem
from mapper.tensor_plan import TensorPlan
from plots.memory_map import memory_map
from plots.plan_style import KIND_COLOURS, TensorKind
from plots.style import renderer_of
from tests.mapper.drawn_problems import problem_of, problems_in_scratchpads
from tests.plots.planned import CAPACITY_BYTES, KIB, PLAN, PROBLEM

Rectangle = tuple[float, float, float, float]


@pytest.fixture(scope="module")
def figure() -> Figure:
    return memory_map(PROBLEM, PLAN, CAPACITY_BYTES)


def _rectangles(axes: Axes, kind: TensorKind) -> list[Rectangle]:
    """First step, lowest address, the step after the last, the address after the highest."""
    (found,) = [one for one in axes.collections if isinstance(one, PolyCollection) and one.get_label() == kind]
    assert tuple(found.get_facecolor()[0]) == matplotlib.colors.to_rgba(KIND_COLOURS[kind])
    return [(*path.vertices.min(axis=0), *path.vertices.max(axis=0)) for path in found.get_paths()]


def _marks(axes: Axes, label: str) -> list[tuple[float, float]]:
    return [tuple(place) for line in axes.lines if line.get_label() == label for place in line.get_xydata()]


def test_a_rectangle_an_episode(figure: Figure) -> None:
    (axes,) = figure.axes
    assert _rectangles(axes, TensorKind.FROM_OFF_CHIP) == [(0, 1, 1, 2), (3, 0, 4, 1)]
    assert _rectangles(axes, TensorKind.RETURNS) == [(0, 0, 2, 1), (3, 1, 4, 2)]
    assert _rectangles(axes, TensorKind.STAYS) == [(1, 2, 3, 4)]
    assert _rectangles(axes, TensorKind.OUTPUT) == [(2, 0, 3, 2), (3, 2, 4, 3)]


def test_departures_at_the_end_of_an_episode_and_returns_at_the_beginning(figure: Figure) -> None:
    """t1 ends at 0 to 1 KiB and is written; t0 at 1 to 2, off-chip has it; marks lie at one and two thirds."""
    (axes,) = figure.axes
    assert _marks(axes, "leaves: written off-chip") == [pytest.approx((2, 1 / 3))]
    assert _marks(axes, "leaves: off-chip has a copy") == [pytest.approx((1, 4 / 3))]
    assert _marks(axes, "returns: read again") == [pytest.approx((3, 2 / 3)), pytest.approx((3, 5 / 3))]


def test_axes_and_capacity(figure: Figure) -> None:
    (axes,) = figure.axes
    assert axes.get_xlabel() == "step (one operator each)"
    assert axes.get_ylabel() == "scratchpad address (KiB)"
    assert axes.get_xlim() == (0, 4)
    (line,) = [line for line in axes.lines if line.get_linestyle() == "--"]
    assert set(line.get_ydata()) == {4.0}
    assert "capacity" in [text.get_text() for text in axes.texts]
    assert axes.get_ylim()[1] > 4


def test_names_where_they_fit(figure: Figure) -> None:
    """Every rectangle is at least a quarter of the width and of the height: all seven have their name."""
    (axes,) = figure.axes
    names = sorted(text.get_text() for text in axes.texts)
    assert names == ["capacity", "t0", "t0", "t1", "t1", "t2", "t3", "t4"]


def test_a_tensor_that_leaves_twice_is_written_once() -> None:
    """t0 is made at step 0 and used at 2 and 4; t1 and t2 are in between."""
    problem = problem_of([1, 1, 1, 1], [(), (), (0,), (), (0,)], [(0,), (1,), (2,), (3,), ()])
    plan = greedy_by_size(problem, range(5), 2)
    assert plan is not None
    (axes,) = memory_map(problem, plan, 2).axes
    # Room for one more tensor at every step: t0 never has to leave.
    assert _marks(axes, "leaves: written off-chip") == []
    apart = TensorPlan(
        schedule=plan.schedule,
        episodes=tuple(
            episode
            for whole in plan.episodes
            for episode in (
                [whole]
                if whole.tensor != 0
                else [
                    type(whole)(tensor=0, first_step=step, last_step=step, offset_bytes=whole.offset_bytes)
                    for step in (0, 2, 4)
                ]
            )
        ),
    )
    (axes,) = memory_map(problem, apart, 2).axes
    assert [x for x, _ in _marks(axes, "leaves: written off-chip")] == [1]
    assert [x for x, _ in _marks(axes, "leaves: off-chip has a copy")] == [3]
    assert [x for x, _ in _marks(axes, "returns: read again")] == [2, 4]


def test_a_scratchpad_that_is_hardly_used_does_not_squash_the_map() -> None:
    (axes,) = memory_map(PROBLEM, PLAN, 1000 * KIB).axes
    assert axes.get_ylim()[1] < 5
    assert "capacity" not in [text.get_text() for text in axes.texts]
    assert axes.get_ylabel() == "scratchpad address (KiB)"


@pytest.mark.parametrize(("scale", "unit"), [(1, "KiB"), (2**10, "MiB"), (2**20, "GiB")])
def test_unit_by_size(scale: int, unit: str) -> None:
    problem = problem_of([scale * KIB], [()], [(0,)])
    plan = greedy_by_size(problem, (0,), scale * KIB)
    assert plan is not None
    (axes,) = memory_map(problem, plan, scale * KIB).axes
    assert axes.get_ylabel() == f"scratchpad address ({unit})"


def test_nothing_to_place() -> None:
    empty = PlanProblem(name="empty", operators=(), tensors=(), inputs=(), outputs=())
    figure = memory_map(empty, TensorPlan(schedule=(), episodes=()), 0)
    figure.draw_without_rendering()


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_rectangles_lie_below_the_capacity_and_text_on_the_figure(data: st.DataObject) -> None:
    problem, capacity_bytes = data.draw(problems_in_scratchpads())
    plan = greedy_by_size(problem, range(len(problem.operators)), capacity_bytes)
    assert plan is not None
    figure = memory_map(problem, plan, capacity_bytes)
    (axes,) = figure.axes
    paths = [path for one in axes.collections for path in one.get_paths()]
    assert len(paths) == len(plan.episodes)
    assert all(path.vertices[:, 1].max() <= axes.get_ylim()[1] for path in paths)
    returns = len(plan.episodes) - len({episode.tensor for episode in plan.episodes})
    assert len(_marks(axes, "returns: read again")) == returns
    renderer = renderer_of(figure)
    boxes = [text.get_window_extent(renderer) for text in axes.texts]
    assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1 for box in boxes)
    assert figure.legends[0].get_window_extent(renderer).x1 <= figure.bbox.x1
