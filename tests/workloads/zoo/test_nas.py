"""Searched networks: where cells stand, and parameters of their larger sizes as their papers give them."""

from __future__ import annotations

import pytest

from tests.workloads.zoo.counts import num_macs
from workloads.network import Network
from workloads.zoo import build
from workloads.zoo.builder import GraphBuilder
from workloads.zoo.nas import StackedCells, stacked_cells
from workloads.zoo.nas_cells import (
    AMOEBANET_A_NORMAL,
    AMOEBANET_A_REDUCTION,
    AMOEBANET_D_NORMAL,
    AMOEBANET_D_REDUCTION,
    NASNET_A_NORMAL,
    NASNET_A_REDUCTION,
)
from workloads.zoo.options import ZooOptions


def stack(spec: StackedCells) -> Network:
    builder = GraphBuilder(name="stack")
    return builder.finish(stacked_cells(builder, ZooOptions(batch=1, bindings={"resolution": 224}), spec))


@pytest.mark.parametrize(("num_cells", "num_filters", "millions"), [(18, 190, 86.7), (18, 448, 469)])
def test_larger_amoebanet_a(num_cells: int, num_filters: int, millions: float) -> None:
    """Source: Real et al., AAAI 2019, AmoebaNet-A (N = 6, F = 190) and (N = 6, F = 448); to 0.3 %."""
    spec = StackedCells(
        normal=AMOEBANET_A_NORMAL, reduction=AMOEBANET_A_REDUCTION, num_cells=num_cells, num_filters=num_filters
    )
    assert stack(spec).num_parameters / 1e6 == pytest.approx(millions, rel=0.003)


def test_larger_amoebanet_d() -> None:
    """Source: Huang et al., "GPipe", NeurIPS 2019, table 1: AmoebaNet-D (18, 416) has 318 M parameters."""
    spec = StackedCells(normal=AMOEBANET_D_NORMAL, reduction=AMOEBANET_D_REDUCTION, num_cells=18, num_filters=416)
    assert round(stack(spec).num_parameters / 1e6) == 318


def test_places_of_cells() -> None:
    spec = StackedCells(normal=NASNET_A_NORMAL, reduction=NASNET_A_REDUCTION, num_cells=6, num_filters=44)
    assert [(shape.name, shape.filters, shape.stride) for shape, _ in spec.cells()] == [
        ("stem0", 11, 2),
        ("stem1", 22, 2),
        ("cell0", 44, 1),
        ("cell1", 44, 1),
        ("reduction0", 88, 2),
        ("cell2", 88, 1),
        ("cell3", 88, 1),
        ("reduction1", 176, 2),
        ("cell4", 176, 1),
        ("cell5", 176, 1),
    ]


@pytest.mark.parametrize(
    ("name", "num_cells"), [("nasnet_a", 16), ("pnasnet5", 11), ("amoebanet_a", 16), ("darts", 14)]
)
def test_number_of_cells(name: str, num_cells: int) -> None:
    """Four cells more than normal ones in NASNet and AmoebaNet, two more in PNASNet, none in DARTS."""
    outputs = [op.name for op in build(name).operators if op.name.endswith(".concat") and ".state" not in op.name]
    assert len(outputs) == num_cells


def test_images_and_channels_of_nasnet() -> None:
    """111 x 111 after the stem, then 56, 28, 14, 7; six states of 176 filters are 1056 channels."""
    tensors = build("nasnet_a").tensors
    assert tensors["conv0.relu"].shape == (1, 32, 111, 111)
    assert tensors["stem0.concat"].shape == (1, 4 * 11, 56, 56)
    assert tensors["cell11.concat"].shape == (1, 1056, 7, 7)


def test_the_published_macs_of_darts_are_not_ours() -> None:
    """The paper has 4.7 M parameters and 574 M multiply-adds; its layers have 4,718,752 and 530 M."""
    network = build("darts")
    assert network.num_parameters == 4_718_752
    assert num_macs(network) / 574e6 == pytest.approx(0.923, abs=0.001)
