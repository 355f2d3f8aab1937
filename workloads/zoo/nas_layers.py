"""The layers that searched networks are made of, and one cell of them."""

from __future__ import annotations

from dataclasses import dataclass

from workloads.zoo.builder import ConvSpec, GraphBuilder, PoolSpec
from workloads.zoo.nas_cells import Bottleneck, Branch, Cell, CellOperation, Identity, Pointwise, Pool, Separable


@dataclass(frozen=True, slots=True, kw_only=True)
class CellShape:
    """Where a cell stands: its name, the filters of each state, and the stride with which it reads states 0 and 1."""

    name: str
    filters: int
    stride: int


class NasLayers:
    """Appends layers to a builder; all start with the ReLU of what they read, as searched cells do.

    Assumes the ReLU of a tensor is computed once, for all the layers that start with it.
    """

    def __init__(self, builder: GraphBuilder) -> None:
        self.builder = builder
        self._activated: dict[str, str] = {}

    def relu(self, x: str) -> str:
        """Return the ReLU of ``x``, appending it when no layer asked for it before."""
        if x not in self._activated:
            self._activated[x] = self.builder.activation(f"{x}.relu", "relu", x)
        return self._activated[x]

    def pointwise(self, name: str, x: str, filters: int, stride: int = 1) -> str:
        """Append ReLU, 1x1 convolution, batch normalisation."""
        spec = ConvSpec(filters=filters, kernel=1, stride=stride, batch_norm=True)
        return self.builder.conv(name, self.relu(x), spec)

    def factorised_reduction(self, name: str, x: str, filters: int) -> str:
        """Append ReLU and two 1x1 convolutions of stride 2, one a pixel further on, concatenated; normalised.

        Assumes the second convolution finds its first pixel by address, so that nothing is shifted before it.
        """
        halves = (filters // 2, filters - filters // 2)
        specs = (ConvSpec(filters=half, kernel=1, stride=2, batch_norm=True) for half in halves)
        paths = [self.builder.conv(f"{name}.path{index}", self.relu(x), spec) for index, spec in enumerate(specs, 1)]
        return self.builder.concat(f"{name}.concat", *paths)

    def cell(self, shape: CellShape, cell: Cell, states: tuple[str, str]) -> str:
        """Append ``cell`` on its two first states; returns its output."""
        known = list(states)
        for index, block in enumerate(cell.blocks):
            name = f"{shape.name}.block{index}"
            left, right = (
                self._branch(shape, f"{name}.{side}", branch, known)
                for side, branch in zip(("left", "right"), block, strict=True)
            )
            known.append(self.builder.elementwise(f"{name}.add", "add", left, right))
        return self.builder.concat(f"{shape.name}.concat", *(known[state] for state in cell.concatenated))

    def _branch(self, shape: CellShape, name: str, branch: Branch, states: list[str]) -> str:
        operation, state = branch
        stride = shape.stride if state < 2 else 1
        return self._operation(name, operation, states[state], shape.filters, stride)

    def _operation(self, name: str, operation: CellOperation, x: str, filters: int, stride: int) -> str:
        keeps_channels = self.builder.shape(x)[1] == filters
        match operation:
            case Separable():
                return self._separable(name, operation, x, filters, stride)
            case Bottleneck():
                return self._bottleneck(name, operation, x, filters, stride)
            case Pool(function=function, kernel=kernel):
                x = self.builder.pool(
                    name, x, PoolSpec(function=function, kernel=kernel, stride=stride, padding="same")
                )
                adapt = ConvSpec(filters=filters, kernel=1, batch_norm=True)
                return x if keeps_channels else self.builder.conv(f"{name}.pointwise", x, adapt)
            case Identity() if stride == 1 and keeps_channels:
                return x
            case Identity() | Pointwise():
                return self.pointwise(name, x, filters, stride)

    def _separable(self, name: str, operation: Separable, x: str, filters: int, stride: int) -> str:
        for repeat in range(operation.repeats):
            channels = self.builder.shape(x)[1]
            depthwise = ConvSpec(
                filters=channels,
                kernel=operation.kernel,
                stride=stride if repeat == 0 else 1,
                padding="same",
                dilation=operation.dilation,
                groups=channels,
                bias=False,
            )
            x = self.builder.conv(f"{name}.depthwise{repeat}", self.relu(x), depthwise)
            x = self.builder.conv(f"{name}.pointwise{repeat}", x, ConvSpec(filters=filters, kernel=1, batch_norm=True))
        return x

    def _bottleneck(self, name: str, operation: Bottleneck, x: str, filters: int, stride: int) -> str:
        """Of a 1 x 7 and a 7 x 1 convolution each has the stride along the axis that its kernel extends over."""
        x = self.pointwise(f"{name}.reduce", x, filters // 4)
        for kernel in operation.kernels:
            strides = tuple(stride if size > 1 else 1 for size in kernel)
            spec = ConvSpec(filters=filters // 4, kernel=kernel, stride=strides, padding="same", batch_norm=True)
            x = self.builder.conv(f"{name}.{kernel[0]}x{kernel[1]}", self.relu(x), spec)
        return self.pointwise(f"{name}.expand", x, filters)
