"""One order for all weights: there and back for every kind of operator, and as the products that they stand for."""

from __future__ import annotations

import numpy as np
import pytest

from workloads.formats import INT8
from workloads.loop_nest import MatrixNest, lower, matrix_operands
from workloads.network import Network
from workloads.operators import Convolution, Gemm, MatMul, Operator, Recurrent, Window, Work
from workloads.tensor import Tensor, TensorRole
from workloads.weight_layout import (
    by_output_channel,
    compressible_weights,
    from_layout,
    layout_shape,
    to_layout,
    weight_operands,
)


def window(*kernel: int) -> Window:
    axes = len(kernel)
    return Window(
        kernel=kernel, strides=(1,) * axes, dilations=(1,) * axes, pads_begin=(0,) * axes, pads_end=(0,) * axes
    )


def right(work: Work) -> Operator:
    return Operator(name="op", work=work, inputs=("x", "w"), outputs=("y",))


def left(work: Work) -> Operator:
    return Operator(name="op", work=work, inputs=("w", "x"), outputs=("y",))


CELL = Operator(
    name="op",
    work=Recurrent(num_gates=4, num_steps=2, batch=1, input_size=3, hidden_size=5, num_directions=2),
    inputs=("x", "w", "r"),
    outputs=("y",),
)
UP = right(Convolution(window=window(2, 3), groups=2, transposed=True))
CASES = [
    (right(Convolution(window=window(3, 2))), "w", (6, 4, 3, 2), (1, 6, 6, 4)),
    (right(Convolution(window=window(3), groups=2)), "w", (6, 4, 3), (2, 3, 3, 4)),
    (UP, "w", (4, 5, 2, 3), (2, 30, 1, 2)),
    (right(Gemm()), "w", (4, 6), (1, 6, 1, 4)),
    (right(Gemm(transpose_b=True)), "w", (6, 4), (1, 6, 1, 4)),
    (right(MatMul()), "w", (2, 3, 4, 6), (6, 6, 1, 4)),
    (right(MatMul(transpose_b=True)), "w", (2, 6, 4), (2, 6, 1, 4)),
    (right(MatMul()), "w", (4,), (1, 1, 1, 4)),
    (left(MatMul()), "w", (6, 4), (1, 6, 1, 4)),
    (left(MatMul(transpose_b=True)), "w", (2, 6, 4), (2, 6, 1, 4)),
    (left(MatMul(transpose_a=True)), "w", (2, 4, 6), (2, 6, 1, 4)),
    (left(MatMul()), "w", (4,), (1, 1, 1, 4)),
    (CELL, "w", (2, 20, 3), (2, 20, 1, 3)),
    (CELL, "r", (2, 20, 5), (2, 20, 1, 5)),
]


