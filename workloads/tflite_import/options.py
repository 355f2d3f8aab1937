"""Which options of each operator type are read, and reading them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import tflite

from workloads.errors import NetworkError
from workloads.tflite_import.flatbuffer import array, integers
from workloads.tflite_import.records import Option

_FUSED = ("FusedActivationFunction",)
_STRIDES = ("Padding", "StrideH", "StrideW")
_DILATIONS = ("DilationHFactor", "DilationWFactor")
_POOLING = ("Pool2DOptions", (*_FUSED, *_STRIDES, "FilterHeight", "FilterWidth"))
_REDUCER = ("ReducerOptions", ("KeepDims",))
_LISTS = frozenset({"SqueezeDims", "NewShape"})

_READ: dict[str, tuple[str, tuple[str, ...]]] = {
    "CONV_2D": ("Conv2DOptions", (*_FUSED, *_STRIDES, *_DILATIONS)),
    "DEPTHWISE_CONV_2D": ("DepthwiseConv2DOptions", (*_FUSED, *_STRIDES, *_DILATIONS)),
    "CONV_3D": ("Conv3DOptions", (*_FUSED, *_STRIDES, *_DILATIONS, "StrideD", "DilationDFactor")),
    "TRANSPOSE_CONV": ("TransposeConvOptions", (*_FUSED, *_STRIDES)),
    "FULLY_CONNECTED": ("FullyConnectedOptions", (*_FUSED, "KeepNumDims", "WeightsFormat")),
    "BATCH_MATMUL": ("BatchMatMulOptions", ("AdjX", "AdjY")),
    "AVERAGE_POOL_2D": _POOLING,
    "MAX_POOL_2D": _POOLING,
    "L2_POOL_2D": _POOLING,
    "ADD": ("AddOptions", _FUSED),
    "SUB": ("SubOptions", _FUSED),
    "MUL": ("MulOptions", _FUSED),
    "DIV": ("DivOptions", _FUSED),
    "L2_NORMALIZATION": ("L2NormOptions", _FUSED),
    "CONCATENATION": ("ConcatenationOptions", (*_FUSED, "Axis")),
    **dict.fromkeys(
        ("MEAN", "SUM", "REDUCE_PROD", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_ANY", "REDUCE_ALL"),
        _REDUCER,
    ),
    "RESHAPE": ("ReshapeOptions", ("NewShape",)),
    "SQUEEZE": ("SqueezeOptions", ("SqueezeDims",)),
    "STRIDED_SLICE": (
        "StridedSliceOptions",
        ("BeginMask", "EndMask", "EllipsisMask", "NewAxisMask", "ShrinkAxisMask"),
    ),
    "SPACE_TO_DEPTH": ("SpaceToDepthOptions", ("BlockSize",)),
    "DEPTH_TO_SPACE": ("DepthToSpaceOptions", ("BlockSize",)),
    "GATHER": ("GatherOptions", ("Axis", "BatchDims")),
    "PACK": ("PackOptions", ("Axis",)),
    "UNPACK": ("UnpackOptions", ("Axis",)),
    "ONE_HOT": ("OneHotOptions", ("Axis",)),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": ("UnidirectionalSequenceLSTMOptions", (*_FUSED, "TimeMajor")),
}
_WHEN_LEFT_OUT: dict[str, Mapping[str, Option]] = {"RESHAPE": {}, "SQUEEZE": {}, "BATCH_MATMUL": {"AdjX": 0, "AdjY": 0}}
"""What the options of these operators are in a file that leaves them out."""


def read_options(operator: Any, op_type: str, index: int) -> Mapping[str, Option]:
    """Return the options of an operator that are read here, by accessor name.

    Parameters
    ----------
    operator : tflite.Operator
    op_type : str
    index : int
        For messages.

    Raises
    ------
    NetworkError
        When the options are of another operator's kind, or left out where they are needed.
    """
    if op_type not in _READ:
        return {}
    class_name, fields = _READ[op_type]
    kind = int(operator.BuiltinOptionsType())
    table = operator.BuiltinOptions()
    if table is None and op_type in _WHEN_LEFT_OUT:
        return _WHEN_LEFT_OUT[op_type]
    if table is None or kind != getattr(tflite.BuiltinOptions, class_name):
        found = "none" if table is None else f"kind {kind}"
        raise NetworkError(f"operator {index} ({op_type}): its options are {found}, expected {class_name}")
    options = getattr(tflite, class_name)()
    options.Init(table.Bytes, table.Pos)
    return _values(options, fields)


def _values(options: Any, fields: tuple[str, ...]) -> Mapping[str, Option]:
    found: dict[str, Option] = {}
    for field in fields:
        if field not in _LISTS:
            found[field] = int(getattr(options, field)())
        elif array(options, field).size:
            found[field] = integers(options, field)
    return found
