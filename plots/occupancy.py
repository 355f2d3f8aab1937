"""How much of the scratchpad is in use at each step, and how much would be if nothing left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapper.budgets import live_bytes
from mapper.problem import PlanProblem
from mapper.tensor_plan import TensorPlan
from plots.style import BLACK, BLUE, COLUMN_INCHES, VERMILLION, add_heading, drawable, new_figure, set_labels
from plots.units import BYTE_UNITS, unit_for

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def occupancy(problem: PlanProblem, plan: TensorPlan, capacity_bytes: int) -> Figure:
    """Return bytes by step: alive under the plan's order, in the scratchpad under the plan, and the capacity.

    Parameters
    ----------
    problem : PlanProblem
    plan : TensorPlan
    capacity_bytes : int
    """
    alive = live_bytes(problem, plan.schedule)
    present = resident_bytes(problem, plan)
    unit = unit_for([*alive, capacity_bytes], BYTE_UNITS)
    figure = new_figure(COLUMN_INCHES, 2.8)
    axes = figure.add_subplot()
    steps = range(len(plan.schedule) + 1)
    axes.stairs([value / unit.size for value in alive], steps, color=BLACK, linewidth=1.0, label="alive")
    axes.stairs(
        [value / unit.size for value in present], steps, color=BLUE, fill=True, alpha=0.6, label="in the scratchpad"
    )
    axes.axhline(capacity_bytes / unit.size, color=VERMILLION, linestyle="--", linewidth=1.2, label="capacity")
    axes.set_xlim(0, max(1, len(plan.schedule)))
    axes.set_ylim(0)
    set_labels(axes, x="step (one operator each)", y=f"tensors ({unit.symbol})")
    add_heading(figure, axes, drawable(problem.name), num_columns=3)
    return figure


def resident_bytes(problem: PlanProblem, plan: TensorPlan) -> list[int]:
    """Return by step the bytes of the tensors that are in the scratchpad."""
    totals = [0] * len(plan.schedule)
    for episode in plan.episodes:
        for step in range(episode.first_step, episode.last_step + 1):
            totals[step] += problem.tensors[episode.tensor].size_bytes
    return totals
