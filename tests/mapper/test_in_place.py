"""What may be overwritten, how the problem says so, and that it never costs bytes."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapper.in_place import InPlacePair, in_place_pairs, merge_in_place
from mapper.problem import PlanProblem, plan_problem
from mapper.tensor_plan import Episode, TensorPlan
from tests.mapper.drawn_problems import problem_of, problems_in_scratchpads
from tests.mapper.plan_brute_force import least_need_bytes, least_peak_bytes, optimum_bytes
from workloads.zoo.builder import GraphBuilder


def residual():
    """x -> a -> sigmoid -> b; b + x -> tanh -> flatten -> c. Rows of 8 bytes, c of 4."""
    builder = GraphBuilder(name="residual")
    x = builder.input("x", (1, 8))
    a = builder.linear("a", x, 8, bias=False)
    b = builder.linear("b", builder.activation("sigmoid", "sigmoid", a), 8, bias=False)
    total = builder.elementwise("sum", "add", b, x)
    flat = builder.view("flat", builder.activation("tanh", "tanh", total), (8,))
    return builder.finish((builder.linear("c", builder.view("back", flat, (1, 8)), 4, bias=False),))


def named(problem: PlanProblem, pairs: tuple[InPlacePair, ...]) -> list[tuple[str, str, str]]:
    names = [tensor.name for tensor in problem.tensors]
    return [(problem.operators[one.operator], names[one.source], names[one.result]) for one in pairs]


def pairs_of(problem: PlanProblem) -> tuple[InPlacePair, ...]:
    """Pairs of a drawn problem, as if every operator that makes one tensor were element-wise."""
    return tuple(
        InPlacePair(operator=operator, source=source, result=made[0])
        for operator, made in enumerate(problem.outputs)
        if len(made) == 1
        for source in [
            one
            for one in problem.inputs[operator]
            if problem.tensors[one].consumers == (operator,)
            and problem.tensors[one].producer is not None
            and not problem.tensors[one].is_output
            and problem.tensors[one].size_bytes == problem.tensors[made[0]].size_bytes
        ][:1]
    )


def test_pairs_of_a_network():
    network = residual()
    problem = plan_problem(network, with_weights=False)

    # the addition may overwrite b, not x, which the network's user gave
    assert named(problem, in_place_pairs(network, problem)) == [
        ("sigmoid", "a", "sigmoid"),
        ("sum", "b", "sum"),
        ("tanh", "sum", "tanh"),
    ]


def test_what_is_no_pair():
    builder = GraphBuilder(name="none")
    x = builder.input("x", (4, 8))
    a = builder.linear("a", x, 8, bias=False)
    row = builder.linear("row", builder.input("y", (1, 8)), 8, bias=False)
    wide = builder.elementwise("wide", "add", row, builder.weight("scale", (4, 8)))  # row is broadcast
    twice = builder.elementwise("twice", "mul", a, wide)  # a is read again, wide is not
    soft = builder.softmax("soft", a)  # needs the whole row
    out = builder.activation("out", "relu", soft)
    last = builder.activation("last", "tanh", out)  # out is handed out too
    network = builder.finish((twice, out, last))
    problem = plan_problem(network, with_weights=True)

    assert named(problem, in_place_pairs(network, problem)) == [("twice", "wide", "twice"), ("out", "soft", "out")]


def test_any_order_absorbs_what_reads_one_tensor():
    network = residual()
    problem = plan_problem(network, with_weights=False)
    merged = merge_in_place(problem, in_place_pairs(network, problem))

    assert merged.problem.operators == ("a", "b", "sum", "c")
    assert merged.absorbed == {"sigmoid": "a", "tanh": "sum"}
    assert merged.overwrites == ()
    assert [tensor.name for tensor in merged.problem.tensors] == ["x", "sigmoid", "b", "tanh", "c"]
    assert merged.problem.inputs == ((0,), (1,), (2, 0), (3,))
    assert merged.problem.outputs == ((1,), (2,), (3,), (4,))
    assert [one.consumers for one in merged.problem.tensors] == [(0, 2), (1,), (2,), (3,), ()]
    assert [one.producer for one in merged.problem.tensors] == [None, 0, 1, 2, 3]
    assert [one.is_output for one in merged.problem.tensors] == [False] * 4 + [True]


def test_a_fixed_order_shares_with_the_step_before():
    network = residual()
    problem = plan_problem(network, with_weights=False)
    merged = merge_in_place(problem, in_place_pairs(network, problem), is_order_fixed=True)

    assert merged.problem.operators == ("a", "b", "sum", "c")
    assert [tensor.name for tensor in merged.problem.tensors] == ["x", "sigmoid", "tanh", "c"]
    assert merged.problem.inputs == ((0,), (1,), (2, 0), (2,))
    assert merged.problem.outputs == ((1,), (2,), (), (3,))
    assert merged.overwrites == ((2, 2),)
    # apart, the addition needs b, x and the sum: 24; in place b and x: 16. Linear b runs while x waits: 24 either way
    assert (least_need_bytes(problem), least_need_bytes(merged.problem)) == (24, 16)
    assert (least_peak_bytes(problem), least_peak_bytes(merged.problem)) == (24, 24)


def test_weights_in_the_problem_are_not_absorbed():
    builder = GraphBuilder(name="shift")
    a = builder.linear("a", builder.input("x", (1, 8)), 8, bias=False)
    network = builder.finish((builder.elementwise("shift", "add", a, builder.weight("w", (8,))),))

    for with_weights, absorbed in ((False, {"shift": "a"}), (True, {})):
        problem = plan_problem(network, with_weights=with_weights)
        assert merge_in_place(problem, in_place_pairs(network, problem)).absorbed == absorbed


def test_a_step_between_keeps_the_places_apart():
    # o0 makes t0, o1 makes t1, o2 adds them: t1 is of the step before, t0 is not
    problem = problem_of([2, 2, 2], [(), (), (0, 1)], [(0,), (1,), (2,)])
    first, second = (InPlacePair(operator=2, source=source, result=2) for source in (0, 1))

    assert merge_in_place(problem, (first,), is_order_fixed=True).overwrites == ()
    assert merge_in_place(problem, (second,), is_order_fixed=True).overwrites == ((2, 1),)


def test_what_leaves_before_and_after_it_changes_is_written_twice():
    # o0 makes t0, o1 makes t1 of nothing, o2 overwrites t1 with t0 + t1, o3 does something else, o4 reads it
    problem = problem_of([2, 2, 2, 1], [(), (), (0, 1), (), (2,)], [(0,), (1,), (2,), (3,), ()])
    merged = merge_in_place(problem, (InPlacePair(operator=2, source=1, result=2),), is_order_fixed=True)

    def extra(*stays: tuple[int, int]) -> int:
        episodes = tuple(Episode(tensor=1, first_step=first, last_step=last, offset_bytes=0) for first, last in stays)
        return merged.rewritten_bytes(TensorPlan(schedule=(0, 1, 2, 3, 4), episodes=episodes))

    assert extra((1, 4)) == 0
    assert extra((1, 2), (4, 4)) == 0  # leaves once, changed: one write, which is counted
    assert extra((1, 1), (2, 4)) == 0
    assert extra((1, 1), (2, 2), (4, 4)) == 2


def test_an_output_that_leaves_before_it_changes():
    problem = problem_of([2, 2, 2], [(), (), (0, 1)], [(0,), (1,), (2,)], outputs=[2])
    merged = merge_in_place(problem, (InPlacePair(operator=2, source=1, result=2),), is_order_fixed=True)
    apart = (
        Episode(tensor=1, first_step=1, last_step=1, offset_bytes=0),
        Episode(tensor=1, first_step=2, last_step=2, offset_bytes=0),
    )

    assert merged.rewritten_bytes(TensorPlan(schedule=(0, 1, 2), episodes=apart)) == 2


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=problems_in_scratchpads(max_operators=5), is_order_fixed=st.booleans())
def test_never_costs_bytes(drawn, is_order_fixed):
    problem, capacity = drawn
    merged = merge_in_place(problem, pairs_of(problem), is_order_fixed=is_order_fixed).problem
    order = range(len(problem.operators)) if is_order_fixed else None
    order_left = range(len(merged.operators)) if is_order_fixed else None

    assert least_need_bytes(merged) <= least_need_bytes(problem)
    assert merged.compulsory_bytes == problem.compulsory_bytes
    assert optimum_bytes(merged, capacity, order=order_left) <= optimum_bytes(problem, capacity, order=order)


@given(drawn=problems_in_scratchpads(max_operators=5))
def test_without_pairs_the_problem_is_the_same(drawn):
    assert merge_in_place(drawn[0], ()).problem == drawn[0]
