"""Through which inputs of an operator a gradient flows back, and what it needs of the forward pass for that."""

from __future__ import annotations

from collections.abc import Iterable

from workloads.network import Network
from workloads.operators import (
    Activation,
    Convolution,
    Elementwise,
    Gemm,
    MatMul,
    Movement,
    Normalisation,
    Operator,
    OperatorKind,
    Recurrent,
    Reduction,
)

FROM_OUTPUT = frozenset(
    [
        "relu",
        "relu6",
        "leaky_relu",
        "clip",
        "sigmoid",
        "hardsigmoid",
        "tanh",
        "exp",
        "sqrt",
        "reciprocal",
        "elu",
        "softplus",
        "softsign",
    ]
)
"""Activations whose slope is known from their output."""
FROM_INPUT = frozenset(
    [
        "gelu",
        "silu",
        "mish",
        "hardswish",
        "erf",
        "log",
        "abs",
        "sin",
        "cos",
        "prelu",
        "shrink",
        "thresholded_relu",
    ]
)
"""Activations whose slope is known from their input only."""
STRAIGHT_THROUGH = frozenset(("cast", "quantise", "dequantise"))
"""Conversions: the gradient passes as if they changed nothing."""
TERMS = frozenset(("bias", "add", "sub", "causal_mask"))
"""Steps fused into an operator that add a constant to its result."""
FACTORS = frozenset(("scale", "mul", "div", "batch_normalisation"))
"""Steps fused into an operator that multiply its result by a constant."""

_STEPWISE = frozenset(
    [
        "equal",
        "greater",
        "greater_or_equal",
        "less",
        "less_or_equal",
        "and",
        "or",
        "xor",
        "not",
        "shift",
        "is_nan",
        "is_inf",
        "sign",
        "floor",
        "ceil",
        "round",
        "arg_max",
        "arg_min",
    ]
)
"""Functions whose slope is zero wherever they have one."""


def differentiable_inputs(operator: Operator) -> range:
    """Return the indices of the inputs of ``operator`` that its result changes smoothly with.

    Indices, conditions, exponents, bounds, tables of angles and given statistics are none.
    Assumes the slope of rounding, of signs and of comparisons is zero: nothing is learned through them.
    """
    count = len(operator.inputs)
    match operator.work:
        case Elementwise(function=function) | Activation(function=function) | Reduction(function=function) if (
            function in _STEPWISE
        ):
            return range(0)
        case Elementwise(function="where"):
            return range(1, count)
        case Elementwise(function="pow" | "rotary" | "mod"):
            return range(1)
        case Elementwise():
            return range(count)
        case Activation(function="prelu"):
            return range(min(count, 2))
        case Convolution() | Gemm() | MatMul() | Normalisation():
            return range(min(count, 3))
        case Recurrent():
            return range(count)
        case Movement(kind=OperatorKind.CONCAT):
            return range(count)
        case _:
            return range(min(count, 1))


def differentiable_outputs(operator: Operator) -> tuple[str, ...]:
    """Return the outputs that carry a gradient: parts of a movement, states of a cell, else the first alone."""
    return operator.outputs if isinstance(operator.work, Movement | Recurrent) else operator.outputs[:1]


def needing_gradients(network: Network, trained: Iterable[str]) -> frozenset[str]:
    """Return every tensor that the weights ``trained`` change, and these themselves: those that need a gradient."""
    needing = set(trained)
    for operator in network.operators:
        if any(operator.inputs[index] in needing for index in differentiable_inputs(operator)):
            needing.update(differentiable_outputs(operator))
    return frozenset(needing)
