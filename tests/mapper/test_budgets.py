"""M_R, M_P's bounds, and the reason when a scratchpad is too small."""

from __future__ import annotations

from hypothesis import given, settings

from mapper.budgets import Budgets, budgets, least_need, live_bytes, peak_bytes, peak_lower_bound_bytes, shortage
from tests.mapper.drawn_problems import problem_of, problems
from tests.mapper.plan_brute_force import all_orders, least_need_bytes, least_peak_bytes
from tests.mapper.plan_brute_force import peak_bytes as slow_peak_bytes

# o0 makes t1 of t0; o1, o2 each read t1; o3 reads what they make and t0
DIAMOND = problem_of([4, 2, 3, 3, 1], [(0,), (1,), (1,), (2, 3, 0)], [(1,), (2,), (3,), (4,)], outputs=[4])


def test_by_hand():
    # alive: t0 t1 | t0 t1 t2 | t0 t1 t2 t3 | t0 t2 t3 t4
    assert live_bytes(DIAMOND, (0, 1, 2, 3)) == [6, 9, 12, 11]
    # around o1 and o2: t0 only, for t2 and t3 may come after; so 9, and 11 for o3
    assert budgets(DIAMOND) == Budgets(m_r_bytes=11, m_r_operator="o3", m_p_bytes=12, m_p_lower_bound_bytes=11)
    assert budgets(DIAMOND).m_h_bytes == 11  # 11.5 rounded down
    assert not budgets(DIAMOND).is_m_p_proven


def test_a_better_order_lowers_the_peak():
    # two chains: o0 -> o2 and o1 -> o3 through tensors of 5 bytes; one after the other needs 6, side by side 11
    problem = problem_of([5, 1, 5, 1], [(), (), (0,), (2,)], [(0,), (2,), (1,), (3,)])

    assert budgets(problem).m_p_bytes == 11
    assert budgets(problem, [(0, 2, 1, 3)]).m_p_bytes == 6
    assert budgets(problem, [(0, 2, 1, 3)]).is_m_p_proven


def test_no_operators():
    nothing = problem_of([], [], [])

    assert budgets(nothing) == Budgets(m_r_bytes=0, m_r_operator="", m_p_bytes=0, m_p_lower_bound_bytes=0)
    assert shortage(nothing, 1) == ""


@settings(max_examples=100, deadline=None)
@given(problem=problems(max_operators=5))
def test_bounds_hold(problem):
    orders = list(all_orders(problem))
    found = budgets(problem, orders)

    assert least_need(problem)[0] == found.m_r_bytes == least_need_bytes(problem)
    assert found.m_p_bytes == least_peak_bytes(problem)
    assert found.m_r_bytes <= peak_lower_bound_bytes(problem) <= found.m_p_bytes
    assert all(peak_bytes(problem, order) == slow_peak_bytes(problem, order) for order in orders[:5])


def test_shortage_names_all_that_is_wrong():
    assert shortage(DIAMOND, 11) == ""
    assert shortage(DIAMOND, 10) == (
        "scratchpad of 10 bytes: operator 'o3' needs 11 bytes at once, 1 more ('t0' 4, 't2' 3, 't3' 3, 't4' 1); a "
        "scratchpad of M_R = 11 bytes, a smaller batch or resolution, or an operator cut into tiles would help"
    )
