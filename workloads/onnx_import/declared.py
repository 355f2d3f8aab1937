"""Types that the file itself states for its values: the last resort for operators that nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workloads.onnx_import.inferred_type import InferredType


def declared_types(graph: Any, bindings: Mapping[str, int]) -> dict[str, InferredType]:
    """Return the type that the file states for each inner value and output; named sizes are bound or stay open."""
    found = {}
    for item in (*graph.value_info, *graph.output):
        tensor = item.type.tensor_type
        if not tensor.elem_type or not tensor.HasField("shape"):
            continue
        sizes = tuple(_size(dim, bindings) for dim in tensor.shape.dim)
        found[str(item.name)] = InferredType(element_type=int(tensor.elem_type), shape=sizes)
    return found


def _size(dimension: Any, bindings: Mapping[str, int]) -> int | None:
    if dimension.dim_value > 0:
        return int(dimension.dim_value)
    return bindings.get(str(dimension.dim_param)) if dimension.dim_param else None
