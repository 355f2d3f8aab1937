"""Which tensors an operator's nest reads and makes, and how many bits of each it moves when nothing stays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from workloads.loop_nest import MatrixNest, VectorNest, matrix_operands
from workloads.operators import (
    Activation,
    Elementwise,
    Movement,
    Normalisation,
    Operator,
    OperatorKind,
    RowGradient,
    Softmax,
)
from workloads.tensor import Tensor

Shares = Mapping[str, float]
"""By tensor: its part of an operand's bits, the parts of all adding up to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NestOperands:
    """Tensors by the part that they play in a nest.

    Parameters
    ----------
    inputs, weights, residents, outputs : mapping of str to float
        Shares of what is streamed in, of the second factor of a product, of what is loaded once and kept, and of what
        is made.
    """

    inputs: Shares
    weights: Shares
    residents: Shares
    outputs: Shares


def nest_operands(operator: Operator, tensors: Mapping[str, Tensor], nest: MatrixNest | VectorNest) -> NestOperands:
    """Return the operands of ``nest``, which is one of ``operator``'s: as ``loop_nest.lower`` has them."""
    outputs = _shares({name: tensors[name].size_bits for name in operator.outputs})
    if isinstance(nest, MatrixNest):
        names = matrix_operands(operator, tensors)
        kept = [name for name in operator.inputs if name != names.input and name not in names.weights]
        return NestOperands(
            inputs={names.input: 1.0},
            weights=_shares({name: tensors[name].size_bits for name in names.weights}),
            residents=_shares({name: tensors[name].size_bits for name in kept}),
            outputs=outputs,
        )
    streamed = _streamed_bits(operator, tensors, nest)
    kept = [name for name in dict.fromkeys(operator.inputs) if name not in streamed]
    return NestOperands(
        inputs=_shares(streamed),
        weights={},
        residents=_shares({name: tensors[name].size_bits for name in kept}),
        outputs=outputs,
    )


def _streamed_bits(operator: Operator, tensors: Mapping[str, Tensor], nest: VectorNest) -> dict[str, int]:
    """Bits of each tensor in one pass over the nest's stream."""
    names = tuple(dict.fromkeys(operator.inputs))
    match operator.work:
        case Softmax() | Normalisation():
            return {names[0]: tensors[names[0]].size_bits}
        case RowGradient():
            shape = tensors[names[0]].shape
            return {name: tensors[name].size_bits for name in names if tensors[name].shape == shape}
        case Elementwise() | Activation():
            positions = tensors[operator.outputs[0]].num_elements
            full = {name: tensors[name].size_bits for name in names if tensors[name].num_elements == positions}
            small = {
                name: positions * tensors[name].format.bits for name in names if tensors[name].num_elements != positions
            }
            return full if nest.input_bits == sum(full.values()) else {**full, **small}
        case Movement(kind=OperatorKind.SLICE | OperatorKind.GATHER) if operator.inputs:
            made = sum(tensors[name].num_elements for name in operator.outputs)
            rest = {name: tensors[name].size_bits for name in operator.inputs[1:]}
            return {**rest, operator.inputs[0]: made * tensors[operator.inputs[0]].format.bits}
        case _:  # a tensor that is concatenated with itself passes twice
            return {name: operator.inputs.count(name) * tensors[name].size_bits for name in names}


def _shares(bits: Mapping[str, int]) -> dict[str, float]:
    total = math.fsum(bits.values())
    return {name: size / total for name, size in bits.items()} if total else dict.fromkeys(bits, 0.0)
