"""Activations follow the operators that read them."""

from __future__ import annotations

import pytest

from tests.workloads.compression.small_networks import four_layers
from workloads.compression.activation_formats import activation_operands, with_activation_formats
from workloads.formats import FP32, INT8, parse_format
from workloads.network import Network
from workloads.operators import Elementwise, MatMul, Operator, OperatorKind
from workloads.tensor import Tensor, TensorRole
from workloads.zoo import build

INT4 = parse_format("int4")
FP8 = parse_format("fp8")


def formats(network: Network, *names: str) -> list[str]:
    return [network.tensors[name].format.name for name in names]


def test_all_follow() -> None:
    wanted = dict.fromkeys(("stem", "depthwise", "point", "fc"), INT8)
    network = with_activation_formats(four_layers(), wanted)
    assert {tensor.format for tensor in network.tensors.values() if tensor.role is not TensorRole.WEIGHT} == {INT8}
    assert {tensor.format for tensor in network.with_role(TensorRole.WEIGHT)} == {FP32}


def test_readers_decide_and_the_last_one_keeps_its_own() -> None:
    network = with_activation_formats(four_layers(), {"stem": INT8, "depthwise": INT4})
    assert formats(network, "x", "stem", "depthwise", "point", "flat", "fc") == [
        "int8",
        "int4",
        "fp32",  # point reads it as it was
        "fp32",
        "fp32",
        "fp32",
    ]
    network = with_activation_formats(four_layers(), {"fc": INT8})
    assert formats(network, "x", "point", "flat", "fc") == ["fp32", "int8", "int8", "int8"]  # through the view


def test_nothing_wanted_changes_nothing() -> None:
    network = four_layers()
    assert with_activation_formats(network, {}) is network


def residual() -> Network:
    """x -> a -> (sum with x) -> b, with x read by c as well; indices stand beside."""
    shapes = {"x": (2, 4), "w": (4, 4), "a": (2, 4), "sum": (2, 4), "b": (2, 4), "c": (2, 4)}
    roles = {
        "x": TensorRole.INPUT,
        "w": TensorRole.WEIGHT,
        "a": TensorRole.ACTIVATION,
        "sum": TensorRole.ACTIVATION,
        "b": TensorRole.OUTPUT,
        "c": TensorRole.OUTPUT,
    }
    operators = (
        Operator(name="a", work=MatMul(), inputs=("x", "w"), outputs=("a",)),
        Operator(name="sum", work=Elementwise(function="add"), inputs=("a", "x"), outputs=("sum",)),
        Operator(name="b", work=MatMul(), inputs=("sum", "w"), outputs=("b",)),
        Operator(name="c", work=MatMul(), inputs=("x", "w"), outputs=("c",)),
    )
    tensors = {name: Tensor(name=name, shape=shape, format=FP32, role=roles[name]) for name, shape in shapes.items()}
    return Network(name="residual", operators=operators, tensors=tensors)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        # x is read by a and c directly: the wider of theirs. a's result and the sum are read by b in the end.
        ({"a": INT4, "b": INT8, "c": INT4}, ["int4", "int8", "int8", "int8", "int4"]),
        ({"a": INT4, "b": INT8, "c": FP8}, ["fp8", "int8", "int8", "int8", "fp8"]),
        ({"a": INT4}, ["fp32", "fp32", "fp32", "fp32", "fp32"]),  # c still reads fp32
        ({"b": INT8}, ["fp32", "int8", "int8", "int8", "fp32"]),
    ],
)
def test_the_widest_of_several(wanted: dict, expected: list[str]) -> None:
    assert formats(with_activation_formats(residual(), wanted), "x", "a", "sum", "b", "c") == expected


def test_indices_stay_and_products_of_activations_follow() -> None:
    before = build("bert_base", format=FP32)
    matrix = {operator.name: INT8 for operator in before.operators if activation_operands(operator, before)}
    after = with_activation_formats(before, matrix)
    gathers = [operator for operator in before.operators if operator.kind is OperatorKind.GATHER]
    assert gathers
    for name, tensor in before.tensors.items():
        expected = INT8 if tensor.role is not TensorRole.WEIGHT and tensor.format == FP32 else tensor.format
        assert after.tensors[name].format == expected
