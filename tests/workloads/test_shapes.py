"""Each kind of work with tensors that fit, and with one that does not."""

import pytest

from workloads.errors import NetworkError
from workloads.formats import INT8
from workloads.operators import (
    Convolution,
    ConvolutionWeightGradient,
    Elementwise,
    Gemm,
    MatMul,
    Movement,
    Operator,
    OperatorKind,
    Pooling,
    PoolingGradient,
    Recurrent,
    RowGradient,
    Softmax,
    View,
    Window,
)
from workloads.shapes import check_shapes
from workloads.tensor import Tensor, TensorRole


def window(kernel=3, stride=1, pad=1, axes=2, dilation=1):
    return Window(
        kernel=(kernel,) * axes,
        strides=(stride,) * axes,
        dilations=(dilation,) * axes,
        pads_begin=(pad,) * axes,
        pads_end=(pad,) * axes,
    )


def check(work, inputs, output):
    names = tuple(f"i{index}" for index in range(len(inputs)))
    tensors = {
        name: Tensor(name=name, shape=shape, format=INT8, role=TensorRole.ACTIVATION)
        for name, shape in zip((*names, "out"), (*inputs, output), strict=True)
    }
    check_shapes(Operator(name="op", work=work, inputs=names, outputs=("out",)), tensors)


FITTING = [
    (Convolution(window=window()), [(1, 4, 8, 8), (6, 4, 3, 3)], (1, 6, 8, 8)),
    (Convolution(window=window(stride=2), groups=2), [(1, 4, 8, 8), (6, 2, 3, 3)], (1, 6, 4, 4)),
    (Convolution(window=window(dilation=2, pad=0)), [(1, 4, 8, 8), (6, 4, 3, 3)], (1, 6, 4, 4)),
    (Convolution(window=window(axes=1)), [(1, 4, 8), (6, 4, 3)], (1, 6, 8)),
    (Convolution(window=window(axes=3)), [(1, 4, 8, 8, 8), (6, 4, 3, 3, 3)], (1, 6, 8, 8, 8)),
    (Convolution(window=window(stride=2), transposed=True), [(1, 4, 4, 4), (4, 6, 3, 3)], (1, 6, 8, 8)),
    (Pooling(function="max", window=window(stride=2)), [(1, 4, 8, 8)], (1, 4, 4, 4)),
    (Pooling(function="max", window=window(kernel=2, stride=2, pad=0)), [(1, 4, 7, 7)], (1, 4, 4, 4)),
    (Gemm(), [(2, 3), (3, 5)], (2, 5)),
    (Gemm(transpose_a=True, transpose_b=True), [(3, 2), (5, 3)], (2, 5)),
    (MatMul(), [(7, 1, 2, 3), (4, 3, 5)], (7, 4, 2, 5)),
    (MatMul(transpose_b=True), [(7, 2, 3), (7, 5, 3)], (7, 2, 5)),
    (MatMul(transpose_a=True), [(7, 3, 2), (3, 5)], (7, 2, 5)),
    (MatMul(transpose_a=True, transpose_b=True), [(7, 3, 2), (7, 5, 3)], (7, 2, 5)),
    (MatMul(), [(3,), (3, 5)], (5,)),
    (MatMul(), [(2, 3), (3,)], (2,)),
    (Elementwise(function="add"), [(2, 3), (3,)], (2, 3)),
    (Softmax(axis=1), [(2, 3)], (2, 3)),
    (View(), [(2, 3)], (6,)),
    (Movement(kind=OperatorKind.CONCAT), [(2, 3), (2, 4)], (2, 7)),
    (
        Recurrent(num_gates=4, num_steps=5, batch=2, input_size=3, hidden_size=6),
        [(5, 2, 3), (1, 24, 3), (1, 24, 6)],
        (5, 1, 2, 6),
    ),
    (ConvolutionWeightGradient(window=window(stride=2)), [(2, 4, 8, 8), (2, 6, 4, 4)], (6, 4, 3, 3)),
    (ConvolutionWeightGradient(window=window(), groups=2), [(2, 4, 8, 8), (2, 6, 8, 8)], (6, 2, 3, 3)),
    (PoolingGradient(function="max", window=window(stride=2)), [(1, 4, 4, 4), (1, 4, 4, 4)], (1, 4, 8, 8)),
    (PoolingGradient(function="average", window=window(kernel=2, stride=2, pad=0)), [(1, 4, 4, 4)], (1, 4, 7, 7)),
    (RowGradient(function="softmax", axes=(1,)), [(2, 3), (2, 3)], (2, 3)),
]

