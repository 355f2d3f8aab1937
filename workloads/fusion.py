"""Fusion: steps done where the operator before them writes its results.

Into a convolution or matrix product go batch normalisation, scale, bias and activations. Into work of the vector unit
(element-wise, normalisation, pooling) go activations, and into a batch normalisation that stands alone also scale and
bias. What is linear and known beforehand folds into weights, or into the normalisation's own factors, and costs
nothing when the network runs; what is not takes vector-unit operations on each result before it leaves.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from workloads.compound_activations import merge_compound_activations
from workloads.formats import NumberKind
from workloads.network import Network
from workloads.operators import (
    Activation,
    Convolution,
    Elementwise,
    Fusion,
    Gemm,
    MatMul,
    Normalisation,
    Operator,
    Pooling,
)
from workloads.tensor import Tensor, TensorRole
from workloads.vector_operations import operations_per_element

_MATRIX_WORK = Convolution | Gemm | MatMul
_VECTOR_WORK = Elementwise | Normalisation | Pooling
_CONVERSIONS = ("cast", "quantise", "dequantise")


@dataclass(slots=True, kw_only=True)
class _State:
    """The network while it is being rewritten; modified in place."""

    tensors: dict[str, Tensor]
    num_reads: Counter[str]
    reader: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Absorption:
    """How a step joins its producer: what is recorded, which inputs it brings, and whether more can fold after it."""

    function: str
    num_operations: int = 0
    bias: str = ""
    keeps_linear: bool = True


def fuse_operators(network: Network) -> Network:
    """Return ``network`` with steps fused into the operator whose result they alone read.

    Every step is recorded in the operator's ``fusions``; the number of parameters stays what it was.
    """
    network = merge_compound_activations(network)
    operators = list(network.operators)
    state = _State(
        tensors=dict(network.tensors),
        num_reads=Counter(name for operator in operators for name in operator.inputs),
        reader={name: index for index, operator in enumerate(operators) for name in operator.inputs},
    )
    gone: set[int] = set()
    for index, operator in enumerate(operators):
        if index not in gone and isinstance(operator.work, _MATRIX_WORK | _VECTOR_WORK):
            operators[index] = _fuse_into(operator, operators, state, gone)
    kept = tuple(operator for index, operator in enumerate(operators) if index not in gone)
    return replace(network, operators=kept, tensors=state.tensors)


def _fuse_into(operator: Operator, operators: list[Operator], state: _State, gone: set[int]) -> Operator:
    """Return ``operator`` with all that can be fused into it; ``state`` and ``gone`` are modified in place."""
    is_linear = True
    while True:
        result = operator.outputs[0]
        if state.tensors[result].role is not TensorRole.ACTIVATION or state.num_reads[result] != 1:
            return operator
        index = state.reader[result]
        step = operators[index]
        absorption = _absorption(operator, step, state, is_linear=is_linear)
        if absorption is None:
            return operator
        operator = _absorb(operator, step, absorption, state)
        is_linear = is_linear and absorption.keeps_linear
        gone.add(index)


def _absorption(operator: Operator, step: Operator, state: _State, *, is_linear: bool) -> _Absorption | None:
    """Return how ``step`` can be fused into ``operator``, or None when it cannot."""
    result = operator.outputs[0]
    if len(step.outputs) != 1 or step.inputs[0] != result:
        return None
    if state.tensors[step.outputs[0]].shape != state.tensors[result].shape:
        return None
    match step.work:
        case Activation(function=function) if len(step.inputs) == 1:
            return _Absorption(
                function=function,
                num_operations=operations_per_element(function),
                keeps_linear=function in _CONVERSIONS,
            )
        case Elementwise(function=function) if operator.work == Normalisation(function="batch_normalisation", axes=()):
            return _absorb_into_normalisation(operator, step, function, state, is_linear=is_linear)
        case _ if not isinstance(operator.work, _MATRIX_WORK):
            return None
        case Normalisation(axes=()) if is_linear and _are_statistics(operator, step.inputs[1:], state):
            operations = 0 if _can_fold(operator, state) else 2  # else one multiplication and one addition
            bias = step.inputs[2] if len(operator.inputs) == 2 else ""
            return _Absorption(function=step.work.function, num_operations=operations, bias=bias)
        case Elementwise(function=function):
            return _absorb_elementwise(operator, step, function, state, is_linear=is_linear)
    return None


def _absorb_elementwise(
    operator: Operator, step: Operator, function: str, state: _State, *, is_linear: bool
) -> _Absorption | None:
    """Constants of one element are carried by instructions: a step that has one reads the result alone."""
    others = step.inputs[1:]
    foldable = is_linear and function in ("add", "sub", "mul", "div")
    if not others:
        operations = 0 if foldable and _can_fold(operator, state) else operations_per_element(function)
        return _Absorption(function=function, num_operations=operations, keeps_linear=foldable)
    if not foldable or len(others) > 1 or not _is_channel_wise(operator, others[0], state):
        return None
    operations = 0 if _can_fold(operator, state) else 1
    if function in ("mul", "div"):
        return _Absorption(function="scale", num_operations=operations)
    is_rescaled = any(fusion.num_operations_per_output for fusion in operator.fusions)
    if len(operator.inputs) == 2:
        return _Absorption(function="bias", bias=others[0], num_operations=1 if is_rescaled else 0)
    return _Absorption(function="bias", num_operations=operations)


def _absorb_into_normalisation(
    operator: Operator, step: Operator, function: str, state: _State, *, is_linear: bool
) -> _Absorption | None:
    """A constant factor or term a channel is multiplied into, or added to, those of the normalisation."""
    others = step.inputs[1:]
    known = all(_is_channel_wise(operator, name, state) for name in others)
    if not is_linear or not known or function not in ("add", "sub", "mul", "div"):
        return None
    return _Absorption(function="scale" if function in ("mul", "div") else "bias")


def _can_fold(operator: Operator, state: _State) -> bool:
    """True when a factor can be multiplied into the weights: they are constant, and not integers that meet integers."""
    x, w = (state.tensors[name] for name in operator.inputs[:2])
    is_integer = x.format.kind is NumberKind.INTEGER and w.format.kind is NumberKind.INTEGER
    return w.role is TensorRole.WEIGHT and not is_integer


def _channel_axis(operator: Operator, state: _State) -> int:
    return (
        1
        if isinstance(operator.work, Convolution | Normalisation)
        else len(state.tensors[operator.outputs[0]].shape) - 1
    )


def _is_channel_wise(operator: Operator, name: str, state: _State) -> bool:
    """True for a constant that broadcasts to one element a channel of the operator's result."""
    tensor, shape = state.tensors[name], state.tensors[operator.outputs[0]].shape
    axis = _channel_axis(operator, state)
    aligned = (1,) * (len(shape) - len(tensor.shape)) + tensor.shape
    expected = tuple(size if place == axis else 1 for place, size in enumerate(shape))
    return tensor.role is TensorRole.WEIGHT and aligned == expected


