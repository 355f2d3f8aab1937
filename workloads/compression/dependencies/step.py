"""One operator while channels are followed through it."""

from __future__ import annotations

from dataclasses import dataclass

from workloads.compression.dependencies.ledger import Axes, Axis, Ledger
from workloads.network import Network
from workloads.operators import Operator
from workloads.tensor import TensorRole

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """An operator with the shapes of its tensors; what it does to channels goes into ``ledger``."""

    operator: Operator
    network: Network
    ledger: Ledger

    def __str__(self) -> str:
        return f"operator {self.operator.name!r} ({self.operator.kind})"

    @property
    def shapes(self) -> tuple[Shape, ...]:
        """Of the inputs."""
        return tuple(self.network.tensors[name].shape for name in self.operator.inputs)

    @property
    def output_shapes(self) -> tuple[Shape, ...]:
        """Of the outputs."""
        return tuple(self.network.tensors[name].shape for name in self.operator.outputs)

    def is_weight(self, index: int) -> bool:
        """Return whether input ``index`` is a constant of the network, which can be cut to fit."""
        return self.network.tensors[self.operator.inputs[index]].role is TensorRole.WEIGHT

    def axes(self, index: int) -> Axes:
        """Return the axes of input ``index``; a weight that nothing is known of yet stays as it is."""
        name = self.operator.inputs[index]
        return self.ledger.axes.setdefault(name, (None,) * len(self.shapes[index]))

    def join(self, index: int, axes: Axes) -> None:
        """Give input ``index`` these axes, besides those it has."""
        name = self.operator.inputs[index]
        self.ledger.join(name, axes, f"{self} reads {name!r}, whose other readers keep them")

    def tie(self, first: Axis, second: Axis) -> Axis:
        """Tie two axes of this operator's operands."""
        return self.ledger.tie(first, second, f"{self} joins them to channels that stay")

    def refuse(self, *axes: Axis, reason: str = "does not let them go") -> None:
        """Note that these axes stay because of this operator."""
        self.ledger.refuse(axes, f"{self} {reason}")

    def refuse_all(self, reason: str) -> tuple[Axes, ...]:
        """Note that every channel that comes in stays, and return outputs of which every index stays."""
        for index in range(len(self.operator.inputs)):
            self.refuse(*self.axes(index), reason=reason)
        return tuple((None,) * len(shape) for shape in self.output_shapes)

    def join_broadcast(self, index: int, axes: Axes, shape: Shape) -> None:
        """Give input ``index``, which broadcasts to ``shape`` and ``axes``, those axes along which it is not 1."""
        own = self.shapes[index]
        if len(own) > len(shape):  # only by axes of size 1 in front
            self.join(index, (None,) * len(own))
            return
        shift = len(shape) - len(own)
        self.join(
            index,
            tuple(
                axes[shift + axis] if size == shape[shift + axis] and size > 1 else None
                for axis, size in enumerate(own)
            ),
        )
