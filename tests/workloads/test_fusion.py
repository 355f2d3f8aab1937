"""Fusion on networks written by hand: a 1x1 convolution of 3 to 4 channels, or a product, followed by steps."""

import pytest

from workloads.formats import FP32, INT8, INT32
from workloads.fusion import fuse_operators
from workloads.network import Network
from workloads.operators import Activation, Convolution, Elementwise, MatMul, Normalisation, Operator, Window
from workloads.tensor import Tensor, TensorRole

WINDOW = Window(kernel=(1, 1), strides=(1, 1), dilations=(1, 1), pads_begin=(0, 0), pads_end=(0, 0))
IMAGE = (1, 4, 5, 5)
RELU = Activation(function="relu")


def tensor(name, shape, role, format=FP32):
    return Tensor(name=name, shape=shape, format=format, role=role)


def network(*steps, output=None, weights=None, bias=False, integer=False, product=False):
    """Each of ``steps`` is (work, inputs after the first) and reads the one before it; the last is handed out."""
    shape = (2, 4) if product else IMAGE
    narrow = INT8 if integer else FP32
    tensors = [
        tensor("x", (2, 3) if product else (1, 3, 5, 5), TensorRole.INPUT, narrow),
        tensor("w", (3, 4) if product else (4, 3, 1, 1), TensorRole.WEIGHT, narrow),
        *(tensor(name, size, TensorRole.WEIGHT) for name, size in (weights or {}).items()),
    ]
    inputs = ("x", "w")
    if bias:
        tensors.append(tensor("bias", (4,), TensorRole.WEIGHT))
        inputs = (*inputs, "bias")
    work = MatMul() if product else Convolution(window=WINDOW)
    operators = [Operator(name="main", work=work, inputs=inputs, outputs=("t0",))]
    for index, (step, others) in enumerate(steps):
        operators.append(
            Operator(name=f"s{index}", work=step, inputs=(f"t{index}", *others), outputs=(f"t{index + 1}",))
        )
    handed_out = {f"t{len(steps)}", output}
    for index in range(len(steps) + 1):
        name = f"t{index}"
        role = TensorRole.OUTPUT if name in handed_out else TensorRole.ACTIVATION
        tensors.append(tensor(name, shape, role, INT32 if integer and not index else FP32))
    return Network(name="n", operators=tuple(operators), tensors={item.name: item for item in tensors})


def fused(*steps, **keywords):
    """Return the fused network, having checked that no parameter was lost."""
    before = network(*steps, **keywords)
    after = fuse_operators(before)
    assert after.num_parameters == before.num_parameters
    return after


def summary(after):
    return [
        (fusion.function, fusion.num_folded_parameters, fusion.num_operations_per_output)
        for fusion in after.operators[0].fusions
    ]


RELU, SIGMOID, CAST = (Activation(function=name) for name in ("relu", "sigmoid", "cast"))
NORM = (Normalisation(function="batch_normalisation"), ("scale", "shift", "mean", "variance"))
TABLES = dict.fromkeys(("scale", "shift", "mean", "variance"), (4,))


def add(*names):
    return Elementwise(function="add"), names


def mul(*names):
    return Elementwise(function="mul"), names


def test_batch_normalisation_leaves_a_bias():
    """Of 16 parameters 4 stay, as the bias that there was not before."""
    after = fused(NORM, weights=TABLES)
    assert [operator.inputs for operator in after.operators] == [("x", "w", "shift")]
    assert after.operators[0].outputs == ("t1",)
    assert summary(after) == [("batch_normalisation", 12, 0)]
    assert set(after.tensors) == {"x", "w", "shift", "t1"}


def test_batch_normalisation_after_a_bias_folds_all():
    after = fused(NORM, weights=TABLES, bias=True)
    assert after.operators[0].inputs == ("x", "w", "bias")
    assert summary(after) == [("batch_normalisation", 16, 0)]


def test_batch_normalisation_of_an_integer_convolution_is_work():
    """Integer weights cannot take a factor: one multiplication and one addition for each result."""
    assert summary(fused(NORM, weights=TABLES, integer=True)) == [("batch_normalisation", 12, 2)]


def test_normalisation_scale_shift_and_relu_in_a_row():
    steps = [NORM, mul("factor"), add("offset"), (RELU, ())]
    after = fused(*steps, weights={**TABLES, "factor": (4, 1, 1), "offset": (1, 4, 1, 1)})
    assert summary(after) == [("batch_normalisation", 12, 0), ("scale", 4, 0), ("bias", 4, 0), ("relu", 0, 1)]


@pytest.mark.parametrize("shape", [(4, 1, 1), (1, 4, 1, 1)])
def test_an_addition_becomes_the_bias(shape):
    after = fused(add("offset"), weights={"offset": shape})
    assert after.operators[0].inputs == ("x", "w", "offset")
    assert after.tensors["offset"].shape == (4,)
    assert summary(after) == [("bias", 0, 0)]


