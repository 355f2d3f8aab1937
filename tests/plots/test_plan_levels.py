from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure

from plots.plan_levels import Level, budget_levels, capacity_level, draw_levels, merged_levels
from plots.style import BLACK, VERMILLION, new_figure, renderer_of
from tests.plots.planned import BUDGETS


def _figure_with(levels: Sequence[Level]) -> Figure:
    figure = new_figure(4.0, 3.0)
    axes = figure.add_subplot()
    axes.set_ylim(0, 110)
    figure.draw_without_rendering()
    draw_levels(axes, levels, 10)
    return figure


def test_budgets() -> None:
    m_r, m_p = budget_levels(replace(BUDGETS, m_p_bytes=5000, m_p_lower_bound_bytes=5000))
    assert (m_r.num_bytes, m_p.num_bytes) == (4096, 5000)
    assert (m_r.name, m_p.name) == (r"$M_\mathrm{R}$", r"$M_\mathrm{P}$")


def test_a_peak_that_is_not_proven_says_so() -> None:
    _, m_p = budget_levels(replace(BUDGETS, m_p_bytes=5000))
    assert m_p.name == r"$M_\mathrm{P}$ at most"


def test_equal_levels_are_one_with_all_names_and_the_looks_of_the_first() -> None:
    first, second = merged_levels([capacity_level(7), Level(name="a", num_bytes=7), Level(name="b", num_bytes=3)])
    assert (first.name, first.num_bytes, first.colour) == ("b", 3, BLACK)
    assert (second.name, second.num_bytes, second.colour) == ("capacity = a", 7, VERMILLION)


def test_lines_are_at_their_bytes() -> None:
    (axes,) = _figure_with([capacity_level(1000), Level(name="x", num_bytes=400)]).axes
    assert [line.get_ydata()[0] for line in axes.lines] == [40, 100]
    assert [text.get_text() for text in axes.texts] == ["x", "capacity"]


@pytest.mark.parametrize("levels", [[500, 501, 502], [0, 1, 2], [1098, 1099, 1100]])
def test_close_names(levels: list[int]) -> None:
    _check_apart(levels)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 1100), min_size=1, max_size=4))
def test_names_never_cover_each_other(levels: list[int]) -> None:
    _check_apart(levels)


def _check_apart(levels: list[int]) -> None:
    figure = _figure_with([Level(name="Name", num_bytes=level) for level in levels])
    figure.draw_without_rendering()
    boxes = [text.get_window_extent(renderer_of(figure)) for text in figure.axes[0].texts]
    assert len(boxes) == len(set(levels))
    assert all(lower.y1 <= upper.y0 + 0.5 for lower, upper in pairwise(boxes))
    assert all(box.x1 <= figure.bbox.x1 for box in boxes)
