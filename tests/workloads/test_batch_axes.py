"""One operator at a time: where the batch goes, by hand, and every reason why it cannot be followed."""

from __future__ import annotations

import re

import pytest

from workloads.batch_axes import BatchAxis, BatchFlow, output_axes
from workloads.errors import NetworkError
from workloads.operators import (
    Activation,
    Convolution,
    ConvolutionWeightGradient,
    Elementwise,
    Gemm,
    MatMul,
    Movement,
    Normalisation,
    Operator,
    OperatorKind,
    Recurrent,
    Reduction,
    RowGradient,
    Softmax,
    View,
    Window,
    Work,
)

Shape = tuple[int, ...]
WINDOW = Window(kernel=(1, 1), strides=(1, 1), dilations=(1, 1), pads_begin=(0, 0), pads_end=(0, 0))
CONV = Convolution(window=WINDOW)
ADD = Elementwise(function="add")
LSTM_WEIGHTS: tuple[tuple[tuple[int, ...], None], ...] = (((1, 28, 3), None), ((1, 28, 7), None))
LSTM = Recurrent(num_gates=4, num_steps=5, batch=2, input_size=3, hidden_size=7)


def _move(kind: OperatorKind) -> Movement:
    return Movement(kind=kind)


def _follow(
    work: Work, inputs: tuple[tuple[Shape, BatchAxis | None], ...], output: Shape, batch: int = 2
) -> BatchAxis | None:
    shapes = {f"in{index}": shape for index, (shape, _) in enumerate(inputs)}
    axes = {f"in{index}": axis for index, (_, axis) in enumerate(inputs) if axis is not None}
    operator = Operator(name="op", work=work, inputs=tuple(shapes), outputs=("out",))
    flow = BatchFlow(batch=batch, shapes={**shapes, "out": output}, axes=axes)
    (found,) = output_axes(operator, flow)
    return found


def _at(axis: int, outer: int = 1, inner: int = 1) -> BatchAxis:
    return BatchAxis(axis=axis, outer=outer, inner=inner)


B0, B1, B2 = _at(0), _at(1), _at(2)


