"""Real weights of a TensorFlow Lite file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from workloads.errors import NetworkError
from workloads.weights import WeightArray

if TYPE_CHECKING:
    from workloads.tflite_import.records import ModelRecord
    from workloads.tflite_import.value import Value


class TfliteWeights:
    """The values of a file's constants, under the names and in the shapes that ``load_tflite`` gives their tensors.

    Sparse tensors come dense, and quantised ones as the numbers that they stand for. A bias that fusion made of an
    addition comes in the shape of the addition's operand. The file is read when the first weight is asked for.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self._path = Path(path)
        self._content: tuple[ModelRecord, Mapping[str, Value]] | None = None

    def load(self, name: str) -> WeightArray | None:
        """Return the values of the weight tensor ``name`` as float32 or float64, in the shape of its ``Tensor``.

        None for a name that the network has no weight of, and for a constant that is computed from others.

        Raises
        ------
        NetworkError
            When the file cannot be read, its data is not as long as its shape says, or holds NaN; names the tensor.
        """
        try:
            if self._content is None:
                self._content = _read(self._path)
            model, constants = self._content
            value = constants.get(name)
            return None if value is None else _arranged(model, value)
        except NetworkError as error:
            raise type(error)(f"{self._path}: {error}") from None


def _arranged(model: ModelRecord, value: Value) -> WeightArray | None:
    """Return the numbers of a constant in the shape and order of axes in which the network lists it."""
    from workloads.tflite_import.constants import real_values

    if value.source is None or not value.source.tensors:
        return None
    parts = [real_values(model, model.tensors[index]) for index in value.source.tensors]
    values = parts[0] if len(parts) == 1 else np.concatenate(parts)
    for shape, permutation in value.source.rearrangements:
        values = values.reshape(shape).transpose(permutation)
    ordered = values.transpose(value.axis_order) if value.axis_order else values
    return np.ascontiguousarray(ordered)


def _read(path: Path) -> tuple[ModelRecord, Mapping[str, Value]]:
    """Return the file's records and the constant behind each weight; open dimensions have the file's own sizes."""
    from workloads.tflite_import.assemble import build_network
    from workloads.tflite_import.read import read_model
    from workloads.tflite_import.walk import walk_graph

    model = read_model(path)
    shapes = {index: model.tensors[index].shape for index in model.inputs}
    walk = walk_graph(model, shapes, approximate_unsupported=True)
    _, constants = build_network(path.stem, walk)
    return model, constants
