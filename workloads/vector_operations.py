"""How many operations of the vector unit one element takes, by function.

Assumes a transcendental function takes one table look-up and one interpolation (two operations) on a vector lane.
"""

from __future__ import annotations

OPERATIONS = {
    "softmax": 5,  # maximum, subtract, exponential, sum, multiply by the reciprocal
    "normalisation": 6,  # sum, sum of squares, subtract, multiply by the reciprocal, scale, shift
    "affine": 2,  # scale, shift: a normalisation whose statistics are given
    "normalisation_parameters": 5,  # x to its normalised value (2), times the gradient, added up; the gradient added up
    "sigmoid": 3,
    "tanh": 3,
    "gelu": 5,
    "silu": 4,
    "hardswish": 4,
    "mish": 5,
    "erf": 4,
    "exp": 2,
    "softplus": 3,
    "clip_mask": 2,  # compare with both ends
    "relu6_mask": 2,
}
"""Operations an element; an element-wise function takes as many for each input after the first."""

_OPERATIONS_IN_ALL = {
    "relu6_gradient": 2,  # compare with both ends, select
    "clip_gradient": 2,
    "hardsigmoid_gradient": 2,
    "leaky_relu_gradient": 2,  # multiply, select
    "sigmoid_gradient": 3,  # dy y (1 - y)
    "tanh_gradient": 3,  # dy (1 - y^2)
    "exp_gradient": 1,  # dy y
    "sqrt_gradient": 3,  # dy times half of the reciprocal of y
    "reciprocal_gradient": 3,  # -dy y^2
    "elu_gradient": 3,  # dy where y is positive, else dy (y + alpha)
    "softplus_gradient": 4,  # dy (1 - exp(-y))
    "softsign_gradient": 4,  # dy (1 - |y|)^2
    "gelu_gradient": 10,  # dy (F + x f): error function (4), exponential (2), square, product, sum, times dy
    "silu_gradient": 7,  # sigmoid s (3), dy s (1 + x (1 - s))
    "mish_gradient": 14,  # tanh t of the softplus (6), its sigmoid s (3), dy (t + x s (1 - t^2))
    "hardswish_gradient": 4,  # dy (2 x + 3) / 6 between -3 and 3
    "erf_gradient": 5,  # dy times 2 / sqrt(pi), exp(-x^2)
    "log_gradient": 3,  # dy times the reciprocal of x
    "abs_gradient": 1,
    "sin_gradient": 3,
    "cos_gradient": 4,
    "pow_gradient": 6,  # dy p exp((p - 1) log x)
    "div_gradient": 5,  # minus dy y, times the reciprocal of the divisor
    "max_gradient": 2,  # compare, select
    "min_gradient": 2,
    "prelu_gradient": 3,  # compare, multiply, select
    "log_sum_exp_gradient": 4,  # dy exp(x - y)
    "l2_gradient": 4,  # dy x times the reciprocal of y
    "cross_entropy_gradient": 2,  # one less where the label is, times one over the number of labels
    "sgd_update": 2,  # w - rate g
    "momentum_update": 4,  # m = decay m + g; w - rate m
    "adam_update": 13,  # two moving averages (3, 4), root (2), epsilon, quotient, times the rate, subtracted
}
"""Operations an element of functions whose number of inputs is fixed."""

_ROW_GRADIENT_OPERATIONS = {
    "softmax": 4,  # dy y and its sum, subtract, multiply
    "rms_normalisation": 8,  # sum of squares (2), dy scale and its product with x summed (3), dy scale, a x added (3)
    "lp_normalisation": 8,
    "lrn": 14,  # squares in a sliding sum (3), its powers (4), dy x y in a sliding sum (4), two products, a sum
}
_NORMALISATION_GRADIENT_OPERATIONS = 12
"""Sums of x, of its squares, of dy scale, of that times x (7); then dy scale again, times a, plus b x, plus c (5)."""
_RESIZE_TAPS = {"linear": 4, "cubic": 16}


def operations_per_element(function: str) -> int:
    """Return the vector-unit operations that an activation or element-wise function takes for one element."""
    return OPERATIONS.get(function, 1)


def elementwise_operations(function: str, num_inputs: int) -> int:
    """Return the operations for one element of the output of an element-wise function of ``num_inputs``."""
    if function in _OPERATIONS_IN_ALL:
        return _OPERATIONS_IN_ALL[function]
    return operations_per_element(function) * max(1, num_inputs - 1)


def row_gradient_operations(function: str, *, has_axes: bool) -> int:
    """Return the operations for one element of the gradient of a softmax or normalisation.

    Without axes the statistics are given: one multiplication by what they and the scale come to.

    Assumes a normalisation's statistics are computed again from its saved input.
    """
    if not has_axes:
        return 1
    return _ROW_GRADIENT_OPERATIONS.get(function, _NORMALISATION_GRADIENT_OPERATIONS)


def resize_operations(function: str, num_read: int, num_made: int) -> int:
    """Return the operations of a resize: none to pick the nearest element, whose gradient adds up what was picked."""
    if function.endswith("_gradient"):
        return _RESIZE_TAPS.get(function.removesuffix("_gradient"), 1) * num_read
    return _RESIZE_TAPS.get(function, 0) * num_made
