"""Which weights a file stores without their zeros, and how."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from workloads.errors import NetworkError

if TYPE_CHECKING:
    from workloads.tflite_import.records import SparsityRecord


def stored_sparsely(source: str | Path) -> Mapping[str, str]:
    """Return how the weights are stored that ``source`` keeps without their zeros, by the name of their tensor.

    ``CSR`` for a tensor whose innermost axis alone lists its positions, ``CSC`` for a matrix kept column by column,
    ``blocks 4x1`` where an axis is cut, else ``sparse``; ``COO`` for an initialiser of ONNX with an index a value.
    Nothing for other sources.

    Raises
    ------
    NetworkError
        When the file cannot be read.
    """
    path = Path(source)
    readers = {".onnx": _of_onnx, ".tflite": _of_tflite}
    read = readers.get(path.suffix.lower())
    if read is None:
        return {}
    try:
        return read(path)
    except NetworkError as error:
        raise type(error)(f"{path}: {error}") from None


def _of_onnx(path: Path) -> Mapping[str, str]:
    from workloads.onnx_import.read import read_model  # imports onnx, which takes a while

    return {str(tensor.values.name): "COO" for tensor in read_model(path).graph.sparse_initializer}


def _of_tflite(path: Path) -> Mapping[str, str]:
    from workloads.tflite_import.assemble import build_network
    from workloads.tflite_import.read import read_model
    from workloads.tflite_import.walk import walk_graph

    model = read_model(path)
    shapes = {index: model.tensors[index].shape for index in model.inputs}
    _, constants = build_network(path.stem, walk_graph(model, shapes, approximate_unsupported=True))
    sources = {name: value.source.tensors for name, value in constants.items() if value.source is not None}
    return {
        name: _layout(sparsity)
        for name, indices in sources.items()
        for index in indices[:1]
        if (sparsity := model.tensors[index].sparsity) is not None
    }


def _layout(sparsity: SparsityRecord) -> str:
    lists_positions = [level.segments is not None for level in sparsity.dimensions]
    if sparsity.block_map:
        rank = len(sparsity.traversal_order) - len(sparsity.block_map)
        sizes = dict(zip(sparsity.traversal_order, sparsity.dimensions, strict=True))
        return f"blocks {'x'.join(str(sizes[rank + number].size) for number in range(len(sparsity.block_map)))}"
    if not lists_positions[-1] or any(lists_positions[:-1]):
        return "sparse"
    ordered = sparsity.traversal_order == tuple(sorted(sparsity.traversal_order))
    return "CSR" if ordered else "CSC" if len(lists_positions) == 2 else "sparse"
