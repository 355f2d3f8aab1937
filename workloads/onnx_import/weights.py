"""The values of an ONNX file's weights."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

import numpy as np

from workloads.errors import NetworkError
from workloads.onnx_import.constant_graph import ConstantGraph
from workloads.onnx_import.integer_operands import grid_of, integer_operand
from workloads.onnx_import.packed_blocks import packed_operand, unpacked_weight
from workloads.onnx_import.read import read_model
from workloads.onnx_import.value import Array


class OnnxWeights:
    """Values of the weights of the network that ``load_onnx`` makes of the same file; a ``WeightSource``.

    The file is read when the first weight is asked for, and no content is kept. Values are those that the graph
    multiplies by, before the importer folds anything into them: a batch normalisation that is fused scales whole
    filters, which changes neither zeros nor the order of magnitudes within a filter.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self._path = Path(path)

    @cached_property
    def graph(self) -> ConstantGraph:
        """The constants of the file.

        Raises
        ------
        NetworkError
            When the file cannot be read.
        """
        try:
            return ConstantGraph(read_model(self._path), self._path.parent)
        except NetworkError as error:
            raise type(error)(f"{self._path}: {error}") from None

    def load(self, name: str) -> Array | None:
        """Return the values of the weight tensor ``name``, in the shape of its ``Tensor``.

        Quantised weights come as the numbers that they stand for. float32; float64 where the file computes in that
        or in integers of more than 16 bits. Vectors (biases) come in the file's shape.

        None where the file does not hold them: external data whose file is missing, fills that stand for weights
        left out, values that depend on the network's inputs.

        Raises
        ------
        NetworkError
            When data is not as long as its shape says, or holds NaN; names the file, the tensor and the index.
        """
        graph = self.graph
        try:
            stored = graph.evaluate(name)
            values = None if stored is None else _numbers(graph, name, stored)
            if values is not None:
                _check_numbers(name, values)
        except NetworkError as error:
            raise type(error)(f"{self._path}: {error}") from None
        return values


def _numbers(graph: ConstantGraph, name: str, stored: Array) -> Array | None:
    packed_by = packed_operand(graph, name)
    if packed_by is not None:
        return unpacked_weight(graph, packed_by, stored)
    operand = integer_operand(graph, name)
    if operand is None:
        is_wide = stored.dtype == np.float64 or (stored.dtype.kind in "iu" and stored.dtype.itemsize > 2)
        return stored.astype(np.float64 if is_wide else np.float32)
    node, index = operand
    grid = grid_of(graph, node, index, stored.shape)
    if grid is None:
        return None
    values = grid.dequantise(stored)
    # ONNX Runtime stores these (directions, inputs, gates), the network has them as LSTM does
    return np.ascontiguousarray(values.transpose(0, 2, 1)) if node.op_type == "DynamicQuantizeLSTM" else values


def _check_numbers(name: str, values: Array) -> None:
    is_nan = np.isnan(values)
    if is_nan.any():
        index = tuple(int(place) for place in np.unravel_index(int(np.argmax(is_nan)), values.shape))
        raise NetworkError(f"weight {name!r}: holds NaN at index {list(index)}, expected numbers")
