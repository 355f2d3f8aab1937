"""What a network needs of a scratchpad: M_R to run with whole tensors, M_P to move nothing more, M_H between them.

M_R is the largest sum of one operator's operands. Below it no plan of whole tensors exists; at or above it one always
does, since everything may leave after every step. M_P is the least, over all orders, of the most bytes alive at a step.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mapper.precedence import spanning_tensors
from mapper.problem import PlanProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """M_R, and M_P or what is known of it.

    Parameters
    ----------
    m_r_bytes : int
    m_r_operator : str
        The first operator that needs this much; empty when there is none.
    m_p_bytes : int
        The least peak found: M_P, or more.
    m_p_lower_bound_bytes : int
        M_P is no less.
    """

    m_r_bytes: int
    m_r_operator: str
    m_p_bytes: int
    m_p_lower_bound_bytes: int

    @property
    def m_h_bytes(self) -> int:
        """The mean of M_R and M_P, rounded down."""
        return (self.m_r_bytes + self.m_p_bytes) // 2

    @property
    def is_m_p_proven(self) -> bool:
        """Whether no order has a lower peak than ``m_p_bytes``."""
        return self.m_p_bytes == self.m_p_lower_bound_bytes


def budgets(problem: PlanProblem, orders: Iterable[Sequence[int]] = ()) -> Budgets:
    """Return the budgets of ``problem``.

    Parameters
    ----------
    problem : PlanProblem
    orders : iterable of sequence of int
        Orders to try for M_P beside the problem's own: a search's, say.
    """
    m_r_bytes, operator = least_need(problem)
    own = range(len(problem.operators))
    return Budgets(
        m_r_bytes=m_r_bytes,
        m_r_operator=operator,
        m_p_bytes=min(peak_bytes(problem, order) for order in [own, *orders]),
        m_p_lower_bound_bytes=peak_lower_bound_bytes(problem),
    )


def least_need(problem: PlanProblem) -> tuple[int, str]:
    """Return M_R and the first operator that sets it."""
    demands = [problem.demand_bytes(operator) for operator in range(len(problem.operators))]
    if not demands:
        return 0, ""
    return max(demands), problem.operators[demands.index(max(demands))]


def live_bytes(problem: PlanProblem, order: Sequence[int]) -> list[int]:
    """Return by step the bytes of the tensors that were made or first read by then and are not past their last use."""
    position = {operator: step for step, operator in enumerate(order)}
    changes = [0] * (len(order) + 1)
    for tensor in problem.tensors:
        steps = [position[operator] for operator in tensor.consumers]
        if tensor.producer is not None:
            steps.append(position[tensor.producer])
        if steps:
            changes[min(steps)] += tensor.size_bytes
            changes[max(steps) + 1] -= tensor.size_bytes
    total, live = 0, []
    for change in changes[:-1]:
        total += change
        live.append(total)
    return live


def peak_bytes(problem: PlanProblem, order: Sequence[int]) -> int:
    """Return the most bytes alive at a step of ``order``: in this much nothing leaves before its last use."""
    return max(live_bytes(problem, order), default=0)


def peak_lower_bound_bytes(problem: PlanProblem) -> int:
    """Return bytes that are alive at some step of any order.

    While an operator runs, alive are its operands and, in any order, every tensor that one of its ancestors makes or
    reads and one of its descendants reads.
    """
    return max(
        (
            problem.demand_bytes(operator) + sum(problem.tensors[tensor].size_bytes for tensor in across)
            for operator, across in enumerate(spanning_tensors(problem))
        ),
        default=0,
    )


def shortage(problem: PlanProblem, capacity_bytes: int) -> str:
    """Return why no plan of whole tensors fits ``capacity_bytes``; empty when one does.

    Names the resource, the operator that sets the demand, the demand, the bound, the missing bytes, the tensors that
    make up the demand, largest first, and what would help.
    """
    demand, name = least_need(problem)
    if demand <= capacity_bytes:
        return ""
    operands = [problem.tensors[tensor] for tensor in problem.operands(problem.operators.index(name))]
    parts = sorted(operands, key=lambda tensor: -tensor.size_bytes)
    made_of = ", ".join(f"{tensor.name!r} {tensor.size_bytes:,}" for tensor in parts)
    return (
        f"scratchpad of {capacity_bytes:,} bytes: operator {name!r} needs {demand:,} bytes at once, "
        f"{demand - capacity_bytes:,} more ({made_of}); a scratchpad of M_R = {demand:,} bytes, a smaller batch or "
        "resolution, or an operator cut into tiles would help"
    )
