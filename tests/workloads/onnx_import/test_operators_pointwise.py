import numpy as np
import pytest
from onnx import TensorProto, helper

from workloads.errors import UnsupportedOperator
from workloads.onnx_import.operators_pointwise import _ACTIVATIONS, _ARITHMETIC

make = helper.make_node
FLOAT_ACTIVATIONS = sorted(
    set(_ACTIVATIONS) - {"Not", "BitwiseNot", "IsNaN", "IsInf", "Gelu", "Mish", "HardSwish", "Celu", "Swish"}
)
FLOAT_ARITHMETIC = ["Add", "Sub", "Mul", "Div", "Pow", "Min", "Max", "Mean", "Sum"]


def one(model, node, inputs, **keywords):
    network = model.load([node], inputs, ["y"], **keywords)
    (operator,) = network.operators
    return operator, network


@pytest.mark.parametrize("op_type", FLOAT_ACTIVATIONS)
def test_activations(model, op_type):
    operator, _ = one(model, make(op_type, ["x"], ["y"]), {"x": [2, 3]})
    assert (operator.kind, operator.work.function) == ("activation", _ACTIVATIONS[op_type])


@pytest.mark.parametrize(("op_type", "opset"), [("Gelu", 20), ("Mish", 18), ("HardSwish", 14), ("Celu", 12)])
def test_activations_that_are_functions_of_others(model, op_type, opset):
    operator, _ = one(model, make(op_type, ["x"], ["y"]), {"x": [2, 3]}, opset=opset)
    assert operator.work.function == _ACTIVATIONS[op_type]


@pytest.mark.parametrize("op_type", FLOAT_ARITHMETIC)
def test_arithmetic_broadcasts(model, op_type):
    operator, network = one(model, make(op_type, ["a", "b"], ["y"]), {"a": [2, 1, 3], "b": [4, 3]})
    assert (operator.kind, operator.work.function) == ("elementwise", _ARITHMETIC[op_type])
    assert network.tensors["y"].shape == (2, 4, 3)


def test_logic_and_comparison(model):
    nodes = [make("Greater", ["a", "b"], ["g"]), make("Not", ["g"], ["n"]), make("And", ["g", "n"], ["m"])]
    nodes.append(make("Where", ["m", "a", "b"], ["y"]))
    network = model.load(nodes, {"a": [2], "b": [2]}, ["y"])
    assert [operator.work.function for operator in network.operators] == ["greater", "not", "and", "where"]
    assert network.tensors["m"].format.bits == 8


def test_a_constant_of_one_element_is_no_tensor(model):
    operator, network = one(
        model, make("Mul", ["x", "s"], ["y"]), {"x": [2, 3]}, weights={"s": np.array([2.0], np.float32)}
    )
    assert operator.inputs == ("x",)
    assert network.num_parameters == 0


def test_a_constant_that_widens_the_result_stays(model):
    operator, _ = one(model, make("Mul", ["x", "s"], ["y"]), {"x": [3]}, weights={"s": np.ones((1, 1), np.float32)})
    assert operator.inputs == ("x", "s")


def test_slopes_are_a_parameter(model):
    operator, network = one(model, make("PRelu", ["x", "s"], ["y"]), {"x": [2, 3]}, weights={"s": (1,)})
    assert (operator.work.function, network.num_parameters) == ("prelu", 1)


def test_sum_of_one_is_another_name(model):
    nodes = [make("Sum", ["x"], ["a"]), make("Relu", ["a"], ["y"])]
    assert model.load(nodes, {"x": [2]}, ["y"]).operators[0].inputs == ("x",)


def test_cast_between_widths_is_work(model):
    operator, network = one(
        model, make("Cast", ["x"], ["y"], to=TensorProto.FLOAT16), {"x": [2]}, types={"y": TensorProto.FLOAT16}
    )
    assert (operator.work.function, str(network.tensors["y"].format)) == ("cast", "fp16")


def test_cast_of_one_width_is_another_name(model):
    nodes = [make("Cast", ["x"], ["a"], to=TensorProto.FLOAT), make("Relu", ["a"], ["y"])]
    assert len(model.load(nodes, {"x": [2]}, ["y"]).operators) == 1


def test_dropout_drops_out(model):
    nodes = [make("Dropout", ["x"], ["a"]), make("Relu", ["a"], ["y"])]
    assert len(model.load(nodes, {"x": [2]}, ["y"]).operators) == 1


def test_dropout_whose_mask_is_used(model):
    nodes = [make("Dropout", ["x"], ["y", "m"], name="d")]
    with pytest.raises(UnsupportedOperator, match=r"node 'd'.*its mask is used, which only training needs"):
        model.load(nodes, {"x": [2]}, ["y", "m"], types={"m": TensorProto.BOOL})


@pytest.mark.parametrize("op_type", ["Softmax", "LogSoftmax"])
@pytest.mark.parametrize("opset", [7, 11])
def test_softmax_of_old_operator_sets_takes_all_later_axes(model, op_type, opset):
    network = model.load([make(op_type, ["x"], ["y"])], {"x": [2, 3, 4]}, ["y"], opset=opset)
    assert [operator.kind for operator in network.operators] == ["view", "softmax", "view"]
    rows = network.operators[1]
    assert network.tensors[rows.inputs[0]].shape == (2, 12)
    assert rows.work.axis == 1


def test_softmax_of_old_operator_sets_on_the_last_axis_needs_no_view(model):
    operator, _ = one(model, make("Softmax", ["x"], ["y"], axis=2), {"x": [2, 3, 4]}, opset=11)
    assert operator.work.axis == 2


def test_softmax_of_new_operator_sets_takes_one_axis(model):
    operator, _ = one(model, make("Softmax", ["x"], ["y"], axis=1), {"x": [2, 3, 4]}, opset=13)
    assert operator.work.axis == 1
    operator, _ = one(model, make("Softmax", ["x"], ["y"]), {"x": [2, 3, 4]}, opset=13)
    assert operator.work.axis == 2


def test_hardmax_is_noted(model):
    _, network = one(model, make("Hardmax", ["x"], ["y"], name="h"), {"x": [2, 3]})
    assert "node 'h' (Hardmax) is costed as a softmax" in network.notes
