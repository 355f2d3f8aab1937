"""Lowering by hand: sizes, operations and bits of each kind of operator."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.formats import INT8, INT32
from workloads.loop_nest import MatrixNest, MatrixOperands, SpatialAxis, lower, matrix_operands, nests_of
from workloads.operators import (
    Activation,
    Convolution,
    ConvolutionWeightGradient,
    Elementwise,
    Fusion,
    Gemm,
    MatMul,
    Movement,
    Normalisation,
    Operator,
    OperatorKind,
    Pooling,
    PoolingGradient,
    Recurrent,
    Reduction,
    RowGradient,
    Softmax,
    View,
    Window,
)
from workloads.sparsity import Mask, Sparsity, SparsityOrigin
from workloads.tensor import Tensor, TensorRole


def lowered(work, inputs, output, fusions=(), formats=None):
    names = tuple(f"i{index}" for index in range(len(inputs)))
    formats = formats or [INT8] * (len(inputs) + 1)
    tensors = {
        name: Tensor(name=name, shape=shape, format=format, role=TensorRole.ACTIVATION)
        for name, shape, format in zip((*names, "out"), (*inputs, output), formats, strict=True)
    }
    return lower(Operator(name="op", work=work, inputs=names, outputs=("out",), fusions=fusions), tensors)


def window(kernel, stride=1, pad=0, axes=2):
    return Window(
        kernel=(kernel,) * axes,
        strides=(stride,) * axes,
        dilations=(1,) * axes,
        pads_begin=(pad,) * axes,
        pads_end=(pad,) * axes,
    )


def test_convolution_is_im2col():
    """2 images of 4 x 4 outputs; K = 3 * 3 * 5 channels; a bias of 6 x 32 bits stays resident."""
    nest = lowered(
        Convolution(window=window(3, stride=2, pad=1)),
        [(2, 5, 8, 8), (6, 5, 3, 3), (6,)],
        (2, 6, 4, 4),
        formats=[INT8, INT8, INT32, INT8],
    )
    assert (nest.groups, nest.m, nest.n, nest.k) == (1, 32, 6, 45)
    assert nest.num_macs == 32 * 6 * 45
    assert nest.resident_bits == 192


def test_depthwise_convolution_has_a_group_a_channel():
    nest = lowered(Convolution(window=window(3, pad=1), groups=4), [(1, 4, 8, 8), (4, 1, 3, 3)], (1, 4, 8, 8))
    assert (nest.groups, nest.m, nest.n, nest.k, nest.num_macs) == (4, 64, 1, 9, 4 * 64 * 9)


def test_transposed_convolution_multiplies_inputs_by_every_tap():
    """Each of 16 inputs of 4 channels meets 6 filters of 9 taps; overlapping results leave 64 positions of 6."""
    nest = lowered(
        Convolution(window=window(3, stride=2, pad=1), transposed=True), [(1, 4, 4, 4), (4, 6, 3, 3)], (1, 6, 8, 8)
    )
    assert (nest.m, nest.n, nest.k) == (16, 54, 4)
    assert nest.num_macs == 16 * 54 * 4
    assert nest.num_output_elements == 6 * 64


@pytest.mark.parametrize(
    ("a", "b", "out", "expected"),
    [
        ((2, 3), (3, 5), (2, 5), (1, 2, 5, 3)),
        ((7, 2, 3), (3, 5), (7, 2, 5), (1, 14, 5, 3)),  # weights shared: leading axes join M
        ((7, 2, 3), (7, 3, 5), (7, 2, 5), (7, 2, 5, 3)),  # attention: a group a head
        ((2, 3), (7, 3, 5), (7, 2, 5), (1, 35, 2, 3)),  # A shared: the two swap
        ((3,), (3, 5), (5,), (1, 1, 5, 3)),
        ((2, 3), (3,), (2,), (1, 2, 1, 3)),
        ((4, 1, 2, 3), (6, 3, 5), (4, 6, 2, 5), (24, 2, 5, 3)),
    ],
)
def test_matrix_product_with_broadcasting(a, b, out, expected):
    nest = lowered(MatMul(), [a, b], out)
    assert (nest.groups, nest.m, nest.n, nest.k) == expected
    assert nest.num_macs == np.prod(out) * a[-1]


def test_transposed_operand_keeps_the_product():
    nest = lowered(MatMul(transpose_b=True), [(7, 2, 3), (7, 5, 3)], (7, 2, 5))
    assert (nest.groups, nest.m, nest.n, nest.k) == (7, 2, 5, 3)
    nest = lowered(Gemm(transpose_a=True), [(3, 2), (3, 5)], (2, 5))
    assert (nest.m, nest.n, nest.k) == (2, 5, 3)


@pytest.mark.parametrize(
    ("weight", "other", "output", "sizes", "mask_shape"),
    [
        ((6, 4), (4, 3), (6, 3), (1, 3, 6, 4), (1, 6, 1, 4)),
        ((6, 4), (2, 4, 3), (2, 6, 3), (1, 6, 6, 4), (1, 6, 1, 4)),  # 2 x 3 columns of B are rows of the product
        ((2, 6, 4), (2, 4, 3), (2, 6, 3), (2, 3, 6, 4), (2, 6, 1, 4)),
        ((2, 6, 4), (4, 3), (2, 6, 3), (1, 3, 12, 4), (1, 12, 1, 4)),  # one input for the filters of both
        ((4,), (4, 3), (3,), (1, 3, 1, 4), (1, 1, 1, 4)),
    ],
)
def test_a_weight_on_the_left_is_the_weight_of_the_nest(weight, other, output, sizes, mask_shape):
    rows = (*weight[:-2], *weight[-2:-1], 1)  # (groups, filters, 1) of each, one group and filter where there are none
    mask = Mask.of((np.arange(np.prod(weight)) % 2 == 0).reshape(*(1,) * (3 - len(rows)), *rows, weight[-1]))
    sparsity = Sparsity(density_fraction=0.5, origin=SparsityOrigin.GIVEN, mask=mask)
    tensors = {
        "w": Tensor(name="w", shape=weight, format=INT8, role=TensorRole.WEIGHT, sparsity=sparsity),
        "x": Tensor(name="x", shape=other, format=INT32, role=TensorRole.ACTIVATION),
        "y": Tensor(name="y", shape=output, format=INT32, role=TensorRole.OUTPUT),
    }
    operator = Operator(name="op", work=MatMul(), inputs=("w", "x"), outputs=("y",))
    nest = lower(operator, tensors)
    assert (nest.groups, nest.m, nest.n, nest.k) == sizes
    assert (nest.input_bits, nest.weight_bits) == (32, 8)
    assert (nest.input_sparsity, nest.weight_sparsity.density_fraction) == (None, 0.5)
    assert nest.weight_sparsity.mask.shape == mask_shape
    assert nest.num_output_elements == np.prod(output)
    assert matrix_operands(operator, tensors) == MatrixOperands(input="x", weights=("w",))


def test_products_of_two_weights_or_none_stay_as_they_are():
    for role in (TensorRole.WEIGHT, TensorRole.ACTIVATION):
        tensors = {
            name: Tensor(name=name, shape=shape, format=INT8, role=role)
            for name, shape in {"a": (6, 4), "b": (4, 3), "y": (6, 3)}.items()
        }
        operator = Operator(name="op", work=MatMul(), inputs=("a", "b"), outputs=("y",))
        assert (lower(operator, tensors).m, lower(operator, tensors).n) == (6, 3)
        assert matrix_operands(operator, tensors) == MatrixOperands(input="a", weights=("b",))


def test_recurrent_weights_of_two_widths():
    """w of 4 x 3 int8, r of 4 x 1 int32: multiplied at 32 bits, stored at (12 x 8 + 4 x 32) / 16 = 14."""
    work = Recurrent(num_gates=4, num_steps=5, batch=2, input_size=3, hidden_size=1)
    shapes = [(5, 2, 3), (1, 4, 3), (1, 4, 1)]
    nest = lowered(work, shapes, (5, 1, 2, 1), formats=[INT8, INT8, INT32, INT8])
    assert (nest.weight_bits, nest.stored_weight.off_chip_bits, nest.stored_weight.scratchpad_bits) == (32, 14, 14)
    other_way = lowered(work, shapes, (5, 1, 2, 1), formats=[INT8, INT32, INT8, INT8])
    assert (other_way.weight_bits, other_way.stored_weight.off_chip_bits) == (32, (12 * 32 + 4 * 8) / 16)
    alike = lowered(work, shapes, (5, 1, 2, 1))
    assert (alike.weight_bits, alike.weight_storage) == (8, None)


def test_recurrent_multiplies_input_and_hidden_state_each_step():
    """Two directions, 5 steps of 2 rows, (3 + 6) x (4 * 6)."""
    work = Recurrent(num_gates=4, num_steps=5, batch=2, input_size=3, hidden_size=6, num_directions=2)
    nest = lowered(work, [(5, 2, 3), (2, 24, 3), (2, 24, 6)], (5, 2, 2, 6))
    assert (nest.groups, nest.m, nest.n, nest.k, nest.sequential) == (2, 10, 24, 9, True)


def test_pooling_counts_every_element_of_its_window():
    (nest,) = lowered(Pooling(function="max", window=window(3, stride=2, pad=1)), [(2, 4, 8, 8)], (2, 4, 4, 4))
    assert (nest.groups, nest.num_positions, nest.num_operations) == (8, 16, 2 * 4 * 16 * 9)


def test_softmax_keeps_a_row_or_reads_it_twice():
    rows, pieces = lowered(Softmax(axis=1), [(4, 10)], (4, 10))
    assert (rows.num_positions, rows.input_bits, rows.output_bits) == (4, 320, 320)
    assert (pieces.num_positions, pieces.input_bits) == (40, 640)
    assert rows.num_operations == pieces.num_operations == 5 * 40


def test_normalisation_with_given_statistics_is_a_factor_and_a_term():
    (nest,) = lowered(Normalisation(function="batch_normalisation"), [(1, 4, 2, 2), (4,), (4,)], (1, 4, 2, 2))
    assert (nest.num_operations, nest.resident_bits) == (2 * 16, 64)


def test_elementwise_keeps_a_small_operand_or_streams_it_again():
    kept, again = lowered(Elementwise(function="add"), [(8, 4), (4,)], (8, 4))
    assert (kept.input_bits, kept.resident_bits) == (256, 32)
    assert (again.input_bits, again.resident_bits) == (512, 0)
    (both,) = lowered(Elementwise(function="add"), [(8, 4), (8, 4)], (8, 4))
    assert (both.input_bits, both.num_operations) == (512, 32)


def test_fused_steps_add_operations():
    relu = (Fusion(name="r", function="relu", num_operations_per_output=1),)
    (nest,) = lowered(Elementwise(function="add"), [(8, 4), (8, 4)], (8, 4), fusions=relu)
    assert nest.num_operations == 64
    (nest,) = lowered(Pooling(function="max", window=window(2, stride=2)), [(1, 1, 4, 4)], (1, 1, 2, 2), fusions=relu)
    assert nest.num_operations == 4 * (4 + 1)
    nest = lowered(Gemm(), [(2, 3), (3, 5)], (2, 5), fusions=relu)
    assert nest.fused_operations_per_output == 1


def test_movements_read_what_they_need():
    (nest,) = lowered(Movement(kind=OperatorKind.CONCAT), [(2, 3), (2, 4)], (2, 7))
    assert (nest.input_bits, nest.output_bits, nest.num_operations) == (112, 112, 0)
    (nest,) = lowered(Movement(kind=OperatorKind.SLICE), [(100, 4)], (2, 4))
    assert (nest.input_bits, nest.output_bits) == (64, 64)
    (nest,) = lowered(Movement(kind=OperatorKind.GATHER), [(1000, 4), (2,)], (2, 4), formats=[INT8, INT32, INT8])
    assert (nest.input_bits, nest.output_bits) == (64 + 64, 64)
    (nest,) = lowered(Movement(kind=OperatorKind.RESIZE, function="linear"), [(1, 1, 4, 4)], (1, 1, 8, 8))
    assert (nest.input_bits, nest.num_operations) == (128, 4 * 64)


def test_reduction_reads_everything_once():
    (nest,) = lowered(Reduction(function="mean", axes=(1,)), [(4, 10)], (4,))
    assert (nest.input_bits, nest.output_bits, nest.num_operations) == (320, 32, 40)


def test_view_costs_nothing():
    assert lowered(View(), [(2, 3)], (6,)) == ()


def test_equal_operators_have_equal_nests():
    """Nests hold sizes, never names: tiling is cached on them."""
    one = lowered(Gemm(), [(2, 3), (3, 5)], (2, 5))
    other = lowered(Gemm(transpose_b=True), [(2, 3), (5, 3)], (2, 5))
    assert isinstance(one, MatrixNest)
    assert one == other
    assert hash(one) == hash(other)


def test_transcendental_activations_take_more_operations():
    (relu,) = lowered(Activation(function="relu"), [(4, 4)], (4, 4))
    (sigmoid,) = lowered(Activation(function="sigmoid"), [(4, 4)], (4, 4))
    assert (relu.num_operations, sigmoid.num_operations) == (16, 48)


def test_convolution_can_run_unfolded():
    """The same product with windows copied out: K = 45 can be cut anywhere, and every window is fetched."""
    work = Convolution(window=window(3, stride=2, pad=1))
    shapes = {"x": (2, 5, 8, 8), "w": (6, 5, 3, 3), "y": (2, 6, 4, 4)}
    tensors = {
        name: Tensor(name=name, shape=shape, format=INT8, role=TensorRole.ACTIVATION) for name, shape in shapes.items()
    }
    usual, unfolded = nests_of(Operator(name="op", work=work, inputs=("x", "w"), outputs=("y",)), tensors)
    assert usual == lower(Operator(name="op", work=work, inputs=("x", "w"), outputs=("y",)), tensors)
    assert (unfolded.m, unfolded.n, unfolded.k, unfolded.num_macs) == (usual.m, usual.n, usual.k, usual.num_macs)
    assert (unfolded.num_channels, unfolded.k_per_channel, unfolded.axes) == (45, 1, ())
    assert (unfolded.is_unfolded, unfolded.unfolded_taps) == (True, 9)
    assert (usual.is_unfolded, usual.unfolded_taps) == (False, 1)


def test_pointwise_convolution_has_nothing_to_unfold():
    tensors = {
        name: Tensor(name=name, shape=shape, format=INT8, role=TensorRole.ACTIVATION)
        for name, shape in {"x": (1, 5, 8, 8), "w": (6, 5, 1, 1), "y": (1, 6, 8, 8)}.items()
    }
    operator = Operator(name="op", work=Convolution(window=window(1)), inputs=("x", "w"), outputs=("y",))
    assert len(nests_of(operator, tensors)) == 1


def test_operand_read_twice_is_fetched_once():
    """x + x: one input of 8 x 4 bytes."""
    x = Tensor(name="x", shape=(8, 4), format=INT8, role=TensorRole.ACTIVATION)
    y = Tensor(name="y", shape=(8, 4), format=INT8, role=TensorRole.ACTIVATION)
    operator = Operator(name="op", work=Elementwise(function="add"), inputs=("x", "x"), outputs=("y",))
    (nest,) = lower(operator, {"x": x, "y": y})
    assert (nest.input_bits, nest.num_operations) == (256, 32)


def test_fused_steps_run_on_outputs_not_on_positions():
    """16 positions of 6 filters, 64 outputs of each: four times as many operations a position."""
    relu = (Fusion(name="r", function="relu", num_operations_per_output=1),)
    work = Convolution(window=window(3, stride=2, pad=1), transposed=True)
    nest = lowered(work, [(1, 4, 4, 4), (4, 6, 3, 3)], (1, 6, 8, 8), fusions=relu)
    assert nest.fused_operations_per_position == 4.0
    plain = lowered(Convolution(window=window(1)), [(1, 4, 4, 4), (6, 4, 1, 1)], (1, 6, 4, 4), fusions=relu)
    assert plain.fused_operations_per_position == 1.0


def test_second_outputs_leave_too():
    """Indices of a pooling's maxima, 32 bits each; and the last hidden state of a recurrent layer."""
    tensors = {
        name: Tensor(name=name, shape=shape, format=format, role=TensorRole.ACTIVATION)
        for name, shape, format in (
            ("x", (1, 4, 4, 4), INT8),
            ("y", (1, 4, 2, 2), INT8),
            ("i", (1, 4, 2, 2), INT32),
            ("s", (5, 2, 3), INT8),
            ("w", (1, 24, 3), INT8),
            ("r", (1, 24, 6), INT8),
            ("o", (5, 1, 2, 6), INT8),
            ("h", (1, 2, 6), INT8),
        )
    }
    pool = Pooling(function="max", window=window(2, stride=2))
    (nest,) = lower(Operator(name="pool", work=pool, inputs=("x",), outputs=("y", "i")), tensors)
    assert nest.output_bits == 40
    cell = Recurrent(num_gates=4, num_steps=5, batch=2, input_size=3, hidden_size=6)
    nest = lower(Operator(name="cell", work=cell, inputs=("s", "w", "r"), outputs=("o", "h")), tensors)
    assert nest.num_output_elements == 60 + 12


