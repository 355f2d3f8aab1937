"""Networks as planning problems: views merged, weights left out or not, each tensor once."""

from __future__ import annotations

from mapper.problem import plan_problem
from mapper.tensor_plan import Episode, spill_bytes
from workloads.zoo.builder import GraphBuilder


def residual():
    """x (8) -> a -> b, b + x -> flatten -> c, int8: activations of 8 bytes, weights of 64."""
    builder = GraphBuilder(name="residual")
    x = builder.input("x", (1, 8))
    a = builder.linear("a", x, 8, bias=False)
    b = builder.linear("b", a, 8, bias=False)
    total = builder.elementwise("sum", "add", b, x)
    flat = builder.view("flat", total, (8, 1))
    return builder.finish((builder.linear("c", builder.view("back", flat, (1, 8)), 4, bias=False),))


def test_activations_alone():
    problem = plan_problem(residual(), with_weights=False)

    assert problem.operators == ("a", "b", "sum", "c")
    assert [one.name for one in problem.tensors] == ["x", "a", "b", "sum", "c"]
    assert [one.consumers for one in problem.tensors] == [(0, 2), (1,), (2,), (3,), ()]
    assert [one.producer for one in problem.tensors] == [None, 0, 1, 2, 3]
    assert problem.operands(2) == (2, 0, 3)
    assert problem.demand_bytes(2) == 24
    assert problem.predecessors == (frozenset(), frozenset({0}), frozenset({1}), frozenset({2}))
    assert problem.compulsory_bytes == 8 + 4  # x in, c out


def test_weights_start_off_chip():
    problem = plan_problem(residual(), with_weights=True)

    assert problem.demand_bytes(0) == 8 + 64 + 8
    assert problem.compulsory_bytes == 8 + 64 + 64 + 32 + 4


def test_a_tensor_read_twice_by_one_operator_counts_once():
    builder = GraphBuilder(name="square")
    x = builder.input("x", (4,))
    problem = plan_problem(builder.finish((builder.elementwise("square", "mul", x, x),)), with_weights=False)

    assert problem.inputs == ((0,),)
    assert problem.demand_bytes(0) == 8


def test_what_leaves_is_written_once_and_read_each_time():
    problem = plan_problem(residual(), with_weights=False)
    order = (0, 1, 2, 3)
    stays = [Episode(tensor=0, first_step=0, last_step=2, offset_bytes=0)]

    assert spill_bytes(problem, order, stays) == 0
    # x has a copy off-chip: coming back is one read; b does not: a write, and a read each time
    assert spill_bytes(problem, order, [*stays, *stays]) == 8
    b = Episode(tensor=2, first_step=1, last_step=1, offset_bytes=8)
    assert spill_bytes(problem, order, [b, b, b]) == 8 + 2 * 8
    # an output is written anyway
    c = Episode(tensor=4, first_step=3, last_step=3, offset_bytes=8)
    assert spill_bytes(problem, order, [c, c]) == 4
