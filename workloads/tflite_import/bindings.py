"""Pinning the network's inputs: every dimension that the file leaves open gets a number from the user."""

from __future__ import annotations

from collections.abc import Mapping

from workloads.errors import NetworkError
from workloads.tflite_import.records import ModelRecord, Shape, TensorRecord


def pin_inputs(model: ModelRecord, bindings: Mapping[str, int]) -> dict[int, Shape]:
    """Return the shape of each input of the graph, by index of its tensor, with every dimension known.

    A dimension is addressed as ``<input>.<axis>`` with axes counted in the file's order: (B, H, W, C) for an image.
    One that the file fixes may be replaced.

    Raises
    ------
    NetworkError
        For a dimension left open (all are named), a binding that names none, or a size below 1.
    """
    inputs = {index: model.tensors[index] for index in model.inputs}
    _check_bindings(list(inputs.values()), bindings)
    _check_all_bound(list(inputs.values()), bindings)
    return {index: _pinned_shape(item, bindings) for index, item in inputs.items()}


def dimension_name(item: TensorRecord, axis: int) -> str:
    """Return what an axis of an input is bound by."""
    return f"{item.name}.{axis}"


def _pinned_shape(item: TensorRecord, bindings: Mapping[str, int]) -> Shape:
    shape = tuple(bindings.get(dimension_name(item, axis), size) for axis, size in enumerate(item.shape))
    for axis, size in enumerate(shape):
        if size < 1:
            raise NetworkError(f"input {item.name!r}: dimension {axis} is {size}, expected at least 1")
    return shape


def _check_bindings(inputs: list[TensorRecord], bindings: Mapping[str, int]) -> None:
    places = [dimension_name(item, axis) for item in inputs for axis in range(len(item.shape))]
    for name, size in bindings.items():
        if size < 1:
            raise NetworkError(f"binding {name}={size}: expected a size of at least 1")
        if name not in places:
            raise NetworkError(
                f"binding {name}={size} matches no dimension of an input; by place: {', '.join(places) or 'none'}"
            )


def _check_all_bound(inputs: list[TensorRecord], bindings: Mapping[str, int]) -> None:
    unbound = [
        (dimension_name(item, axis), f"input {item.name!r} axis {axis}")
        for item in inputs
        for axis in item.open_axes
        if dimension_name(item, axis) not in bindings
    ]
    if unbound:
        listed = "; ".join(f"{name} ({place})" for name, place in unbound)
        wanted = " ".join(f"--bind {name}=VALUE" for name, _ in unbound)
        raise NetworkError(f"unbound dynamic dimensions: {listed}; give each a size with --bind NAME=VALUE: {wanted}")
