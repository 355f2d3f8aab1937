"""Networks that architecture searches found, in the size that their authors trained for ImageNet on mobile devices.

NASNet: Zoph et al., "Learning transferable architectures for scalable image recognition", CVPR 2018. PNASNet: Liu et
al., "Progressive neural architecture search", ECCV 2018. AmoebaNet: Real et al., "Regularized evolution for image
classifier architecture search", AAAI 2019. DARTS: Liu et al., "Differentiable architecture search", ICLR 2019.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from workloads.zoo.builder import ConvSpec, GraphBuilder
from workloads.zoo.nas_cells import (
    AMOEBANET_A_NORMAL,
    AMOEBANET_A_REDUCTION,
    AMOEBANET_D_NORMAL,
    AMOEBANET_D_REDUCTION,
    DARTS_NORMAL,
    DARTS_REDUCTION,
    NASNET_A_NORMAL,
    NASNET_A_REDUCTION,
    PNASNET_5,
    Cell,
)
from workloads.zoo.nas_layers import CellShape, NasLayers
from workloads.zoo.options import ZooOptions

_STEM_FILTERS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class StackedCells:
    """How NASNet and its successors stack cells: two reductions, then cells in three stages.

    Parameters
    ----------
    normal, reduction : Cell
    num_cells : int
        Normal cells; the filters double and the image halves at a third and at two thirds of them.
    num_filters : int
        Of each state in the first stage.
    reduction_replaces_normal : bool
        Whether a stage's reduction cell takes the place of its first normal cell, or precedes it.
    """

    normal: Cell
    reduction: Cell
    num_cells: int
    num_filters: int
    reduction_replaces_normal: bool = False

    def cells(self) -> Iterator[tuple[CellShape, Cell]]:
        """Yield every cell with its place, first to last."""
        for index in range(2):
            yield CellShape(name=f"stem{index}", filters=self.num_filters // (4, 2)[index], stride=2), self.reduction
        starts = (self.num_cells // 3, 2 * self.num_cells // 3)
        for index in range(self.num_cells):
            filters = self.num_filters * 2 ** sum(index >= start for start in starts)
            if index in starts:
                name = f"reduction{starts.index(index)}"
                yield CellShape(name=name, filters=filters, stride=2), self.reduction
            if index not in starts or not self.reduction_replaces_normal:
                yield CellShape(name=f"cell{index}", filters=filters, stride=1), self.normal


def nasnet_a(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append NASNet-A (4 @ 1056): 12 cells that start with 44 filters."""
    spec = StackedCells(normal=NASNET_A_NORMAL, reduction=NASNET_A_REDUCTION, num_cells=12, num_filters=44)
    return stacked_cells(builder, options, spec)


def pnasnet5(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append PNASNet-5 (N = 3, F = 54): 9 cells, one kind of cell for both strides."""
    spec = StackedCells(
        normal=PNASNET_5, reduction=PNASNET_5, num_cells=9, num_filters=54, reduction_replaces_normal=True
    )
    return stacked_cells(builder, options, spec)


def amoebanet_a(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append AmoebaNet-A (N = 4, F = 50)."""
    spec = StackedCells(normal=AMOEBANET_A_NORMAL, reduction=AMOEBANET_A_REDUCTION, num_cells=12, num_filters=50)
    return stacked_cells(builder, options, spec)


def amoebanet_d(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append AmoebaNet-D (6, 256): 6 cells that start with 256 filters.

    Source: tensorflow/tpu models/official/amoeba_net, whose README trains it at 224 x 224 with ``--num_cells=6``; the
    paper has no AmoebaNet-D.
    """
    spec = StackedCells(normal=AMOEBANET_D_NORMAL, reduction=AMOEBANET_D_REDUCTION, num_cells=6, num_filters=256)
    return stacked_cells(builder, options, spec)


def stacked_cells(builder: GraphBuilder, options: ZooOptions, spec: StackedCells) -> tuple[str, ...]:
    """Append the cells of ``spec`` between a convolution without padding and a linear layer."""
    layers = NasLayers(builder)
    stem = ConvSpec(filters=_STEM_FILTERS, kernel=3, stride=2, batch_norm=True)
    outputs = [builder.conv("conv0", _image(builder, options), stem)]
    for shape, cell in spec.cells():
        before_last, last = outputs[-2:] if len(outputs) > 1 else outputs * 2
        states = (
            _adapted(layers, shape, before_last, last),
            layers.pointwise(f"{shape.name}.state1", last, shape.filters),
        )
        outputs.append(layers.cell(shape, cell, states))
    return _classify(builder, layers.relu(outputs[-1]))


def _adapted(layers: NasLayers, shape: CellShape, x: str, like: str) -> str:
    """Return state 0: ``x`` with the cell's filters and the resolution of ``like``; untouched where it is ``like``."""
    _, channels, *sizes = layers.builder.shape(x)
    if sizes != list(layers.builder.shape(like)[2:]):
        return layers.factorised_reduction(f"{shape.name}.state0", x, shape.filters)
    if x == like or channels == shape.filters:
        return x
    return layers.pointwise(f"{shape.name}.state0", x, shape.filters)


def darts(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append DARTS (second order) for ImageNet: 14 cells that start with 48 filters."""
    num_cells, filters = 14, 48
    layers = NasLayers(builder)
    x = builder.conv("stem0.0", _image(builder, options), _halving(filters // 2))
    x = builder.conv("stem0.1", layers.relu(x), _halving(filters))
    outputs = [x, builder.conv("stem1", layers.relu(x), _halving(filters))]
    for index in range(num_cells):
        is_reduction = index in (num_cells // 3, 2 * num_cells // 3)
        filters *= 2 if is_reduction else 1
        shape = CellShape(name=f"cell{index}", filters=filters, stride=2 if is_reduction else 1)
        before_last, last = outputs[-2:]
        halves = builder.shape(before_last)[2:] != builder.shape(last)[2:]
        adapt = layers.factorised_reduction if halves else layers.pointwise
        states = (
            adapt(f"{shape.name}.state0", before_last, filters),
            layers.pointwise(f"{shape.name}.state1", last, filters),
        )
        outputs.append(layers.cell(shape, DARTS_REDUCTION if is_reduction else DARTS_NORMAL, states))
    return _classify(builder, outputs[-1])


def _halving(filters: int) -> ConvSpec:
    return ConvSpec(filters=filters, kernel=3, stride=2, padding=1, batch_norm=True)


def _image(builder: GraphBuilder, options: ZooOptions) -> str:
    resolution = options.bindings["resolution"]
    return builder.input("image", (options.batch, 3, resolution, resolution))


def _classify(builder: GraphBuilder, x: str) -> tuple[str, ...]:
    return (builder.linear("classifier", builder.global_pool("avgpool", x), 1000),)
