"""A planning as JSON, under the names that docs/planning.md explains."""

from __future__ import annotations

from mapper.budgets import Budgets
from mapper.gaps_plan import FIXED_ORDER
from mapper.plan_tensors import TensorPlanning
from sparsim import __version__
from sparsim.export import JsonObject, JsonValue
from sparsim.plan_api import NetworkPlanning


def planning_as_json(planning: NetworkPlanning) -> JsonObject:
    """Return every figure of ``planning``, ready for ``json.dumps``; null where there is no plan."""
    answer, certificate = planning.answer, planning.answer.certificate
    return {
        "network": planning.network,
        "accelerator": planning.accelerator or None,
        "sparsim_version": __version__,
        "compression": planning.compression or None,
        "with_weights": planning.with_weights,
        "in_place": planning.in_place,
        "sizes": planning.sizes,
        "scratchpad": planning.scratchpad or None,
        "capacity_bytes": answer.capacity_bytes,
        "method": str(planning.method),
        "verdict": str(certificate.verdict),
        "verdict_over": verdict_scope(planning),
        "reason": certificate.reason or None,
        "objective_bytes": certificate.objective_bytes,
        "lower_bound_bytes": answer.any_order_bound_bytes,
        "gap_fraction": answer.gap_fraction,
        "own_order_lower_bound_bytes": certificate.lower_bound_bytes if is_of_own_order(planning) else None,
        "plan_from": answer.plan_from or None,
        "bound_from": answer.bound_from or None,
        "solver": certificate.solver,
        "seconds": certificate.seconds,
        "budgets": _budgets_as_json(answer.budgets),
        "baselines": dict(answer.baselines),
        "compulsory_bytes": answer.problem.compulsory_bytes,
        "total_off_chip_bytes": answer.total_off_chip_bytes,
        "schedule": _schedule_as_json(answer),
        "absorbed": dict(planning.absorbed),
        "tensors": _tensors_as_json(answer),
        "notes": list(planning.notes),
    }


def is_of_own_order(planning: NetworkPlanning) -> bool:
    """Return whether the verdict is about the network's own order alone."""
    return planning.answer.certificate.method == FIXED_ORDER


def verdict_scope(planning: NetworkPlanning) -> str:
    """Return which orders the verdict is about."""
    return "the network's order" if is_of_own_order(planning) else "all orders"


def _budgets_as_json(budgets: Budgets) -> JsonObject:
    return {
        "m_r_bytes": budgets.m_r_bytes,
        "m_r_operator": budgets.m_r_operator,
        "m_h_bytes": budgets.m_h_bytes,
        "m_p_bytes": budgets.m_p_bytes,
        "m_p_lower_bound_bytes": budgets.m_p_lower_bound_bytes,
    }


def _schedule_as_json(answer: TensorPlanning) -> JsonValue:
    plan = answer.certificate.plan
    return None if plan is None else [answer.problem.operators[operator] for operator in plan.schedule]


def _tensors_as_json(answer: TensorPlanning) -> JsonValue:
    plan = answer.certificate.plan
    if plan is None:
        return None
    episodes: list[list[JsonValue]] = [[] for _ in answer.problem.tensors]
    for one in plan.episodes:
        episodes[one.tensor].append(
            {
                "first_step": one.first_step,
                "last_step": one.last_step,
                "offset_bytes": one.offset_bytes,
                "size_bytes": answer.problem.tensors[one.tensor].size_bytes,
            }
        )
    return [
        {"name": tensor.name, "episodes": found} for tensor, found in zip(answer.problem.tensors, episodes, strict=True)
    ]
