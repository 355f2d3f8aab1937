"""Which gradient rule each kind of work has."""

from __future__ import annotations

from workloads.operators import (
    Activation,
    Convolution,
    Elementwise,
    Gemm,
    MatMul,
    Movement,
    Normalisation,
    Pooling,
    Reduction,
    Softmax,
    View,
)
from workloads.training.backward_matrix import convolution, gemm, matmul
from workloads.training.backward_movement import movement, view
from workloads.training.backward_pointwise import activation, elementwise
from workloads.training.backward_rows import normalisation, pooling, reduction, softmax
from workloads.training.gradient_step import GradientStep


def apply_rule(step: GradientStep) -> None:
    """Write the gradients of the operator of ``step`` into its graph.

    Raises
    ------
    UnsupportedOperator
        When it has none (recurrent cells, ...); names it.
    """
    match step.operator.work:
        case Convolution() as work:
            convolution(step, work)
        case Gemm() as work:
            gemm(step, work)
        case MatMul() as work:
            matmul(step, work)
        case Elementwise() as work:
            elementwise(step, work)
        case Activation() as work:
            activation(step, work)
        case Normalisation() as work:
            normalisation(step, work)
        case Softmax() as work:
            softmax(step, work)
        case Reduction() as work:
            reduction(step, work)
        case Pooling() as work:
            pooling(step, work)
        case Movement() as work:
            movement(step, work)
        case View() as work:
            view(step, work)
        case _:
            raise step.no_rule(f"{step.operator.kind} work")
