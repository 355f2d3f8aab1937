"""Plans of a fixed order with places: against exhaustion, and against plans of whole tensors."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from mapper.budgets import least_need
from mapper.gaps_plan import plan_gaps
from mapper.problem import plan_problem
from mapper.residency.choices import whole_operands
from mapper.residency.plan_order import PlacedDecision, plan_order
from tests.mapper import problem_without_places
from tests.mapper.drawn_problems import problem_of, problems_in_scratchpads
from tests.mapper.plan_brute_force import all_orders, optimum_bytes, packs
from tests.mapper.residency.brute_force import Plan, boxes_of, cost_of, optimum, uses_by_tensor
from tests.mapper.residency.drawn_choices import residency_problems
from workloads.zoo import registry

SECONDS = 10.0


def assert_places(placed: PlacedDecision, capacity: int) -> None:
    """No box ends above the capacity, no two that live at once overlap."""
    boxes = list(zip(placed.boxes.boxes, placed.offsets_bytes, strict=True))
    for box, offset in boxes:
        assert 0 <= offset <= capacity - box.size
    for (one, low), (other, high) in itertools.combinations(boxes, 2):
        together = one.lower < other.upper and other.lower < one.upper
        assert not together or low + one.size <= high or high + other.size <= low


def assert_is_what_it_says(problem, order, placed: PlacedDecision) -> None:
    """The decision's cost, followed tensor by tensor; and a box for each stay and buffer, in place or not."""
    uses = uses_by_tensor(problem.tensors, order)
    assert placed.schedule == tuple(order)
    chosen = tuple(problem.choices[operator][one] for operator, one in zip(order, placed.decision.choices, strict=True))
    plan = Plan(chosen, frozenset((gap.tensor, gap.before, gap.after) for gap in placed.decision.kept))
    assert cost_of(problem, plan, uses) == placed.cost
    boxes = [(box.lower, box.upper - 1, box.size) for box in placed.boxes.boxes]
    assert sorted(boxes) == sorted(boxes_of(problem, plan, uses))


@settings(max_examples=150, deadline=None)
@given(drawn=residency_problems(), data=st.data())
def test_equal_to_exhaustion_with_places(drawn, data):
    problem, capacity = drawn
    order = data.draw(st.sampled_from(list(all_orders(problem.tensors))))
    expected = optimum(problem, capacity, order=order)

    placed = plan_order(problem, order, capacity, SECONDS)

    if placed is None:
        assert optimum(problem, capacity, order=order, addresses=False) is None
        return
    assert_places(placed, capacity)
    assert_is_what_it_says(problem, order, placed)
    assert placed.lower_bound <= expected <= placed.cost
    event(f"proven: {placed.cost == placed.lower_bound}")
    assert placed.cost == expected  # small enough for all that does not fit to be forbidden


@settings(max_examples=100, deadline=None)
@given(drawn=problems_in_scratchpads(), data=st.data())
def test_whole_operands_are_plans_of_whole_tensors(drawn, data):
    tensors, capacity = drawn
    order = data.draw(st.sampled_from(list(all_orders(tensors))))
    gaps = plan_gaps(tensors, capacity, schedule=order, is_order_free=False)

    placed = plan_order(whole_operands(tensors), order, capacity, SECONDS)

    assert_places(placed, capacity)
    assert placed.cost - tensors.compulsory_bytes == gaps.objective_bytes
    assert gaps.objective_bytes == optimum_bytes(tensors, capacity, order=order)


def test_bytes_that_fit_without_places():
    tensors, capacity = problem_without_places.PROBLEM, problem_without_places.CAPACITY_BYTES
    order = range(len(tensors.operators))
    expected = optimum_bytes(tensors, capacity, order=order)

    placed = plan_order(whole_operands(tensors), order, capacity, SECONDS)

    assert not packs(problem_without_places.BOXES, capacity)
    assert_places(placed, capacity)
    assert placed.cost - tensors.compulsory_bytes == expected > 0
    assert placed.lower_bound == placed.cost


@pytest.mark.parametrize("with_weights", [False, True])
def test_densenet_with_two_input_concatenations(with_weights):
    tensors = plan_problem(registry.build("densenet121_binary_concat"), with_weights=with_weights)
    capacity = least_need(tensors)[0]
    gaps = plan_gaps(tensors, capacity, is_order_free=False)

    placed = plan_order(whole_operands(tensors), range(len(tensors.operators)), capacity, SECONDS)

    assert placed.cost == placed.lower_bound
    assert placed.cost - tensors.compulsory_bytes == gaps.objective_bytes
    assert with_weights or gaps.objective_bytes == 2_609_152
    assert_places(placed, capacity)


def test_nothing_fits_and_no_time():
    tensors = problem_of([4, 3], [(0,)], [(1,)], outputs=[1])
    whole = whole_operands(tensors)

    assert plan_order(whole, (0,), 6, SECONDS) is None
    assert plan_order(whole, (0,), 7, 0.0) is None
    assert plan_order(whole, (0,), 7, SECONDS).cost == 7
