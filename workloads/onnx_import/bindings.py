"""Pinning the network's inputs: every dimension that the file leaves open gets a number from the user."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from workloads.errors import NetworkError
from workloads.onnx_import.value import Value, make_value

_PLACEHOLDERS = ("-1", "None")
"""What exporters write for a size that they do not know, beside signs alone."""


def pin_inputs(graph: Any, bindings: Mapping[str, int]) -> tuple[Value, ...]:
    """Return the inputs of ``graph`` with every dimension known.

    A dimension is addressed by the file's name for it (``batch``), or as ``<input>.<axis>``; the latter may also
    replace a fixed size, and is the only way where the file's name is a placeholder (``?``).

    Raises
    ------
    NetworkError
        For a dimension left open (all are named), a binding that names none, or a size below 1.
    """
    initialisers = {str(item.name) for item in graph.initializer}
    inputs = [item for item in graph.input if str(item.name) not in initialisers]
    for item in inputs:
        _check_has_shape(item)
    _check_bindings(inputs, bindings)
    shapes = {str(item.name): _pinned_shape(item, bindings) for item in inputs}
    _check_all_bound(inputs, shapes)
    return tuple(
        make_value(
            str(item.name),
            tuple(size for size in shapes[str(item.name)] if size is not None),
            int(item.type.tensor_type.elem_type),
        )
        for item in inputs
    )


def _check_has_shape(item: Any) -> None:
    if not item.type.HasField("tensor_type"):
        raise NetworkError(f"input {item.name!r} is no tensor; sequences, maps and optional values cannot be costed")
    if not item.type.tensor_type.HasField("shape"):
        raise NetworkError(f"input {item.name!r} has no shape in the file, not even a number of dimensions")


def _fixed_size(item: Any, axis: int) -> int | None:
    """Return the size that the file gives, or None for a dynamic one (no value, a name, or -1)."""
    dimension = item.type.tensor_type.shape.dim[axis]
    if not dimension.HasField("dim_value") or dimension.dim_value == -1:
        return None
    size = int(dimension.dim_value)
    if size < 1:
        raise NetworkError(f"input {item.name!r}: dimension {axis} is {size}, expected at least 1")
    return size


def _rank(item: Any) -> int:
    return len(item.type.tensor_type.shape.dim)


def dimension_name(item: Any, axis: int) -> str:
    """Return the name that the file gives, or the place where that is none: ``?`` on two axes may be two sizes."""
    name = str(item.type.tensor_type.shape.dim[axis].dim_param).strip()
    is_name = any(character.isalnum() for character in name) and "=" not in name and name not in _PLACEHOLDERS
    return name if is_name else f"{item.name}.{axis}"


def _pinned_shape(item: Any, bindings: Mapping[str, int]) -> tuple[int | None, ...]:
    sizes: list[int | None] = []
    for axis in range(_rank(item)):
        own = bindings.get(f"{item.name}.{axis}")
        size = _fixed_size(item, axis)
        if own is not None:
            size = own
        elif size is None:
            size = bindings.get(dimension_name(item, axis))
        sizes.append(size)
    return tuple(sizes)


def _open_dimensions(inputs: list[Any]) -> dict[str, list[str]]:
    """Return, for each name of a dynamic dimension, the places where it occurs."""
    found: dict[str, list[str]] = {}
    for item in inputs:
        for axis in range(_rank(item)):
            if _fixed_size(item, axis) is None:
                found.setdefault(dimension_name(item, axis), []).append(f"input {str(item.name)!r} axis {axis}")
    return found


def _check_bindings(inputs: list[Any], bindings: Mapping[str, int]) -> None:
    names = _open_dimensions(inputs)
    places = [f"{item.name}.{axis}" for item in inputs for axis in range(_rank(item))]
    for name, size in bindings.items():
        if size < 1:
            raise NetworkError(f"binding {name}={size}: expected a size of at least 1")
        if name not in names and name not in places:
            dynamic = f"dynamic dimensions: {', '.join(names)}" if names else "no dimension is dynamic"
            raise NetworkError(
                f"binding {name}={size} matches no dimension of an input; {dynamic}; "
                f"by place: {', '.join(dict.fromkeys(places)) or 'none'}"
            )


def _check_all_bound(inputs: list[Any], shapes: Mapping[str, tuple[int | None, ...]]) -> None:
    unbound: dict[str, list[str]] = {}
    for item in inputs:
        for axis, size in enumerate(shapes[str(item.name)]):
            if size is None:
                place = f"input {str(item.name)!r} axis {axis}"
                unbound.setdefault(dimension_name(item, axis), []).append(place)
    if unbound:
        listed = "; ".join(f"{name} ({', '.join(places)})" for name, places in unbound.items())
        wanted = " ".join(f"--bind {shlex.quote(f'{name}=VALUE')}" for name in unbound)
        raise NetworkError(f"unbound dynamic dimensions: {listed}; give each a size with --bind NAME=VALUE: {wanted}")
