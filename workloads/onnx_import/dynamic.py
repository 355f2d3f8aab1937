"""Which dimensions of its inputs an ONNX file leaves open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workloads.errors import NetworkError


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenInput:
    """An input of a file. ``open_dimensions`` maps an axis without a size to the name that it is bound by."""

    name: str
    open_dimensions: Mapping[int, str]


def read_inputs(path: Path) -> tuple[OpenInput, ...]:
    """Return the inputs of an ONNX file in their order, without those that are initialisers.

    A dimension that has no name in the file is bound as ``<input>.<axis>``.

    Raises
    ------
    NetworkError
        When the file cannot be read as ONNX.
    """
    from workloads.onnx_import.bindings import dimension_name
    from workloads.onnx_import.read import read_model  # imports onnx, which takes a while

    try:
        graph = read_model(path).graph
    except NetworkError as error:
        raise type(error)(f"{path}: {error}") from None
    initialisers = {str(item.name) for item in graph.initializer}
    return tuple(
        OpenInput(
            name=str(item.name),
            open_dimensions={
                axis: dimension_name(item, axis)
                for axis, dimension in enumerate(item.type.tensor_type.shape.dim)
                if not dimension.HasField("dim_value") or dimension.dim_value == -1
            },
        )
        for item in graph.input
        if str(item.name) not in initialisers
    )