@pytest.mark.parametrize("shape", [(4,), (1, 4)])
def test_an_addition_becomes_the_bias_of_a_product(shape):
    after = fused(add("offset"), weights={"offset": shape}, product=True)
    assert after.operators[0].inputs == ("x", "w", "offset")


@pytest.mark.parametrize("shape", [(5,), (5, 5), (4, 5, 5)])
def test_an_addition_that_is_not_a_channel_s_stays(shape):
    assert len(fused(add("offset"), weights={"offset": shape}).operators) == 2


def test_integer_products_are_rescaled_for_each_result():
    steps = [(CAST, ()), mul(), add("offset")]
    after = fused(*steps, weights={"offset": (4,)}, integer=True, product=True)
    assert summary(after) == [("cast", 0, 1), ("mul", 0, 1), ("bias", 0, 1)]
    assert after.operators[0].inputs == ("x", "w", "offset")


def test_activations_take_operations():
    assert summary(fused((RELU, ()))) == [("relu", 0, 1)]
    assert summary(fused((SIGMOID, ()))) == [("sigmoid", 0, 3)]


def test_nothing_folds_behind_an_activation():
    assert len(fused((RELU, ()), NORM, weights=TABLES).operators) == 2
    assert len(fused((RELU, ()), add("offset"), weights={"offset": (4, 1, 1)}).operators) == 2
    assert summary(fused((RELU, ()), mul())) == [("relu", 0, 1), ("mul", 0, 1)]


def test_a_result_that_is_handed_out_stays():
    assert len(fused((RELU, ()), output="t0").operators) == 2


def test_a_result_with_two_readers_stays():
    after = fused(add("t0"))
    assert len(after.operators) == 2


def test_a_shared_parameter_is_folded_once():
    """Two convolutions share their normalisation's tables: what one fusion alone still needs stays a tensor."""
    first = network(NORM, weights=TABLES)
    second = [
        Operator(name="main2", work=Convolution(window=WINDOW), inputs=("x", "w"), outputs=("u0",)),
        Operator(name="norm2", work=NORM[0], inputs=("u0", *NORM[1]), outputs=("u1",)),
    ]
    extra = {
        "u0": tensor("u0", IMAGE, TensorRole.ACTIVATION),
        "u1": tensor("u1", IMAGE, TensorRole.OUTPUT),
    }
    before = Network(
        name="n", operators=(*first.operators, *second), tensors={**first.tensors, **extra}, notes=("kept",)
    )
    after = fuse_operators(before)
    assert [operator.inputs for operator in after.operators] == [("x", "w", "shift"), ("x", "w", "shift")]
    assert [fusion.num_folded_parameters for fusion in after.fusions] == [0, 12]
    assert after.num_parameters == before.num_parameters
    assert after.notes == ("kept",)


def test_activation_runs_in_the_operator_that_adds():
    after = fused((Elementwise(function="add"), ("residual",)), (RELU, ()), weights={"residual": (1, 4, 5, 5)})
    assert [operator.name for operator in after.operators] == ["main", "s0"]
    fusions = after.operators[1].fusions
    assert [(fusion.name, fusion.function, fusion.num_operations_per_output) for fusion in fusions] == [
        ("s1", "relu", 1)
    ]


def test_only_activations_run_in_an_addition():
    after = fused(
        (Elementwise(function="add"), ("residual",)),
        (Elementwise(function="mul"), ("scale",)),
        weights={"residual": (1, 4, 5, 5), "scale": (1, 4, 1, 1)},
    )
    assert [operator.name for operator in after.operators] == ["main", "s0", "s1"]


def test_scale_bias_and_activation_join_a_normalisation_that_stands_alone():
    """The sum with the residual keeps the normalisation from the convolution; its own factors take scale and bias."""
    statistics = ("gamma", "beta", "mean", "variance")
    after = fused(
        (Elementwise(function="add"), ("residual",)),
        (Normalisation(function="batch_normalisation"), statistics),
        (Elementwise(function="mul"), ("scale",)),
        (Elementwise(function="add"), ("shift",)),
        (RELU, ()),
        weights={
            "residual": (1, 4, 5, 5),
            **dict.fromkeys(statistics, (4,)),
            "scale": (1, 4, 1, 1),
            "shift": (1, 4, 1, 1),
        },
    )
    assert [operator.name for operator in after.operators] == ["main", "s0", "s1"]
    fusions = after.operators[2].fusions
    assert [(one.function, one.num_folded_parameters, one.num_operations_per_output) for one in fusions] == [
        ("scale", 4, 0),
        ("bias", 4, 0),
        ("relu", 0, 1),
    ]


def test_factor_that_is_no_constant_a_channel_stays_apart():
    after = fused(
        (Elementwise(function="add"), ("residual",)),
        (Normalisation(function="batch_normalisation"), ("gamma", "beta", "mean", "variance")),
        (Elementwise(function="mul"), ("mask",)),
        weights={
            "residual": (1, 4, 5, 5),
            **dict.fromkeys(("gamma", "beta", "mean", "variance"), (4,)),
            "mask": (1, 1, 5, 5),
        },
    )
    assert [operator.name for operator in after.operators] == ["main", "s0", "s1", "s2"]