def _are_statistics(operator: Operator, names: tuple[str, ...], state: _State) -> bool:
    """True when batch normalisation's axis 1 is the operator's channel axis and its tables are constants."""
    are_constant = all(state.tensors[name].role is TensorRole.WEIGHT for name in names)
    return are_constant and _channel_axis(operator, state) == 1


def _absorb(operator: Operator, step: Operator, absorption: _Absorption, state: _State) -> Operator:
    """Return ``operator`` with ``step`` done on its result; ``state`` is modified in place."""
    result, bias = operator.outputs[0], absorption.bias
    folded = 0
    for name in step.inputs[1:]:
        if name == bias:
            continue
        state.num_reads[name] -= 1
        if not state.num_reads[name]:
            folded += state.tensors.pop(name).num_parameters
    if bias and state.num_reads[bias] == 1:
        tensor = state.tensors[bias]
        state.tensors[bias] = replace(tensor, shape=(tensor.num_elements,))
    del state.tensors[result]
    fusion = Fusion(
        name=step.name,
        function=absorption.function,
        num_folded_parameters=folded,
        num_operations_per_output=absorption.num_operations,
    )
    return replace(
        operator,
        inputs=(*operator.inputs, bias) if bias else operator.inputs,
        outputs=step.outputs,
        fusions=(*operator.fusions, *step.fusions, fusion),
    )
