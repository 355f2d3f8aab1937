"""Hypothesis strategies: small problems of tiling and residency, choices and costs of any kind."""

from __future__ import annotations

from hypothesis import strategies as st

from mapper.problem import PlanProblem
from mapper.residency.choices import Choice, ResidencyProblem
from tests.mapper.drawn_problems import problems


@st.composite
def residency_problems(draw: st.DrawFn, *, max_operators: int = 4) -> tuple[ResidencyProblem, int]:
    """Up to four operators of up to three choices each; and a capacity in which at least one choice of each fits."""
    tensors = draw(problems(max_operators=max_operators))
    choices = tuple(_choices(draw, tensors, operator) for operator in range(len(tensors.operators)))
    num_tensors = len(tensors.tensors)
    costs = st.lists(st.integers(1, 9), min_size=num_tensors, max_size=num_tensors)
    problem = ResidencyProblem(
        tensors=tensors,
        choices=choices,
        load_costs=tuple(draw(costs)),
        store_costs=tuple(draw(costs)),
        in_place=_in_place(draw, tensors),
    )
    needs = [[_need_bytes(tensors, choice) for choice in options] for options in choices]
    least, most = max(1, *map(min, needs)), max(map(max, needs))
    return problem, draw(st.integers(least, max(least, 2 * most)))


def _choices(draw: st.DrawFn, tensors: PlanProblem, operator: int) -> tuple[Choice, ...]:
    operands = tensors.operands(operator)
    found = []
    for _ in range(draw(st.integers(1, 3))):
        whole = draw(st.frozensets(st.sampled_from(operands))) if draw(st.booleans()) else frozenset(operands)
        buffer = draw(st.integers(0, 4)) if whole != set(operands) else 0
        found.append(Choice(whole=whole, buffer_bytes=buffer, cost=draw(st.integers(0, 20))))
    return tuple(found)


def _need_bytes(tensors: PlanProblem, choice: Choice) -> int:
    return choice.buffer_bytes + sum(tensors.tensors[one].size_bytes for one in choice.whole)


def _in_place(draw: st.DrawFn, tensors: PlanProblem) -> dict[int, int]:
    """Some of the operands that nobody else needs, each with a result of its size; a result is over one operand."""
    pairs: dict[int, int] = {}
    for source, one in enumerate(tensors.tensors):
        if one.producer is None or one.is_output or len(one.consumers) != 1:
            continue
        for result in tensors.outputs[one.consumers[0]]:
            alike = tensors.tensors[result].size_bytes == one.size_bytes
            if alike and result not in pairs.values() and draw(st.booleans()):
                pairs[source] = result
                break
    return pairs