@pytest.mark.parametrize(
    ("work", "inputs", "output", "expected"),
    [
        (CONV, (((2, 3, 8, 8), B0), ((4, 3, 1, 1), None)), (2, 4, 8, 8), B0),
        (Gemm(), (((2, 3), B0), ((3, 4), None), ((4,), None)), (2, 4), B0),
        (Gemm(transpose_a=True), (((3, 2), B1), ((3, 4), None)), (2, 4), B0),
        (Gemm(), (((5, 3), None), ((3, 2), B1), ((5, 1), None)), (5, 2), B1),
        (Gemm(transpose_b=True), (((5, 3), None), ((2, 3), B0)), (5, 2), B1),
        (MatMul(), (((2, 5, 3), B0), ((3, 4), None), ((4,), None)), (2, 5, 4), B0),
        (MatMul(), (((2, 5, 3), B0), ((2, 3, 4), B0)), (2, 5, 4), B0),
        (MatMul(), (((2, 3), B0), ((3, 4), None)), (2, 4), B0),
        (MatMul(), (((2, 3), B0), ((3,), None)), (2,), B0),
        (MatMul(), (((5, 3), None), ((3, 2), B1)), (5, 2), B1),
        (MatMul(transpose_b=True), (((5, 3), None), ((2, 3), B0)), (5, 2), B1),
        (MatMul(), (((5, 3), None), ((2, 3, 4), B0)), (2, 5, 4), B0),
        (MatMul(), (((24, 5, 3), _at(0, 1, 12)), ((24, 3, 5), _at(0, 1, 12))), (24, 5, 5), _at(0, 1, 12)),
        (ADD, (((2, 5), B0), ((5,), None)), (2, 5), B0),
        (ADD, (((2, 5), B0), ((3, 2, 5), B1)), (3, 2, 5), B1),
        (ADD, (((1, 1, 5), None), ((2, 5), B0)), (1, 2, 5), B1),
        (Activation(function="relu"), (((3, 2), B1),), (3, 2), B1),
        (Softmax(axis=1), (((2, 5), B0),), (2, 5), B0),
        (Normalisation(function="layer_normalisation", axes=(1,)), (((2, 5), B0), ((5,), None)), (2, 5), B0),
        (Reduction(function="mean", axes=(1, 2)), (((2, 5, 7), B0),), (2,), B0),
        (Reduction(function="mean", axes=(0, 3)), (((5, 1, 2, 7), B2),), (1, 2), B1),
        (Reduction(function="mean", axes=(0,)), (((5, 2), B1),), (1, 2), B1),
        (View(), (((2, 5, 12), B0),), (2, 3, 5, 4), B0),
        (View(), (((2, 128, 768), B0),), (256, 768), _at(0, 1, 128)),
        (View(), (((256, 768), _at(0, 1, 128)),), (2, 128, 768), B0),
        (View(), (((5, 2, 3), B1),), (10, 3), _at(0, 5, 1)),
        (View(), (((10, 3), _at(0, 5, 1)),), (5, 2, 3), B1),
        (View(), (((5, 1, 2, 3), B2),), (5, 2, 3), B1),
        (_move(OperatorKind.TRANSPOSE), (((2, 5, 3), B0),), (5, 2, 3), B1),
        (_move(OperatorKind.TRANSPOSE), (((2, 5, 2), B0),), (2, 2, 5), B0),
        (_move(OperatorKind.CONCAT), (((2, 5), B0), ((2, 7), B0)), (2, 12), B0),
        (_move(OperatorKind.SLICE), (((2, 5), B0),), (2, 1), B0),
        (_move(OperatorKind.PAD), (((5, 2), B1), ((4,), None)), (7, 2), B1),
        (_move(OperatorKind.GATHER), (((99, 7), None), ((2, 5), B0)), (2, 5, 7), B0),
        (_move(OperatorKind.GATHER), (((2, 5, 7), B0), ((), None)), (2, 7), B0),
        (_move(OperatorKind.GATHER), (((5, 2, 7), B1), ((), None)), (2, 7), B0),
        (_move(OperatorKind.GATHER), (((5, 2, 7), B1), ((3, 4), None)), (3, 4, 2, 7), B2),
        (_move(OperatorKind.GATHER), (((9, 7), None), ((3,), None)), (3, 7), None),
        (MatMul(transpose_a=True), (((5, 2), B1), ((5, 4), None)), (2, 4), B0),
        (LSTM, (((5, 2, 3), B1), *LSTM_WEIGHTS, ((1, 2, 7), B1)), (5, 1, 2, 7), B2),
        (LSTM, (((5, 2, 3), B1), *LSTM_WEIGHTS, ((1, 1, 7), None)), (1, 2, 7), B1),
        (LSTM, (((5, 2, 3), B1), *LSTM_WEIGHTS, ((2,), B0)), (5, 1, 2, 7), B2),
        (LSTM, (((2, 5, 3), B0), *LSTM_WEIGHTS, ((2, 1, 7), B0)), (2, 5, 1, 7), B0),
    ],
)
def test_where_the_batch_goes(
    work: Work, inputs: tuple[tuple[Shape, BatchAxis | None], ...], output: Shape, expected: BatchAxis | None
) -> None:
    assert _follow(work, inputs, output) == expected


