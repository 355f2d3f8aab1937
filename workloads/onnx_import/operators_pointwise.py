"""Element-wise arithmetic, logic and comparison; activations; softmax; conversions of the element type."""

from __future__ import annotations

import math
from dataclasses import replace

from workloads.onnx_import.element_types import type_name
from workloads.onnx_import.translation import (
    Alias,
    Application,
    Step,
    Translation,
    Translator,
    normal_axis,
    pointwise,
    single,
    view,
)
from workloads.onnx_import.value import Value
from workloads.operators import Activation, Softmax

_ARITHMETIC = {
    "Add": "add",
    "Sub": "sub",
    "Mul": "mul",
    "Div": "div",
    "Pow": "pow",
    "Mod": "mod",
    "Min": "min",
    "Max": "max",
    "Mean": "mean",
    "Sum": "add",
    "And": "and",
    "Or": "or",
    "Xor": "xor",
    "Equal": "equal",
    "Greater": "greater",
    "GreaterOrEqual": "greater_or_equal",
    "Less": "less",
    "LessOrEqual": "less_or_equal",
    "Where": "where",
    "BitwiseAnd": "and",
    "BitwiseOr": "or",
    "BitwiseXor": "xor",
    "BitShift": "shift",
}

_ACTIVATIONS = {
    "Relu": "relu",
    "LeakyRelu": "leaky_relu",
    "ThresholdedRelu": "thresholded_relu",
    "Clip": "clip",
    "Sigmoid": "sigmoid",
    "HardSigmoid": "hardsigmoid",
    "HardSwish": "hardswish",
    "Swish": "silu",
    "Tanh": "tanh",
    "Elu": "elu",
    "Celu": "elu",
    "Selu": "elu",
    "Gelu": "gelu",
    "Mish": "mish",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Shrink": "shrink",
    "Erf": "erf",
    "Exp": "exp",
    "Log": "log",
    "Sqrt": "sqrt",
    "Reciprocal": "reciprocal",
    "Neg": "neg",
    "Abs": "abs",
    "Sign": "sign",
    "Floor": "floor",
    "Ceil": "ceil",
    "Round": "round",
    "Not": "not",
    "BitwiseNot": "not",
    "IsNaN": "is_nan",
    "IsInf": "is_inf",
    **{name: name.lower() for name in ("Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh")},
    **{name: name.lower() for name in ("Asinh", "Acosh", "Atanh")},
}


def activation(function: str, x: Value, output: Value, *others: Value) -> tuple[Step, ...]:
    """Return an activation of ``x``; ``others`` are tables and bounds that it reads along."""
    return single(Activation(function=function), (x, *others), output)


def _arithmetic(function: str) -> Translator:
    def translate(application: Application) -> Translation:
        operands = application.given(*range(len(application.inputs)))
        if len(operands) == 1:
            return Alias(source=operands[0])
        return (pointwise(function, operands, application.output),)

    return translate


def _activation(function: str) -> Translator:
    def translate(application: Application) -> Translation:
        bounds = application.given(*range(1, len(application.inputs)))
        read = tuple(value for value in bounds if not value.is_immediate)
        return activation(function, application.input(0), application.output, *read)

    return translate


def _prelu(application: Application) -> Translation:
    """Its slope is a parameter even where it is one element, so it stays a tensor."""
    x, slope = application.input(0), application.input(1)
    return activation("prelu", x, application.output, slope)


def _cast(application: Application) -> Translation:
    x, output = application.input(0), application.output
    if x.format == output.format:
        return Alias(source=_retyped(x, output.element_type))
    return activation("cast", x, output)


def _retyped(x: Value, element_type: int) -> Value:
    return replace(x, element_type=element_type, data=None)


def _identity(application: Application) -> Translation:
    return Alias(source=application.input(0))


def _dropout(application: Application) -> Translation:
    """Assumes inference: nothing is dropped; a mask that somebody reads has no cost model."""
    if len(application.used_outputs) > 1:
        raise application.node.unsupported("its mask is used, which only training needs")
    return Alias(source=application.input(0))


def softmax_steps(application: Application, x: Value, output: Value, note: str = "") -> tuple[Step, ...]:
    """Return softmax along the node's axis; before operator set 13 all later axes are normalised together."""
    node = application.node
    axis = normal_axis(node, node.integer("axis", -1 if node.version >= 13 else 1), max(x.rank, 1))
    if node.version >= 13 or node.domain or math.prod(x.shape[axis + 1 :]) == 1:
        return single(Softmax(axis=axis), (x,), output, note=note)
    shape = (math.prod(x.shape[:axis]), math.prod(x.shape[axis:]))
    if x.shape == shape:
        return single(Softmax(axis=1), (x,), output, note=note)
    rows, result = application.between("rows", shape, x), application.between("result", shape, output)
    step = Step(work=Softmax(axis=1), inputs=(rows,), outputs=(result,), note=note)
    return (view(x, rows, "rows_view"), step, view(result, output, "view"))


def _softmax(application: Application) -> Translation:
    return softmax_steps(application, application.input(0), application.output)


def _hardmax(application: Application) -> Translation:
    note = f"{application.node} is costed as a softmax"
    return softmax_steps(application, application.input(0), application.output, note)


def _bit_cast(application: Application) -> Translation:
    x, output = application.input(0), application.output
    if x.format.bits != output.format.bits:
        raise application.node.unsupported(f"it changes the width of {type_name(x.element_type)} elements")
    return single_view(x, output)


def single_view(x: Value, output: Value) -> tuple[Step, ...]:
    """Return the translation to one view."""
    return (view(x, output),)


TABLE: dict[str, Translator] = {
    **{op_type: _arithmetic(function) for op_type, function in _ARITHMETIC.items()},
    **{op_type: _activation(function) for op_type, function in _ACTIVATIONS.items()},
    "PRelu": _prelu,
    "Cast": _cast,
    "CastLike": _cast,
    "BitCast": _bit_cast,
    "Identity": _identity,
    "Dropout": _dropout,
    "Softmax": _softmax,
    "LogSoftmax": _softmax,
    "Hardmax": _hardmax,
}
