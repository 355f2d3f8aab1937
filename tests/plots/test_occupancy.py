from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

from mapper.baselines import greedy_by_size
from mapper.budgets import live_bytes
from mapper.problem import PlanProblem
from mapper.tensor_plan import TensorPlan
from plots.occupancy import occupancy, resident_bytes
from plots.style import renderer_of
from tests.mapper.drawn_problems import problems_in_scratchpads
from tests.plots.planned import BUDGETS, CAPACITY_BYTES, KIB, PLAN, PROBLEM


@pytest.fixture(scope="module")
def figure() -> Figure:
    return occupancy(PROBLEM, PLAN, CAPACITY_BYTES, BUDGETS)


def _stairs(figure: Figure, label: str) -> list[float]:
    (patch,) = [one for one in figure.axes[0].patches if one.get_label() == label]
    assert isinstance(patch, StepPatch)
    return list(patch.get_data().values)


def test_bytes_by_step(figure: Figure) -> None:
    assert _stairs(figure, "if nothing left early") == [2, 4, 6, 3]
    assert _stairs(figure, "in the scratchpad") == [2, 3, 4, 3]
    (axes,) = figure.axes
    assert axes.get_xlabel() == "step (one operator each)"
    assert axes.get_ylabel() == "tensors alive (KiB)"
    assert axes.get_ylim()[1] > 6


def test_capacity_and_budgets_at_one_place_are_one_line(figure: Figure) -> None:
    (axes,) = figure.axes
    assert [line.get_ydata()[0] for line in axes.lines] == [4]
    assert [text.get_text() for text in axes.texts] == [r"capacity = $M_\mathrm{R}$ = $M_\mathrm{P}$"]


def test_budgets_have_lines_of_their_own() -> None:
    budgets = replace(BUDGETS, m_p_bytes=6 * KIB)
    figure = occupancy(PROBLEM, PLAN, 5 * KIB, budgets)
    (axes,) = figure.axes
    assert [line.get_ydata()[0] for line in axes.lines] == [4, 5, 6]
    assert [text.get_text() for text in axes.texts] == [
        r"$M_\mathrm{R}$",
        "capacity",
        r"$M_\mathrm{P}$ at most",
    ]
    figure.draw_without_rendering()
    assert all(text.get_window_extent(renderer_of(figure)).x1 <= figure.bbox.x1 for text in axes.texts)


def test_nothing_alive() -> None:
    empty = PlanProblem(name="empty", operators=(), tensors=(), inputs=(), outputs=())
    none = replace(BUDGETS, m_r_bytes=0, m_r_operator="", m_p_bytes=0, m_p_lower_bound_bytes=0)
    occupancy(empty, TensorPlan(schedule=(), episodes=()), 0, none).draw_without_rendering()


@given(problems_in_scratchpads())
def test_resident_lies_between_demand_and_capacity(drawn: tuple[PlanProblem, int]) -> None:
    problem, capacity_bytes = drawn
    plan = greedy_by_size(problem, range(len(problem.operators)), capacity_bytes)
    assert plan is not None
    resident = resident_bytes(problem, plan)
    alive = live_bytes(problem, plan.schedule)
    for step, operator in enumerate(plan.schedule):
        assert problem.demand_bytes(operator) <= resident[step] <= min(capacity_bytes, alive[step])
