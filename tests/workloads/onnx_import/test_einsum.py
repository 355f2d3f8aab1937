import re

import numpy as np
import pytest
from onnx import helper

from workloads.errors import UnsupportedOperator
from workloads.loop_nest import lower

make = helper.make_node


@pytest.mark.parametrize(
    ("equation", "a", "b", "total", "kinds"),
    [
        ("ij,jk->ik", (2, 3), (3, 4), 24, ["matmul"]),
        ("bij,bjk->bik", (5, 2, 3), (5, 3, 4), 120, ["matmul"]),
        ("bij,bkj->bik", (5, 2, 3), (5, 4, 3), 120, ["matmul"]),
        ("bqhd,bkhd->bhqk", (2, 5, 3, 4), (2, 6, 3, 4), 720, ["transpose", "transpose", "matmul"]),
        ("bhqk,bkhd->bqhd", (2, 3, 5, 6), (2, 6, 3, 4), 720, ["transpose", "matmul", "transpose"]),
        ("ij,jk", (2, 3), (3, 4), 24, ["matmul"]),
        ("i,j->ij", (2,), (3,), 6, ["matmul"]),
    ],
)
def test_einsum_of_two(model, equation, a, b, total, kinds):
    node = make("Einsum", ["a", "b"], ["y"], equation=equation)
    network = model.load([node], {"a": a, "b": b}, ["y"])
    costed = [operator for operator in network.operators if operator.kind != "view"]
    assert [operator.kind for operator in costed] == kinds
    product = next(operator for operator in costed if operator.kind == "matmul")
    assert lower(product, network.tensors).num_macs == total
    letters = equation.partition("->")[2] or "ik"
    expected = np.einsum(equation, np.zeros(a), np.zeros(b)).shape
    assert network.tensors["y"].shape == expected
    assert len(letters) == len(expected)


def test_einsum_of_one(model):
    network = model.load([make("Einsum", ["a"], ["y"], equation="ij->ji")], {"a": [2, 3]}, ["y"])
    assert [operator.kind for operator in network.operators] == ["transpose"]
    network = model.load([make("Einsum", ["a"], ["y"], equation="ij->j")], {"a": [2, 3]}, ["y"])
    assert network.operators[0].work.axes == (0,)


@pytest.mark.parametrize(
    ("equation", "names", "message"),
    [
        ("...ij,...jk->...ik", "ab", "has an ellipsis or repeats a letter"),
        ("ij,jk,kl->il", "abc", "has 3 operands, a product takes two"),
        ("ij,jk->i", "ab", "letters k of its equation are summed in one operand alone"),
    ],
)
def test_einsum_that_is_no_product(model, equation, names, message):
    node = make("Einsum", list(names), ["y"], name="e", equation=equation)
    with pytest.raises(UnsupportedOperator, match=re.escape(message)):
        model.load([node], {name: [3, 3] for name in names}, ["y"])
