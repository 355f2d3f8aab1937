"""Plans of one network in scratchpads of many sizes: what more on-chip memory would save."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mapper.budgets import Budgets
from mapper.problem import PlanProblem
from plots.traffic_points import BaselineTraffic, TrafficCurve, TrafficPoint, check_capacities
from sparsim.staging import staged_folder
from workloads.errors import ConfigError

if TYPE_CHECKING:
    from mapper.plan_tensors import TensorPlanning

NUM_CAPACITIES = 12
_BEYOND_M_P = (1.05, 1.1)
_PART_FOR_PEAK = 0.1
_LEAST_SECONDS = 1e-3
_COLUMNS = ("capacity_bytes", "total_off_chip_bytes", "objective_bytes", "lower_bound_bytes", "is_proven")


def curve_capacities(budgets: Budgets, num_capacities: int = NUM_CAPACITIES) -> tuple[int, ...]:
    """Return capacities from M_R to M_P, evenly spaced on a logarithmic axis, and two a little above.

    Parameters
    ----------
    budgets : Budgets
    num_capacities : int
        In all; fewer where they would be less than a byte apart, as where M_R is M_P.

    Raises
    ------
    ConfigError
        For fewer than four capacities, or budgets of no bytes.
    """
    least = 2 + len(_BEYOND_M_P)
    if num_capacities < least:
        raise ConfigError(f"traffic curve: expected {least} capacities or more, found {num_capacities}")
    if budgets.m_r_bytes < 1:
        raise ConfigError("traffic curve: expected a network that needs a scratchpad, found none of its tensors in it")
    between = np.geomspace(budgets.m_r_bytes, budgets.m_p_bytes, num_capacities - len(_BEYOND_M_P))[1:-1]
    above = [budgets.m_p_bytes * factor for factor in _BEYOND_M_P]
    rounded = (round(capacity) for capacity in [*between.tolist(), *above])
    return tuple(sorted({budgets.m_r_bytes, budgets.m_p_bytes, *rounded}))


def traffic_curve(
    problem: PlanProblem,
    capacities: Sequence[int] | None = None,
    *,
    method: str = "auto",
    time_limit_s: float = 60.0,
    progress: Callable[[int, int], None] | None = None,
) -> TrafficCurve:
    """Return what the best plans of ``problem`` move by capacity, with bound and baselines.

    A plan for one capacity is one for all larger ones, and what a capacity needs all smaller ones need too: plans are
    handed up and bounds down.

    Parameters
    ----------
    problem : PlanProblem
    capacities : sequence of int or None
        Bytes, ascending; ``curve_capacities`` of its budgets unless given.
    method : {"auto", "ilp", "search", "gaps", "greedy"}
        As in ``plan_tensors``.
    time_limit_s : float
        Of all capacities together; each may take an equal part of what those before it left.
    progress : callable or None
        Called with the number of capacities done and of all.

    Raises
    ------
    ConfigError
        For capacities that do not ascend, are below one byte or none, or what ``plan_tensors`` refuses.
    """
    from mapper.least_peak import least_peak
    from mapper.plan_tensors import budgets_with_peak, plan_tensors

    if not time_limit_s > 0:
        raise ConfigError(f"time limit: expected more than 0 seconds, found {time_limit_s:g}")
    deadline = time.perf_counter() + time_limit_s
    peak = least_peak(problem, time_limit_s=time_limit_s * _PART_FOR_PEAK)
    budgets = budgets_with_peak(problem, peak)
    wanted = curve_capacities(budgets) if capacities is None else tuple(capacities)
    check_capacities(problem.name, wanted)
    points = []
    for num_done, capacity_bytes in enumerate(wanted):
        share = (deadline - time.perf_counter()) / (len(wanted) - num_done)
        planning = plan_tensors(
            problem, capacity_bytes, method=method, time_limit_s=max(share, _LEAST_SECONDS), peak=peak
        )
        points.append(_point(planning))
        if progress is not None:
            progress(num_done + 1, len(wanted))
    return TrafficCurve(
        network=problem.name,
        compulsory_bytes=problem.compulsory_bytes,
        budgets=budgets,
        points=shared_knowledge(points),
    )


def _point(planning: TensorPlanning) -> TrafficPoint:
    return TrafficPoint(
        capacity_bytes=planning.capacity_bytes,
        objective_bytes=planning.certificate.objective_bytes,
        lower_bound_bytes=planning.any_order_bound_bytes,
        baselines=tuple(
            BaselineTraffic(name=name, objective_bytes=moved) for name, moved in planning.baselines.items()
        ),
    )


def shared_knowledge(points: Sequence[TrafficPoint]) -> tuple[TrafficPoint, ...]:
    """Return ``points``, of ascending capacity, each with the best plan of those before and bound of those after."""
    known: list[TrafficPoint] = []
    least: int | None = None
    for point in points:
        least = min((moved for moved in (least, point.objective_bytes) if moved is not None), default=None)
        known.append(replace(point, objective_bytes=least))
    bound = 0
    for place, point in reversed(list(enumerate(known))):
        bound = max(bound, point.lower_bound_bytes)
        assert point.objective_bytes is None or bound <= point.objective_bytes, "a bound is above a plan"
        known[place] = replace(point, lower_bound_bytes=bound)
    return tuple(known)


def curve_as_csv(curve: TrafficCurve) -> str:
    """Return a row a capacity: bytes of plan, bound and each baseline; empty where there is no plan."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*_COLUMNS, *(f"{name}_bytes" for name in curve.baseline_names)])
    for point in curve.points:
        moved = {one.name: one.objective_bytes for one in point.baselines}
        total = None if point.objective_bytes is None else curve.compulsory_bytes + point.objective_bytes
        known = (point.capacity_bytes, total, point.objective_bytes, point.lower_bound_bytes)
        writer.writerow([*known, str(point.is_proven).lower(), *(moved.get(name) for name in curve.baseline_names)])
    return text.getvalue()


def write_curve(curve: TrafficCurve, folder: Path | str) -> tuple[Path, ...]:
    """Write curve.csv and curve.png into ``folder``, both or none; return their paths.

    Raises
    ------
    ConfigError
        When the folder cannot be made or written, or no capacity has a plan.
    """
    from plots.save import missing_glyphs_as_boxes, save_figure
    from plots.traffic_against_scratchpad import traffic_against_scratchpad

    with staged_folder(Path(folder)) as staging:
        (staging / "curve.csv").write_text(curve_as_csv(curve), encoding="utf-8", newline="")
        with missing_glyphs_as_boxes():
            figure = traffic_against_scratchpad(curve)
        save_figure(figure, staging / "curve.png")
    return Path(folder, "curve.csv"), Path(folder, "curve.png")
