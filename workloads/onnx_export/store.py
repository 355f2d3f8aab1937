"""One compressed weight put into the copy of a model, in the form that fits the graph."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from onnx import helper, numpy_helper

from workloads.errors import NetworkError
from workloads.onnx_export.compressed_weight import CompressedWeight
from workloads.onnx_export.integer_nodes import integer_form
from workloads.onnx_export.model_editor import ModelEditor
from workloads.onnx_export.stored_grid import StoredGrid, holds_integers, stored_grid
from workloads.onnx_import.element_types import element_format
from workloads.onnx_import.value import Array
from workloads.onnx_import.weights import OnnxWeights

_INDEX_BYTES = 8
"""A sparse initialiser has an int64 index beside each value. Source: onnx, docs/IR.md."""


@dataclass(slots=True, kw_only=True)
class Writing:
    """The copy as far as it has got; modified in place.

    Parameters
    ----------
    source : OnnxWeights
        The file that is copied.
    editor : ModelEditor
        Of the copy.
    opset : int
        Version of the default operator set.
    sparse : bool
        Whether sparse initialisers are wanted.
    stored_as : dict of str to str
        By weight: how it is stored now.
    num_widened : int
        Weights of 4 bits or less that took 8, for want of an operator that reads int4.
    """

    source: OnnxWeights
    editor: ModelEditor
    opset: int
    sparse: bool
    stored_as: dict[str, str] = field(default_factory=dict)
    num_widened: int = 0


def store_values(writing: Writing, weight: CompressedWeight) -> str:
    """Put the values of ``weight`` into the copy and return how they are stored; ``writing`` is modified in place.

    Raises
    ------
    NetworkError
        When the graph reads integers at fixed scales, and the values are no multiples of those.
    """
    graph = writing.source.graph
    stored = graph.evaluate(weight.name)
    if stored is None:
        raise NetworkError(f"weight {weight.name!r}: the file holds no values for a constant of that name")
    if weight.integer is not None and not holds_integers(stored):
        return _store_integers(writing, weight, stored.dtype)
    grid = stored_grid(graph, weight.name)
    on_grid = None if grid is None else _store_on_grid(writing, weight, grid)
    if on_grid is not None:
        return on_grid
    if not holds_integers(stored):
        return _store_floats(writing, weight, stored.dtype)
    raise NetworkError(
        f"weight {weight.name!r}: is read as {_type_of(stored)} by {_readers(writing, weight.name)}, whose scales "
        "the compressed values do not keep to: only zeros can be set in it"
    )


def _store_integers(writing: Writing, weight: CompressedWeight, dtype: np.dtype[Any]) -> str:
    assert weight.integer is not None
    form = integer_form(writing.editor, weight.name, weight.integer, dtype, writing.opset)
    writing.editor.put_nodes(weight.name, form.nodes, form.tensors)
    if weight.integer.bits <= 4 and form.stored_as != "int4":
        writing.num_widened += 1
    return form.stored_as


def _store_floats(writing: Writing, weight: CompressedWeight, dtype: np.dtype[Any]) -> str:
    values = weight.values.astype(dtype)
    num_nonzeros = int(np.count_nonzero(values))
    if writing.sparse and num_nonzeros and num_nonzeros * (dtype.itemsize + _INDEX_BYTES) < values.nbytes:
        places = np.flatnonzero(values)
        kept = numpy_helper.from_array(values.reshape(-1)[places], weight.name)
        indices = numpy_helper.from_array(places.astype(np.int64), f"{weight.name}_indices")
        writing.editor.put_sparse_initialiser(helper.make_sparse_tensor(kept, indices, list(values.shape)))
        return f"sparse {_type_of(values)}"
    writing.editor.put_initialiser(numpy_helper.from_array(np.ascontiguousarray(values), weight.name))
    return _type_of(values)


def _store_on_grid(writing: Writing, weight: CompressedWeight, grid: StoredGrid) -> str | None:
    """Store values as the integers that the file has for them already; None when they are none of those."""
    reader = grid.reader
    turned = weight.values.transpose(0, 2, 1) if _is_turned(writing, weight.name) else weight.values
    integers = grid.quantise(turned)
    if integers is None or (reader is not None and writing.editor.num_reads(reader.outputs[0]) != 1):
        return None
    if reader is None:
        writing.editor.put_initialiser(numpy_helper.from_array(np.ascontiguousarray(integers), weight.name))
    else:
        name = writing.editor.fresh_name(f"{weight.name}_integers")
        tensor = numpy_helper.from_array(np.ascontiguousarray(integers), name)
        writing.editor.put_input(reader.outputs[0], 0, tensor)
    return _type_of(integers)


def _is_turned(writing: Writing, name: str) -> bool:
    return any(node.op_type == "DynamicQuantizeLSTM" for node, _ in writing.source.graph.readers(name))


def _readers(writing: Writing, name: str) -> str:
    return ", ".join(str(node) for node, _ in writing.source.graph.readers(name)) or "nothing"


def _type_of(array: Array) -> str:
    return str(element_format(int(helper.np_dtype_to_tensor_dtype(array.dtype)), "values"))
