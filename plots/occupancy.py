"""How much of the scratchpad is in use at each step, and how much would be if nothing left."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from mapper.budgets import Budgets, live_bytes
from mapper.problem import PlanProblem
from mapper.tensor_plan import TensorPlan
from plots.plan_levels import budget_levels, capacity_level, draw_levels
from plots.plan_style import SCRATCHPAD_UNITS, plan_title, plan_width_inches
from plots.style import BLACK, SKY_BLUE, add_heading, new_figure, set_labels
from plots.units import unit_for

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def occupancy(problem: PlanProblem, plan: TensorPlan, capacity_bytes: int, budgets: Budgets) -> Figure:
    """Return bytes by step: alive in the plan's order, and in the scratchpad; capacity, M_R and M_P are lines.

    Parameters
    ----------
    problem : PlanProblem
    plan : TensorPlan
    capacity_bytes : int
    budgets : Budgets
        Of ``problem``.
    """
    alive = live_bytes(problem, plan.schedule)
    resident = resident_bytes(problem, plan)
    levels = (capacity_level(capacity_bytes), *budget_levels(budgets))
    unit = unit_for([*alive, *(level.num_bytes for level in levels)], SCRATCHPAD_UNITS)
    figure = new_figure(plan_width_inches(len(plan.schedule)), 3.2)
    axes = figure.add_subplot()
    edges = range(len(plan.schedule) + 1)
    axes.stairs(
        [num_bytes / unit.size for num_bytes in resident], edges, color=SKY_BLUE, fill=True, label="in the scratchpad"
    )
    axes.stairs(
        [num_bytes / unit.size for num_bytes in alive], edges, color=BLACK, linewidth=0.9, label="if nothing left early"
    )
    axes.set_xlim(0, max(1, len(plan.schedule)))
    axes.set_ylim(0, max([*alive, *(level.num_bytes for level in levels)]) / unit.size * 1.05 or 1)
    set_labels(axes, x="step (one operator each)", y=f"tensors alive ({unit.symbol})")
    add_heading(figure, axes, plan_title(problem, plan, capacity_bytes), num_columns=2)
    figure.draw_without_rendering()  # names of levels need the final height of the axes
    draw_levels(axes, levels, unit.size)
    return figure


def resident_bytes(problem: PlanProblem, plan: TensorPlan) -> list[int]:
    """Return by step the bytes of the tensors that are in the scratchpad."""
    changes = [0] * (len(plan.schedule) + 1)
    for episode in plan.episodes:
        size_bytes = problem.tensors[episode.tensor].size_bytes
        changes[episode.first_step] += size_bytes
        changes[episode.last_step + 1] -= size_bytes
    return list(accumulate(changes[:-1]))
