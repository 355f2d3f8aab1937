"""What inference knows of one output of a node."""

from __future__ import annotations

from dataclasses import dataclass

from workloads.onnx_import.value import Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class InferredType:
    """Element type and shape of one output of a node, as far as inference got; None for an unknown size."""

    element_type: int
    shape: tuple[int | None, ...] | None

    @property
    def known_shape(self) -> Shape | None:
        """The shape when every dimension is known."""
        if self.shape is None:
            return None
        sizes = tuple(size for size in self.shape if size is not None)
        return sizes if len(sizes) == len(self.shape) else None
