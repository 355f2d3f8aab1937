"""Inverted residuals: which convolutions they have, and when they add their input."""

from __future__ import annotations

from workloads.formats import INT8
from workloads.operators import Convolution
from workloads.zoo.builder import GraphBuilder
from workloads.zoo.inverted_residual import InvertedResidual, inverted_residual


def operators_of(block: InvertedResidual) -> list[str]:
    builder = GraphBuilder(name="block", format=INT8)
    x = inverted_residual(builder, "b", builder.input("x", (1, 8, 6, 6)), block)
    return [operator.name for operator in builder.finish((x,)).operators]


def test_same_shape_adds() -> None:
    found = operators_of(InvertedResidual(expansion=3, channels=8, stride=1, kernel=5))
    assert found == ["b.expand", "b.depthwise", "b.project", "b.add"]


def test_expansion_by_one_has_no_first_convolution() -> None:
    assert operators_of(InvertedResidual(expansion=1, channels=4, stride=1)) == ["b.depthwise", "b.project"]


def test_a_stride_adds_nothing_and_keeps_the_kernel() -> None:
    builder = GraphBuilder(name="block", format=INT8)
    block = InvertedResidual(expansion=2, channels=8, stride=2, kernel=7)
    x = inverted_residual(builder, "b", builder.input("x", (1, 8, 6, 6)), block)
    network = builder.finish((x,))
    depthwise = network.operators[1].work

    assert network.tensors[x].shape == (1, 8, 3, 3)
    assert isinstance(depthwise, Convolution)
    assert (depthwise.groups, depthwise.window.kernel) == (16, (7, 7))
