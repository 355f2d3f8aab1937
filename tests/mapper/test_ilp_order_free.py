"""The bound over all orders holds for each, and is met where there is one."""

from __future__ import annotations

from hypothesis import given, settings

from mapper.certificate import Certificate, Verdict
from mapper.ilp_order_free import order_free_bound_bytes, over_all_orders
from tests.mapper.drawn_problems import problem_of, problems_in_scratchpads
from tests.mapper.plan_brute_force import all_orders, optimum_bytes

# a chain o0 -> ... -> o4 through tensors of 3 bytes; t0 (5) is made by o0, read by o2 and o4; o1 and o3 also make one
# of 5 bytes that no one reads
CHAIN = problem_of(
    [5, 3, 3, 3, 3, 1, 5, 5],
    [(), (1,), (2, 0), (3,), (4, 0)],
    [(0, 1), (2, 6), (3,), (4, 7), (5,)],
    outputs=[5],
)


def test_a_chain():
    # o1 and o3: 3 + 3 + 5 and t0 across: 16; with less t0 leaves twice: written once, read twice
    assert order_free_bound_bytes(CHAIN, 16, 1.0) == 0
    assert order_free_bound_bytes(CHAIN, 15, 1.0) == 5 + 2 * 5
    assert optimum_bytes(CHAIN, 11) == 15


def test_without_time_the_bound_is_nothing():
    assert order_free_bound_bytes(CHAIN, 11, 0.0) == 0


def test_certificates():
    def of(objective: int | None) -> Certificate:
        certificate = Certificate(
            verdict=Verdict.UNKNOWN, objective_bytes=objective, lower_bound_bytes=9, seconds=0.0, method="any"
        )
        return over_all_orders(CHAIN, 11, certificate, time_limit_s=1.0)

    assert (of(0).verdict, of(0).lower_bound_bytes) == (Verdict.OPTIMAL, 0)
    assert (of(15).verdict, of(15).lower_bound_bytes) == (Verdict.OPTIMAL, 15)
    assert (of(20).verdict, of(20).lower_bound_bytes) == (Verdict.FEASIBLE, 15)
    assert (of(None).verdict, of(None).lower_bound_bytes) == (Verdict.UNKNOWN, 0)


@settings(max_examples=150, deadline=None)
@given(drawn=problems_in_scratchpads())
def test_no_order_moves_less(drawn):
    problem, capacity = drawn
    bound = order_free_bound_bytes(problem, capacity, 10.0)
    best = optimum_bytes(problem, capacity, addresses=False)

    assert bound <= best
    if len(list(all_orders(problem))) == 1:
        assert bound == best
