"""Layers of searched networks on small tensors, parameters and shapes by hand."""

from __future__ import annotations

from workloads.network import Network
from workloads.operators import Convolution
from workloads.zoo.builder import GraphBuilder
from workloads.zoo.nas_cells import Bottleneck, Branch, Cell, Identity, Pointwise, Pool, Separable
from workloads.zoo.nas_layers import CellShape, NasLayers


def run_cell(left: Branch, right: Branch, *, filters: int = 8, stride: int = 1) -> Network:
    """One block on two states of 8 channels, 9 x 9."""
    builder = GraphBuilder(name="cell")
    states = (builder.input("a", (1, 8, 9, 9)), builder.input("b", (1, 8, 9, 9)))
    cell = Cell(blocks=((left, right),), concatenated=(2,))
    out = NasLayers(builder).cell(CellShape(name="c", filters=filters, stride=stride), cell, states)
    return builder.finish((out,))


def test_separable_twice() -> None:
    """Depthwise 25 x 8, pointwise 8 x 8 and 16 of normalisation, twice; only the first has the stride: 9 -> 5."""
    network = run_cell((Separable(kernel=5), 0), (Pool(function="max", kernel=3), 1), stride=2)
    assert network.num_parameters == 2 * (25 * 8 + 8 * 8 + 2 * 8)
    strides = [op.work.window.strides[0] for op in network.operators if isinstance(op.work, Convolution)]
    assert strides == [2, 1, 1, 1]
    assert network.tensors["c.concat"].shape == (1, 8, 5, 5)
    assert network.tensors["c.block0.right"].shape == (1, 8, 5, 5)


def test_dilated_once() -> None:
    network = run_cell((Separable(kernel=3, repeats=1, dilation=2), 0), (Identity(), 1))
    (depthwise, _) = (op.work for op in network.operators if isinstance(op.work, Convolution))
    assert depthwise.window.dilations == (2, 2)
    assert network.num_parameters == 9 * 8 + 8 * 8 + 2 * 8
    assert network.operators[-2].inputs[1] == "b"  # the identity is the state itself


def test_bottleneck_strides_each_axis_once() -> None:
    """8 -> 2 channels, 1 x 7 and 7 x 1 of 2 x 2 weights each, back to 8: four normalisations."""
    network = run_cell((Bottleneck(kernels=((1, 7), (7, 1))), 0), (Pointwise(), 1), stride=2)
    assert network.num_parameters == (8 * 2 + 4) + 2 * (7 * 4 + 4) + (2 * 8 + 16) + (8 * 8 + 16)
    assert network.tensors["c.block0.left.1x7"].shape == (1, 2, 9, 5)
    assert network.tensors["c.block0.left.7x1"].shape == (1, 2, 5, 5)
    assert network.tensors["c.block0.right"].shape == (1, 8, 5, 5)


def test_channels_are_adapted() -> None:
    """To 4 filters: a pooled or skipped state takes a pointwise convolution, 8 x 4 + 8."""
    network = run_cell((Pool(function="average", kernel=3), 0), (Identity(), 1), filters=4)
    assert network.num_parameters == 2 * (8 * 4 + 8)
    assert network.tensors["c.concat"].shape == (1, 4, 9, 9)


def test_factorised_reduction_of_an_odd_number_of_filters() -> None:
    """Two paths of 2 and 3 filters: 8 x 5 weights and 10 of normalisation; 9 -> 5."""
    builder = GraphBuilder(name="halves")
    out = NasLayers(builder).factorised_reduction("h", builder.input("x", (1, 8, 9, 9)), 5)
    assert builder.shape(out) == (1, 5, 5, 5)
    assert builder.finish((out,)).num_parameters == 8 * 5 + 10


def test_a_tensor_is_activated_once() -> None:
    builder = GraphBuilder(name="once")
    layers = NasLayers(builder)
    x = builder.input("x", (1, 8, 9, 9))
    layers.pointwise("first", x, 4)
    layers.pointwise("second", x, 4)
    network = builder.finish(("first", "second"))
    assert [operator.name for operator in network.operators] == ["x.relu", "first", "second"]