@pytest.mark.parametrize(
    ("work", "inputs", "output", "reason"),
    [
        (
            CONV,
            (((3, 2, 8, 8), B1), ((4, 2, 1, 1), None)),
            (3, 4, 8, 8),
            "it is in axis 1 of the input, expected axis 0",
        ),
        (CONV, (((2, 3, 8, 8), B0), ((2, 3, 1, 1), B0)), (2, 2, 8, 8), "an input other than the first carries it"),
        (Gemm(), (((3, 2), B1), ((2, 4), None)), (3, 4), "it is in the axis that is summed over, or in both matrices"),
        (Gemm(), (((2, 3), B0), ((3, 2), B1)), (2, 2), "it is in the axis that is summed over, or in both matrices"),
        (Gemm(), (((2, 3), None), ((3, 4), None), ((2, 4), B0)), (2, 4), "only the bias carries it"),
        (Gemm(), (((2, 3), B0), ((3, 4), None), ((2, 1), None)), (2, 4), "tensor 'in2' has the fixed size 2 along it"),
        (MatMul(), (((5, 2), B1), ((2, 4), None)), (5, 4), "it is in the axis that is summed over"),
        (MatMul(), (((5, 2), None), ((2, 4), B0)), (5, 4), "it is in the axis that is summed over"),
        (MatMul(transpose_a=True), (((2, 5), B0), ((2, 4), None)), (5, 4), "it is in the axis that is summed over"),
        (
            ConvolutionWeightGradient(window=WINDOW),
            (((2, 3, 8, 8), B0), ((2, 4, 8, 8), B0)),
            (4, 3, 1, 1),
            "a training graph has the batch of the network that it was made of",
        ),
        (
            RowGradient(function="softmax", axes=(1,)),
            (((2, 3), B0), ((2, 3), B0)),
            (2, 3),
            "a training graph has the batch of the network that it was made of",
        ),
        (MatMul(), (((2, 3), B0), ((3, 2), B1)), (2, 2), "its matrices carry it in different axes"),
        (MatMul(), (((2, 5, 3), B0), ((2, 3, 4), None)), (2, 5, 4), "tensor 'in1' has the fixed size 2 along it"),
        (ADD, (((2, 5), B0), ((2, 5), None)), (2, 5), "tensor 'in1' has the fixed size 2 along it"),
        (ADD, (((2, 1), B0), ((2,), B0)), (2, 2), "its inputs carry it in different axes"),
        (Softmax(axis=0), (((2, 5), B0),), (2, 5), "it is in axis 0, which the operator runs along"),
        (Reduction(function="sum", axes=(0,)), (((2, 5), B0),), (5,), "it is in axis 0, which the operator runs along"),
        (View(), (((5, 2, 3), B1),), (3, 10), "it cannot be told where it goes from [5, 2, 3] to [3, 10]"),
        (_move(OperatorKind.TRANSPOSE), (((5, 2, 2), B1),), (2, 5, 2), "several axes have its size"),
        (
            _move(OperatorKind.CONCAT),
            (((2, 5), B0), ((2, 5), B0)),
            (4, 5),
            "it is in axis 0, which changes from [2, 5]",
        ),
        (
            _move(OperatorKind.CONCAT),
            (((2, 5), B0), ((2, 1), None)),
            (2, 6),
            "tensor 'in1' has the fixed size 2 along it",
        ),
        (_move(OperatorKind.CONCAT), (((2, 2), B0), ((2, 2), B1)), (2, 4), "its inputs carry it in different axes"),
        (_move(OperatorKind.SLICE), (((2, 5), B0),), (1, 5), "it is in axis 0, which changes from [2, 5] to [1, 5]"),
        (_move(OperatorKind.COPY), (((3, 5), None), ((2, 5), B0)), (3, 5), "an input other than the first carries it"),
        (_move(OperatorKind.GATHER), (((2, 5), B0), ((3,), None)), (3, 5), "it cannot be told where it goes"),
        (_move(OperatorKind.GATHER), (((2, 5), B0), ((2,), B0)), (2, 5), "both data and indices carry it"),
        (
            LSTM,
            (((2, 2, 3), B0), *LSTM_WEIGHTS),
            (2, 1, 2, 7),
            "it is in axis 0 of [2, 2, 3], expected the axis of its 2",
        ),
        (
            LSTM,
            (((5, 2, 3), B2), *LSTM_WEIGHTS),
            (5, 1, 2, 7),
            "it is in axis 2 of [5, 2, 3], expected the axis of its 2",
        ),
        (
            LSTM,
            (((5, 2, 3), B1), *LSTM_WEIGHTS, ((2, 1, 7), B0)),
            (5, 1, 2, 7),
            "it is in axis 0 of input 'in3', expected",
        ),
        (LSTM, (((5, 2, 3), None), ((1, 2, 3), B1), ((1, 28, 7), None)), (5, 1, 2, 7), "an input other than the first"),
        (
            LSTM,
            (((5, 2, 3), B1), *LSTM_WEIGHTS, ((1, 2, 7), None)),
            (5, 1, 2, 7),
            "state 'in3' has a fixed batch of 2",
        ),
    ],
)
def test_what_cannot_be_followed(
    work: Work, inputs: tuple[tuple[Shape, BatchAxis | None], ...], output: Shape, reason: str
) -> None:
    pattern = r"operator 'op' \(\w+\): the batch cannot be followed through it: " + re.escape(reason)
    with pytest.raises(NetworkError, match=pattern + ".*; export the model with a dynamic batch dimension"):
        _follow(work, inputs, output)


def test_batch_one_between_two_axes_is_ambiguous() -> None:
    """(S, 1, H) to (S, H): the batch may have joined either."""
    with pytest.raises(NetworkError, match="it cannot be told where it goes"):
        _follow(View(), (((5, 1, 3), B1),), (5, 3), batch=1)
