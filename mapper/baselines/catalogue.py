"""Every baseline on one problem: what a certificate is compared with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mapper.baselines.greedy_by_size import greedy_by_size
from mapper.baselines.memory_aware_order import memory_aware_order
from mapper.baselines.place_evict_place import place_evict_place
from mapper.baselines.policies import belady, cheapest
from mapper.baselines.whole_lifetimes import whole_lifetimes
from mapper.problem import PlanProblem
from mapper.tensor_plan import TensorPlan, spill_bytes


def baseline_plans(
    problem: PlanProblem, capacity_bytes: int, *, least_peak_order: Sequence[int] | None = None
) -> Mapping[str, TensorPlan | None]:
    """Return the plan of every baseline, None where it has none.

    Parameters
    ----------
    least_peak_order : sequence of int or None
        The order of least peak where it is known; unless given, one that ``memory_aware_order`` finds step by step.

    Returns
    -------
    mapping of str to TensorPlan or None
        ``ORDER_POLICY`` for file_order and least_peak, belady and cheapest; greedy_by_size and tflite_like, both in
        file order. None where an operator's operands exceed the capacity, and for tflite_like, which spills
        nothing, where its peak does.
    """
    in_file = tuple(range(len(problem.operators)))
    low = memory_aware_order(problem) if least_peak_order is None else tuple(least_peak_order)
    return {
        "file_order_belady": place_evict_place(problem, in_file, capacity_bytes, belady),
        "file_order_cheapest": place_evict_place(problem, in_file, capacity_bytes, cheapest),
        "least_peak_belady": place_evict_place(problem, low, capacity_bytes, belady),
        "least_peak_cheapest": place_evict_place(problem, low, capacity_bytes, cheapest),
        "greedy_by_size": greedy_by_size(problem, in_file, capacity_bytes),
        "tflite_like": whole_lifetimes(problem, in_file, capacity_bytes),
    }


def baseline_bytes(problem: PlanProblem, plans: Mapping[str, TensorPlan | None]) -> Mapping[str, int | None]:
    """Return the bytes that each of ``plans`` moves beyond the compulsory ones; None without a plan."""
    return {
        name: None if plan is None else spill_bytes(problem, plan.schedule, plan.episodes)
        for name, plan in plans.items()
    }
