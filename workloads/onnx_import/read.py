"""Reading the file: a parsed model with local functions inlined, or one error that says what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import onnx
import onnx.inliner
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import TensorProto

from workloads.errors import NetworkError

MIN_OPSET = 7


def read_model(path: Path) -> Any:
    """Return the ``onnx.ModelProto`` of the file, without external data and without local functions.

    Raises
    ------
    NetworkError
        When the file is missing, truncated, not ONNX, older than operator set 7, or keeps data outside its folder.
    """
    model = _parse(path)
    if not model.graph.node:
        raise NetworkError("not an ONNX model, or a truncated one: it holds no graph with nodes")
    _check_version(model)
    for tensor in all_tensors(model.graph):
        check_location(tensor, path.parent)
    return onnx.inliner.inline_local_functions(model) if model.functions else model


def opset_versions(model: Any) -> dict[str, int]:
    """Return the version of each imported operator set; the default domain is the empty string."""
    return {"" if entry.domain == "ai.onnx" else str(entry.domain): int(entry.version) for entry in model.opset_import}


def all_tensors(graph: Any) -> Iterator[Any]:
    """Yield each constant of ``graph`` and of its sub-graphs, as ``onnx.TensorProto``."""
    yield from graph.initializer
    yield from (tensor.values for tensor in graph.sparse_initializer)
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            if attribute.HasField("g"):
                yield from all_tensors(attribute.g)
            for inner in attribute.graphs:
                yield from all_tensors(inner)


def external_entries(tensor: Any) -> dict[str, str]:
    """Return where the content of ``tensor`` lies (``location``, ``offset``, ``length``); nothing when in the file."""
    if tensor.data_location != TensorProto.EXTERNAL:
        return {}
    return {str(entry.key): str(entry.value) for entry in tensor.external_data}


def check_location(tensor: Any, folder: Path) -> None:
    """Raise ``NetworkError`` when the external data of ``tensor`` would lie outside ``folder``.

    The file itself may be missing: shapes are enough to cost a network.
    """
    entries = external_entries(tensor)
    if tensor.data_location == TensorProto.EXTERNAL and not entries.get("location"):
        raise NetworkError(f"initialiser {tensor.name!r}: external data without a location")
    if not entries:
        return
    location = entries["location"]
    if "\0" in location:
        raise NetworkError(f"initialiser {tensor.name!r}: external data at {location!r}: a file's name holds no NUL")
    inside = (folder / location).resolve().is_relative_to(folder.resolve())
    if Path(location).is_absolute() or "\\" in location or not inside:
        raise NetworkError(
            f"initialiser {tensor.name!r}: external data at {location!r} is outside the model's folder; refused"
        )


def _parse(path: Path) -> Any:
    if not path.exists():
        raise NetworkError("no such file")
    if not path.is_file():
        raise NetworkError("not a file")
    try:
        return onnx.load_model_from_string(path.read_bytes())
    except DecodeError:
        raise NetworkError("not an ONNX model, or a truncated one: it cannot be parsed") from None
    except OSError as error:
        raise NetworkError(f"cannot be read: {error.strerror}") from None


def _check_version(model: Any) -> None:
    version = opset_versions(model).get("")
    if version is not None and version < MIN_OPSET:
        raise NetworkError(
            f"written for operator set {version}, expected {MIN_OPSET} or newer; onnx.version_converter can raise it"
        )