def test_weight_gradient_is_a_convolution_with_batch_and_channels_swapped():
    """2 images of 4 channels, 8 x 8, and 6 output channels of 4 x 4: each of 6 x 4 x 9 weights sums 2 x 16 products."""
    work = ConvolutionWeightGradient(window=window(3, stride=2, pad=1))
    nest = lowered(work, [(2, 4, 8, 8), (2, 6, 4, 4)], (6, 4, 3, 3))

    assert (nest.groups, nest.m, nest.n, nest.k) == (1, 4 * 9, 6, 2 * 16)
    assert nest.axes == (SpatialAxis(num_positions=3, input_size=8, kernel=4, stride=1, dilation=2, pad_begin=1),) * 2
    assert nest.num_output_elements == 6 * 4 * 9
    assert (nest.num_channels, nest.k_per_channel, nest.resident_bits) == (2, 16, 0)


@given(
    kernel=st.integers(1, 3), stride=st.integers(1, 3), pad=st.integers(0, 1), groups=st.integers(1, 3), data=st.data()
)
def test_gradients_of_a_convolution_multiply_as_often_as_it_does(kernel, stride, pad, groups, data):
    size, batch = data.draw(st.integers(kernel, 9)), data.draw(st.integers(1, 3))
    channels, filters = groups * data.draw(st.integers(1, 3)), groups * data.draw(st.integers(1, 3))
    slide = window(kernel, stride, pad)
    out = slide.output_size(0, size)
    x, w, y = (batch, channels, size, size), (filters, channels // groups, kernel, kernel), (batch, filters, out, out)
    forward = lowered(Convolution(window=slide, groups=groups), [x, w], y)
    backward = lowered(Convolution(window=slide, groups=groups, transposed=True), [y, w], x)
    weights = lowered(ConvolutionWeightGradient(window=slide, groups=groups), [x, y], w)

    assert forward.num_macs == backward.num_macs == weights.num_macs == batch * out**2 * math.prod(w)
    assert weights.groups * weights.m * weights.n == math.prod(w)


def test_transposed_first_matrix_keeps_the_product():
    """(7, 3, 2) transposed is 7 matrices of 2 x 3; by one matrix they are a product of 14 rows."""
    nest = lowered(MatMul(transpose_a=True), [(7, 3, 2), (7, 3, 5)], (7, 2, 5))
    shared = lowered(MatMul(transpose_a=True), [(7, 3, 2), (3, 5)], (7, 2, 5))

    assert (nest.groups, nest.m, nest.n, nest.k) == (7, 2, 5, 3)
    assert (shared.groups, shared.m, shared.n, shared.k) == (1, 14, 5, 3)


def test_pooling_gradient_adds_what_a_window_spreads():
    """16 gradients: one addition each for a maximum; one factor and 9 additions each for an average of 3 x 3."""
    slide = window(3, stride=2, pad=1)
    inputs = [(1, 1, 4, 4), (1, 1, 4, 4)]
    (largest,) = lowered(PoolingGradient(function="max", window=slide), inputs, (1, 1, 8, 8))
    (mean,) = lowered(PoolingGradient(function="average", window=slide), inputs[:1], (1, 1, 8, 8))

    assert (largest.num_operations, largest.input_bits, largest.output_bits) == (16, 2 * 16 * 8, 64 * 8)
    assert (mean.num_operations, mean.input_bits) == (16 * 10, 16 * 8)


def test_row_gradient_reads_two_tensors_by_whole_rows_or_twice():
    """5 rows of 4: gradient and output are 20 elements each; 4 operations an element."""
    whole, pieces = lowered(RowGradient(function="softmax", axes=(1,)), [(5, 4), (5, 4)], (5, 4))

    assert (whole.num_positions, whole.input_bits, whole.num_operations) == (5, 2 * 20 * 8, 80)
    assert (pieces.num_positions, pieces.input_bits, pieces.num_operations) == (20, 4 * 20 * 8, 80)


def test_gradient_of_a_normalisation_with_given_statistics_is_a_factor():
    (nest,) = lowered(RowGradient(function="batch_normalisation"), [(2, 3, 4), (3,)], (2, 3, 4))

    assert (nest.input_bits, nest.resident_bits, nest.num_operations) == (24 * 8, 24, 24)


def test_gradient_of_a_resize_adds_the_taps_of_each_element_it_reads():
    """16 gradients of a linear interpolation fall on 4 neighbours each; of a nearest one on one."""
    linear = lowered(Movement(kind=OperatorKind.RESIZE, function="linear_gradient"), [(1, 1, 4, 4)], (1, 1, 2, 2))
    nearest = lowered(Movement(kind=OperatorKind.RESIZE, function="nearest_gradient"), [(1, 1, 4, 4)], (1, 1, 2, 2))

    assert (linear[0].num_operations, nearest[0].num_operations) == (64, 16)


def test_update_counts_operations_once_an_element():
    """Adam takes 13 operations for each of 10 weights, however many states it reads."""
    (nest,) = lowered(Elementwise(function="adam_update"), [(10,)] * 4, (10,))

    assert (nest.num_operations, nest.input_bits) == (130, 4 * 80)
