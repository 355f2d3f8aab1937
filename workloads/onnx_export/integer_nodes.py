"""A weight as an integer initialiser and the nodes that make it a float again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from workloads.onnx_export.compressed_weight import IntegerWeight, NumberArray
from workloads.onnx_export.model_editor import ModelEditor

_PER_AXIS_OPSET = 13
"""DequantizeLinear takes one scale a filter from this operator set on."""
_ANY_FLOAT_OPSET = 19
"""DequantizeLinear gives other types than float32 from this operator set on."""
_INT4_OPSET = 21
"""DequantizeLinear takes int4 and int16 from this operator set on. Source of all three: onnx, docs/Changelog.md."""
INT4_IR_VERSION = 10
"""Files with int4 tensors are of this version at least. Source: onnx, docs/IR.md and onnx.in.proto."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegerForm:
    """Nodes and initialisers that together make the weight; ``stored_as`` is the type of its integers."""

    nodes: tuple[Any, ...]
    tensors: tuple[Any, ...]
    stored_as: str


def integer_form(
    editor: ModelEditor, name: str, integer: IntegerWeight, dtype: np.dtype[Any], opset: int
) -> IntegerForm:
    """Return how the weight ``name`` is stored as integers.

    One DequantizeLinear where the operator set has one that fits, with one scale or one a filter; else a Cast and a
    multiplication by the scale, which every operator set has.

    Parameters
    ----------
    editor : ModelEditor
        Gives names that are free; the model is not changed.
    name : str
    integer : IntegerWeight
    dtype : dtype
        What the graph computes with: float16, bfloat16, float32 or float64.
    opset : int
        Version of the default operator set.
    """
    scale = np.asarray(integer.scale).astype(dtype)
    axes = _scaled_axes(scale, integer.values.ndim)
    float_type = int(helper.np_dtype_to_tensor_dtype(dtype))
    fits = len(axes) <= 1 and opset >= (_PER_AXIS_OPSET if float_type == TensorProto.FLOAT else _ANY_FLOAT_OPSET)
    has_type = integer.bits <= 8 or opset >= _INT4_OPSET
    stored = editor.fresh_name(f"{name}_integers")
    scale_name = editor.fresh_name(f"{name}_scale")
    nodes: tuple[Any, ...]
    if fits and has_type and float_type != TensorProto.DOUBLE:
        element_type = _container(integer.bits, opset)
        scale = scale.reshape(-1) if axes else scale.reshape(())
        attributes = {"axis": axes[0]} if axes else {}
        nodes = (helper.make_node("DequantizeLinear", [stored, scale_name], [name], name=stored, **attributes),)
    else:
        element_type = TensorProto.INT8 if integer.bits <= 8 else TensorProto.INT16
        cast = editor.fresh_name(f"{name}_cast")
        nodes = (
            helper.make_node("Cast", [stored], [cast], name=cast, to=float_type),
            helper.make_node("Mul", [cast, scale_name], [name], name=stored),
        )
    tensors = (_integer_tensor(stored, integer.values, element_type), numpy_helper.from_array(scale, scale_name))
    return IntegerForm(nodes=nodes, tensors=tensors, stored_as=str(TensorProto.DataType.Name(element_type)).lower())


def _container(bits: int, opset: int) -> int:
    if bits <= 4 and opset >= _INT4_OPSET:
        return int(TensorProto.INT4)
    return int(TensorProto.INT8 if bits <= 8 else TensorProto.INT16)


def _scaled_axes(scale: NumberArray, rank: int) -> tuple[int, ...]:
    """Return the axes along which the scale differs."""
    aligned = (1,) * (rank - scale.ndim) + scale.shape
    return tuple(axis for axis, size in enumerate(aligned) if size != 1)


def _integer_tensor(name: str, values: NumberArray, element_type: int) -> Any:
    dtype = helper.tensor_dtype_to_np_dtype(element_type)
    return numpy_helper.from_array(np.ascontiguousarray(values.astype(dtype)), name)