@pytest.mark.parametrize(("operator", "name", "shape", "expected"), CASES)
def test_there_and_back(operator: Operator, name: str, shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
    values = np.arange(np.prod(shape)).reshape(shape)
    arranged = to_layout(operator, name, values)
    assert arranged.shape == expected == layout_shape(operator, name, shape)
    assert np.array_equal(from_layout(operator, name, arranged, shape), values)


def test_places_by_hand() -> None:
    values = np.arange(2 * 3 * 2).reshape(2, 3, 2)  # 2 filters of 3 channels and 2 taps
    arranged = to_layout(right(Convolution(window=window(2))), "w", values)
    assert arranged[0, 1].tolist() == [[6, 8, 10], [7, 9, 11]]
    # 3 channels, 2 filters, 2 taps, transposed: filter 1 at tap 0 reads 2, 6 and 10
    values = np.arange(3 * 2 * 2).reshape(3, 2, 2)
    arranged = to_layout(right(Convolution(window=window(2), transposed=True)), "w", values)
    assert arranged[0, :, 0].tolist() == [[0, 4, 8], [1, 5, 9], [2, 6, 10], [3, 7, 11]]


def test_output_channels_of_a_transposed_convolution() -> None:
    """2 groups of 5 output channels and 6 taps: all 12 weights of channel 2 of group 1 are w[2:4, 2]."""
    values = np.arange(4 * 5 * 2 * 3).reshape(4, 5, 2, 3)
    found = by_output_channel(UP, to_layout(UP, "w", values))
    assert found.shape == (2, 5, 6, 2)
    assert sorted(found[1, 2].ravel().tolist()) == sorted(values[2:4, 2].ravel().tolist())
    assert np.array_equal(found.reshape(2, 30, 1, 2), to_layout(UP, "w", values))


def test_output_channels_of_others_are_filters() -> None:
    arranged = np.arange(24).reshape(1, 6, 1, 4)
    assert by_output_channel(right(Gemm()), arranged) is arranged


def tensors_of(operator: Operator, shapes: dict[str, tuple[int, ...]]) -> dict[str, Tensor]:
    roles = {"w": TensorRole.WEIGHT, "x": TensorRole.INPUT, "y": TensorRole.OUTPUT}
    return {name: Tensor(name=name, shape=shape, format=INT8, role=roles[name]) for name, shape in shapes.items()}


@pytest.mark.parametrize(
    ("operator", "w", "x", "y"),
    [
        (right(MatMul()), (4, 6), (3, 4), (3, 6)),
        (right(MatMul()), (2, 4, 6), (2, 3, 4), (2, 3, 6)),
        (right(MatMul()), (4,), (3, 4), (3,)),
        (left(MatMul()), (6, 4), (4, 3), (6, 3)),
        (left(MatMul(transpose_b=True)), (6, 4), (3, 4), (6, 3)),
        (left(MatMul()), (6, 4), (2, 4, 3), (2, 6, 3)),
        (left(MatMul()), (2, 6, 4), (2, 4, 3), (2, 6, 3)),
        (left(MatMul()), (4,), (4, 3), (3,)),
        (left(MatMul()), (4,), (2, 4, 3), (2, 3)),
        (left(MatMul()), (6, 4), (4,), (6,)),
    ],
)
def test_products_agree_with_the_layout(
    operator: Operator, w: tuple[int, ...], x: tuple[int, ...], y: tuple[int, ...]
) -> None:
    """The nest's groups, filters and channels are those of the weight, on either side; so many MACs a weight as rows.

    Computed from the layout, group by group: outputs are the same numbers as numpy's.
    """
    tensors = tensors_of(operator, {"w": w, "x": x, "y": y})
    nest = lower(operator, tensors)
    assert isinstance(nest, MatrixNest)
    assert matrix_operands(operator, tensors).weights == weight_operands(operator, tensors) == ("w",)
    groups, filters, taps, channels = layout_shape(operator, "w", w)
    assert (nest.groups, nest.num_filters, nest.k_per_channel, nest.num_channels) == (groups, filters, taps, channels)
    weights, values = (np.arange(np.prod(shape)).reshape(shape) for shape in (w, x))
    is_left = operator.inputs[0] == "w"
    assert isinstance(operator.work, MatMul)
    b = np.swapaxes(values, -1, -2) if operator.work.transpose_b else values
    expected = weights @ b if is_left else values @ weights
    rows = _rows(np.swapaxes(b, -1, -2) if is_left and b.ndim > 1 else values, groups)
    assert rows.shape == (groups, nest.m, nest.k)
    found = np.einsum("gmk,gfk->gfm", rows, to_layout(operator, "w", weights)[:, :, 0])
    assert sorted(found.ravel().tolist()) == sorted(expected.ravel().tolist())


def _rows(values: np.ndarray, groups: int) -> np.ndarray:
    return values.reshape(groups, -1, values.shape[-1])


def test_compressible_weights_of_a_network() -> None:
    operator = left(MatMul())
    tensors = tensors_of(operator, {"w": (6, 4), "x": (4, 3), "y": (6, 3)})
    network = Network(name="net", operators=(operator,), tensors=tensors)
    assert compressible_weights(network) == {"w": operator}
