"""Hypothesis strategy: blocks of parallel branches, one behind the other, with a single tensor between."""

from __future__ import annotations

from hypothesis import strategies as st

from mapper.problem import PlanProblem
from tests.mapper.drawn_problems import problem_of
from tests.mapper.plan_brute_force import least_need_bytes, peak_bytes


@st.composite
def chains_in_scratchpads(draw: st.DrawFn, *, max_blocks: int = 3) -> tuple[PlanProblem, int]:
    """A chain, and a capacity between M_R and what its first order keeps alive.

    A block reads x twice, makes a tensor of each, and joins them, sometimes with x and with a tensor that starts
    off-chip and that any block may read: then two tensors live across a cut.
    """
    sizes = [draw(st.integers(1, 4)), draw(st.integers(1, 4))]
    read: list[tuple[int, ...]] = []
    made: list[tuple[int, ...]] = []
    x, constant = 0, 1
    for _ in range(draw(st.integers(2, max_blocks))):
        branches = [len(sizes), len(sizes) + 1][: draw(st.integers(1, 2))]
        for branch in branches:
            read.append((x, constant) if draw(st.integers(0, 3)) == 0 else (x,))
            made.append((branch,))
            sizes.append(draw(st.integers(1, 4)))
        read.append((*branches, x) if draw(st.booleans()) else tuple(branches))
        made.append((len(sizes),))
        x = len(sizes)
        sizes.append(draw(st.integers(1, 4)))
    problem = problem_of(sizes, read, made, outputs={x, draw(st.integers(0, x))})
    least, peak = least_need_bytes(problem), peak_bytes(problem, range(len(read)))
    return problem, draw(st.integers(least, max(least, peak)))