MISFITS = [
    (
        Convolution(window=window()),
        [(1, 4, 8, 8), (6, 3, 3, 3)],
        (1, 6, 8, 8),
        "weight input channels is 3, expected 4",
    ),
    (
        Convolution(window=window()),
        [(1, 4, 8, 8), (6, 4, 5, 5)],
        (1, 6, 8, 8),
        r"kernel is \(5, 5\), expected \(3, 3\)",
    ),
    (Convolution(window=window()), [(1, 4, 8, 8), (6, 4, 3, 3)], (1, 6, 7, 8), r"spatial size is \(7, 8\)"),
    (Convolution(window=window()), [(2, 4, 8, 8), (6, 4, 3, 3)], (1, 6, 8, 8), "batch is 1, expected 2"),
    (
        Convolution(window=window(), groups=4),
        [(1, 4, 8, 8), (6, 1, 3, 3)],
        (1, 6, 8, 8),
        "6 filters do not divide into 4 groups",
    ),
    (
        Convolution(window=window(), transposed=True),
        [(1, 4, 8, 8), (5, 6, 3, 3)],
        (1, 6, 8, 8),
        "weight input channels is 5, expected 4",
    ),
    (Pooling(function="max", window=window(stride=2)), [(1, 4, 8, 8)], (1, 4, 6, 4), "output size of spatial axis 0"),
    (Gemm(), [(2, 3), (4, 5)], (2, 5), "inner dimension is 3, expected 4"),
    (MatMul(), [(2, 3), (4, 5)], (2, 5), "inner dimension is 3, expected 4"),
    (MatMul(), [(6, 2, 3), (4, 3, 5)], (6, 2, 5), "do not broadcast"),
    (Elementwise(function="add"), [(2, 3), (4,)], (2, 3), "do not broadcast"),
    (Elementwise(function="add"), [(2, 3), (3,)], (3, 2), "output shape"),
    (MatMul(transpose_a=True), [(7, 2, 3), (3, 5)], (7, 2, 5), "inner dimension is 2, expected 3"),
    (
        ConvolutionWeightGradient(window=window(), groups=4),
        [(1, 4, 8, 8), (1, 6, 8, 8)],
        (6, 1, 3, 3),
        "6 output channels do not divide into 4 groups",
    ),
    (
        ConvolutionWeightGradient(window=window(), groups=4),
        [(1, 6, 8, 8), (1, 4, 8, 8)],
        (4, 1, 3, 3),
        "6 input channels do not divide into 4 groups",
    ),
    (ConvolutionWeightGradient(window=window()), [(2, 4, 8, 8), (1, 6, 8, 8)], (6, 4, 3, 3), "batch is 1, expected 2"),
    (
        ConvolutionWeightGradient(window=window()),
        [(1, 4, 8), (1, 6, 8)],
        (6, 4, 3),
        "number of spatial axes is 1, expected 2",
    ),
    (
        ConvolutionWeightGradient(window=window(stride=2)),
        [(1, 4, 8, 8), (1, 6, 8, 4)],
        (6, 4, 3, 3),
        r"spatial size is \(8, 4\), expected \(4, 4\)",
    ),
    (
        ConvolutionWeightGradient(window=window()),
        [(1, 4, 8, 8), (1, 6, 8, 8)],
        (4, 6, 3, 3),
        r"output shape is \(4, 6, 3, 3\), expected \(6, 4, 3, 3\)",
    ),
    (
        PoolingGradient(function="max", window=window(stride=2)),
        [(1, 4, 4, 4), (1, 4, 8, 8)],
        (1, 4, 8, 8),
        r"shape of the positions of maxima is \(1, 4, 8, 8\), expected \(1, 4, 4, 4\)",
    ),
    (
        PoolingGradient(function="max", window=window(stride=2)),
        [(1, 4, 6, 4)],
        (1, 4, 8, 8),
        "output size of spatial axis 0 is 6, expected 4",
    ),
    (RowGradient(function="softmax", axes=(1,)), [(2, 3), (2, 3)], (3, 2), r"output shape is \(3, 2\)"),
    (View(), [(2, 3)], (7,), "number of elements is 7, expected 6"),
    (Movement(kind=OperatorKind.CONCAT), [(2, 3), (2, 4)], (2, 8), "number of output elements is 16, expected 14"),
    (
        Recurrent(num_gates=4, num_steps=5, batch=2, input_size=3, hidden_size=6),
        [(5, 2, 3), (1, 18, 3), (1, 24, 6)],
        (5, 1, 2, 6),
        "weight shape",
    ),
]


@pytest.mark.parametrize(("work", "inputs", "output"), FITTING)
def test_fitting_shapes_pass(work, inputs, output):
    check(work, inputs, output)


@pytest.mark.parametrize(("work", "inputs", "output", "message"), MISFITS)
def test_misfit_names_operator_and_what_was_expected(work, inputs, output, message):
    with pytest.raises(NetworkError, match=rf"operator 'op'.*{message}"):
        check(work, inputs, output)


def test_operator_without_inputs():
    with pytest.raises(NetworkError, match=r"operator 'op' \(gemm\) needs inputs and outputs"):
        check(Gemm(), [], (2, 5))
