"""What must come before and after, against all orders."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.precedence import ancestors, bits_of, descendants, indices_of, spanning_tensors
from tests.mapper.drawn_problems import problems
from tests.mapper.plan_brute_force import all_orders, uses_by_tensor


@given(indices=st.sets(st.integers(0, 300)))
def test_sets_are_bits(indices):
    assert indices_of(bits_of(indices)) == tuple(sorted(indices))


@settings(max_examples=80, deadline=None)
@given(problem=problems(max_operators=5))
def test_an_ancestor_comes_before_in_every_order(problem):
    orders = list(all_orders(problem))
    before, after = ancestors(problem), descendants(problem)

    for one in range(len(problem.operators)):
        for other in range(len(problem.operators)):
            always = all(order.index(other) < order.index(one) for order in orders)
            assert bool(before[one] >> other & 1) == (always and one != other)
            assert bool(after[other] >> one & 1) == bool(before[one] >> other & 1)


@settings(max_examples=80, deadline=None)
@given(problem=problems(max_operators=5))
def test_spanning_tensors_are_alive_in_every_order(problem):
    spanning = spanning_tensors(problem)

    for order in all_orders(problem):
        uses = uses_by_tensor(problem, order)
        for step, operator in enumerate(order):
            assert not set(spanning[operator]) & set(problem.operands(operator))
            assert all(uses[tensor][0] < step < uses[tensor][-1] for tensor in spanning[operator])
