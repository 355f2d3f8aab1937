"""Hypothesis strategies: small planning problems of every shape, with capacities around their budgets."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from mapper.problem import PlannedTensor, PlanProblem
from tests.mapper.plan_brute_force import least_need_bytes, peak_bytes


@st.composite
def problems(draw: st.DrawFn, *, max_operators: int = 6, unit_bytes: int | None = None) -> PlanProblem:
    """Up to ``max_operators`` operators; connected or not, equal sizes or not.

    An operator reads up to three tensors, of those before it and of what starts off-chip, and makes one or two. Some
    are outputs, some are used by no one, and both may be.
    """
    num_operators = draw(st.integers(1, max_operators))
    unit = unit_bytes or draw(st.sampled_from([1, 3, 64]))
    num_given = draw(st.integers(0, 2))
    read: list[tuple[int, ...]] = []
    made: list[tuple[int, ...]] = []
    num_tensors = num_given
    for _ in range(num_operators):
        known = list(range(num_tensors))
        read.append(tuple(draw(st.lists(st.sampled_from(known), max_size=3, unique=True))) if known else ())
        num_made = draw(st.sampled_from([1, 1, 1, 2]))
        made.append(tuple(range(num_tensors, num_tensors + num_made)))
        num_tensors += num_made
    sizes = [unit * draw(st.integers(1, 5)) for _ in range(num_tensors)]
    return problem_of(sizes, read, made, outputs=draw(st.sets(st.integers(0, num_tensors - 1), max_size=2)))


@st.composite
def problems_in_scratchpads(draw: st.DrawFn, *, max_operators: int = 6) -> tuple[PlanProblem, int]:
    """A problem, and a capacity of at least M_R; mostly below what its first order keeps alive."""
    problem = draw(problems(max_operators=max_operators))
    least = least_need_bytes(problem)
    peak = peak_bytes(problem, range(len(problem.operators)))
    return problem, draw(st.one_of(st.just(least), st.integers(least, max(least, peak))))


def problem_of(
    sizes: Sequence[int],
    read: Sequence[tuple[int, ...]],
    made: Sequence[tuple[int, ...]],
    *,
    outputs: Sequence[int] | set[int] = (),
) -> PlanProblem:
    """The problem of operators o0, o1, ... that read and make tensors t0, t1, ... of ``sizes`` bytes."""
    producers = {tensor: operator for operator, tensors in enumerate(made) for tensor in tensors}
    return PlanProblem(
        name="drawn",
        operators=tuple(f"o{operator}" for operator in range(len(read))),
        tensors=tuple(
            PlannedTensor(
                name=f"t{tensor}",
                size_bytes=size,
                producer=producers.get(tensor),
                consumers=tuple(operator for operator, tensors in enumerate(read) if tensor in tensors),
                is_output=tensor in outputs,
            )
            for tensor, size in enumerate(sizes)
        ),
        inputs=tuple(read),
        outputs=tuple(made),
    )
