"""Gradients of movements: back to where the elements came from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.workloads.training.small_networks import one_operator, with_operator
from workloads.errors import UnsupportedOperator
from workloads.formats import INT8
from workloads.network import Network
from workloads.operators import Elementwise, Movement, Operator, OperatorKind, Reduction, View
from workloads.tensor import Tensor, TensorRole
from workloads.training import training_network
from workloads.zoo.builder import GraphBuilder

DY = "y.loss_gradient"


def back(work, shape, output) -> Operator:
    step = training_network(one_operator(work, (shape,), output))
    return next(one for one in step.network.operators if one.name.startswith("op."))


@pytest.mark.parametrize(
    ("kind", "function", "shape", "output", "expected"),
    [
        (OperatorKind.SLICE, "", (2, 4), (2, 3), Movement(kind=OperatorKind.PAD, function="zero")),
        (OperatorKind.PAD, "constant", (2, 4), (2, 6), Movement(kind=OperatorKind.SLICE)),
        (OperatorKind.TRANSPOSE, "", (2, 4), (4, 2), Movement(kind=OperatorKind.TRANSPOSE)),
        (
            OperatorKind.RESIZE,
            "linear",
            (1, 1, 2, 2),
            (1, 1, 4, 4),
            Movement(kind=OperatorKind.RESIZE, function="linear_gradient"),
        ),
        (OperatorKind.COPY, "expand", (2, 1), (2, 4), Reduction(function="sum", axes=(1,))),
    ],
)
def test_each_movement_is_undone(kind, function, shape, output, expected):
    found = back(Movement(kind=kind, function=function), shape, output)

    assert found.work == expected
    assert found.inputs == (DY,)


def test_views_cost_nothing_back_either():
    assert back(View(), (2, 4), (2, 2, 2)).work == View()


def test_a_concatenation_gives_each_part_its_slice():
    builder = GraphBuilder(name="joined")
    x = builder.input("x", (2, 3))
    parts = [builder.linear(name, x, width) for name, width in (("a", 2), ("b", 3))]
    step = training_network(builder.finish((builder.concat("y", parts[0], x, parts[1]),)))
    slices = {one.name: one for one in step.network.operators if one.name.startswith("y.input_gradient")}

    assert {name: step.network.tensors[name].shape for name in slices} == {
        "y.input_gradient": (2, 2),
        "y.input_gradient2": (2, 3),
    }
    assert {one.work for one in slices.values()} == {Movement(kind=OperatorKind.SLICE)}


def halves(reads_both: bool) -> Network:
    """y is the sum of both halves of a split, or its second half alone."""
    builder = GraphBuilder(name="halves")
    builder.elementwise("a", "mul", builder.input("x", (2, 4)), builder.weight("w", (1,)))
    start = builder.finish(())
    parts = {
        name: Tensor(name=name, shape=(2, 2), format=INT8, role=TensorRole.ACTIVATION) for name in ("first", "second")
    }
    split = Operator(name="op", work=Movement(kind=OperatorKind.SPLIT), inputs=("a",), outputs=tuple(parts))
    cut = replace(start, operators=(*start.operators, split), tensors={**start.tensors, **parts})
    inputs = tuple(parts) if reads_both else ("second",)
    end = Operator(name="end", work=Elementwise(function="add"), inputs=inputs, outputs=("y",))
    return with_operator(cut, end, (2, 2))


@pytest.mark.parametrize(
    ("reads_both", "expected", "inputs"),
    [
        (True, Movement(kind=OperatorKind.CONCAT), (DY, DY)),
        (False, Movement(kind=OperatorKind.PAD, function="zero"), (DY,)),
    ],
)
def test_parts_of_a_split_are_put_together_again(reads_both, expected, inputs):
    step = training_network(halves(reads_both))
    found = next(one for one in step.network.operators if one.name == "op.input_gradient")

    assert (found.work, found.inputs) == (expected, inputs)
    assert step.network.tensors["op.input_gradient"].shape == (2, 4)


def test_rows_of_a_table_are_scattered_into_one_as_large():
    builder = GraphBuilder(name="rows")
    rows = builder.gather("y", builder.weight("table", (50, 4)), builder.input("ids", (3,)))
    step = training_network(builder.finish((rows,)))
    gradient = next(one for one in step.network.operators if one.name == "y.input_gradient")

    assert gradient.work == Movement(kind=OperatorKind.COPY, function="scatter_add")
    assert gradient.inputs == (DY, "ids")
    assert step.network.tensors[step.gradients["table"]].shape == (50, 4)


@pytest.mark.parametrize(
    ("kind", "function", "output"), [(OperatorKind.PAD, "reflect", (2, 6)), (OperatorKind.COPY, "tile", (2, 8))]
)
def test_movements_without_a_rule(kind, function, output):
    with pytest.raises(UnsupportedOperator, match=rf"'op' \({kind.value}\) has no .*: movement '{function}'"):
        back(Movement(kind=kind, function=function), (2, 4), output)
