"""Element-wise arithmetic, logic and comparison; activations; softmax; conversions of the element type."""

from __future__ import annotations

from collections.abc import Iterable

from workloads.operators import Activation, Elementwise, Normalisation, Softmax
from workloads.tflite_import.records import Shape
from workloads.tflite_import.translation import Application, Results, Table, Translator, broadcast
from workloads.tflite_import.value import IMAGE_RANKS, Value

_ARITHMETIC = {
    "ADD": "add",
    "ADD_N": "add",
    "SUB": "sub",
    "MUL": "mul",
    "DIV": "div",
    "FLOOR_DIV": "div",
    "FLOOR_MOD": "mod",
    "POW": "pow",
    "MAXIMUM": "max",
    "MINIMUM": "min",
    "SQUARED_DIFFERENCE": "squared_difference",
    "ATAN2": "atan2",
    "LOGICAL_AND": "and",
    "LOGICAL_OR": "or",
    "BITWISE_XOR": "xor",
    "RIGHT_SHIFT": "shift",
    "EQUAL": "equal",
    "NOT_EQUAL": "not_equal",
    "GREATER": "greater",
    "GREATER_EQUAL": "greater_or_equal",
    "LESS": "less",
    "LESS_EQUAL": "less_or_equal",
    "SELECT": "where",
    "SELECT_V2": "where",
}
_WITH_FUSED_ACTIVATION = ("ADD", "SUB", "MUL", "DIV")
_ACTIVATIONS = {
    "RELU": "relu",
    "RELU6": "relu6",
    "RELU_N1_TO_1": "clip",
    "RELU_0_TO_1": "clip",
    "LEAKY_RELU": "leaky_relu",
    "ELU": "elu",
    "GELU": "gelu",
    "HARD_SWISH": "hardswish",
    "LOGISTIC": "sigmoid",
    "TANH": "tanh",
    "EXP": "exp",
    "LOG": "log",
    "SQRT": "sqrt",
    "RSQRT": "rsqrt",
    "SQUARE": "square",
    "NEG": "neg",
    "ABS": "abs",
    "SIGN": "sign",
    "FLOOR": "floor",
    "CEIL": "ceil",
    "ROUND": "round",
    "SIN": "sin",
    "COS": "cos",
    "LOGICAL_NOT": "not",
    "FAKE_QUANT": "quantise",
}


def _elementwise(function: str) -> Translator:
    """Constants of one element are carried by the instruction, not read as tensors."""

    def translate(application: Application) -> Results:
        operands = application.given()
        if not operands:
            raise application.record.error("has no inputs")
        shape = broadcast(application.record, operands)
        is_image = len(shape) in IMAGE_RANKS and any(value.is_image and not value.is_constant for value in operands)
        output = application.result(shape, is_image=is_image)
        aligned = tuple(
            aligned_operand(application, value, shape, output.axis_order, f"operand_{index}")
            for index, value in enumerate(operands)
        )
        read = _read(aligned, shape)
        if application.record.op_type in _WITH_FUSED_ACTIVATION:
            application.add_fused(Elementwise(function=function), read, output)
        else:
            application.add(Elementwise(function=function), read, output)
        return (output,)

    return translate


def aligned_operand(
    application: Application, value: Value, shape: Shape, axis_order: tuple[int, ...], suffix: str
) -> Value:
    """Return an operand that broadcasts to ``shape`` in the network's order of axes as it does in the file's."""
    if not axis_order:
        return application.plain(value, suffix)
    padded = (1,) * (len(shape) - value.rank) + value.shape
    return application.shown(value, padded, axis_order, suffix)


def _read(operands: tuple[Value, ...], shape: Shape) -> tuple[Value, ...]:
    """Return the operands that are tensors: all of them where the result's shape would not follow from those alone."""
    tensors = tuple(value for value in operands if not value.is_immediate)
    sizes = zip(*((1,) * (len(shape) - value.rank) + value.shape for value in tensors), strict=True)
    return tensors if tensors and tuple(max(size) for size in sizes) == shape else operands


def _activation(function: str) -> Translator:
    def translate(application: Application) -> Results:
        return _pointwise(application, Activation(function=function))

    return translate


def _pointwise(application: Application, work: Activation, others: Iterable[Value] = ()) -> Results:
    x = application.input(0)
    output = application.result(x.shape, is_image=x.is_image)
    application.add(work, (x, *others), output)
    return (output,)


def _prelu(application: Application) -> Results:
    """Its slope is a parameter even where it is one element, so it stays a tensor."""
    x, slope = application.input(0), application.input(1)
    if broadcast(application.record, (x, slope)) != x.shape:
        raise application.record.error(f"slope {list(slope.shape)} does not broadcast to {list(x.shape)}")
    aligned = aligned_operand(application, slope, x.shape, x.axis_order, "slope")
    return _pointwise(application, Activation(function="prelu"), (aligned,))


def _conversion(function: str) -> Translator:
    """A conversion to the format that its input has is another name of it."""

    def translate(application: Application) -> Results:
        x = application.input(0)
        if x.element_type == application.declared[0].element_type and function == "cast":
            application.result(x.shape)
            return (x,)
        return _pointwise(application, Activation(function=function))

    return translate


def _softmax(application: Application) -> Results:
    x = application.input(0)
    output = application.result(x.shape, is_image=x.is_image)
    application.add(Softmax(axis=x.network_axis(application.normal_axis(-1, x.rank))), (x,), output)
    return (output,)


def _l2_normalisation(application: Application) -> Results:
    x = application.input(0)
    output = application.result(x.shape, is_image=x.is_image)
    axis = x.network_axis(application.normal_axis(-1, x.rank))
    application.add_fused(Normalisation(function="l2", axes=(axis,)), (x,), output)
    return (output,)


def _local_response(application: Application) -> Results:
    """Assumes local response normalisation costs what a normalisation over all channels does."""
    x = application.input(0)
    output = application.result(x.shape, is_image=x.is_image)
    axis = x.network_axis(application.normal_axis(-1, x.rank))
    application.add(Normalisation(function="local_response", axes=(axis,)), (x,), output)
    return (output,)


TABLE: Table = {
    **{op_type: _elementwise(function) for op_type, function in _ARITHMETIC.items()},
    **{op_type: _activation(function) for op_type, function in _ACTIVATIONS.items()},
    "PRELU": _prelu,
    "CAST": _conversion("cast"),
    "QUANTIZE": _conversion("quantise"),
    "DEQUANTIZE": _conversion("dequantise"),
    "SOFTMAX": _softmax,
    "LOG_SOFTMAX": _softmax,
    "L2_NORMALIZATION": _l2_normalisation,
    "LOCAL_RESPONSE_NORMALIZATION": _local_response,
}
