"""Tiny TensorFlow Lite files, made with the flatbuffers builder, written and loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import pytest
import tflite

from workloads.network import Network
from workloads.tflite_import import TfliteWeights, load_tflite
from workloads.tflite_import.read import read_model
from workloads.tflite_import.records import ModelRecord

_TYPES = {
    np.dtype(name): getattr(tflite.TensorType, name.upper())
    for name in ("float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool")
}
_DEFAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "CONV_2D": ("Conv2DOptions", {"StrideH": 1, "StrideW": 1, "Padding": 1}),
    "DEPTHWISE_CONV_2D": ("DepthwiseConv2DOptions", {"StrideH": 1, "StrideW": 1, "Padding": 1}),
    "CONV_3D": ("Conv3DOptions", {"StrideD": 1, "StrideH": 1, "StrideW": 1, "Padding": 1}),
    "TRANSPOSE_CONV": ("TransposeConvOptions", {"StrideH": 1, "StrideW": 1}),
    "FULLY_CONNECTED": ("FullyConnectedOptions", {}),
    "BATCH_MATMUL": ("BatchMatMulOptions", {}),
    **dict.fromkeys(
        ("MAX_POOL_2D", "AVERAGE_POOL_2D", "L2_POOL_2D"),
        ("Pool2DOptions", {"StrideH": 2, "StrideW": 2, "FilterHeight": 2, "FilterWidth": 2}),
    ),
    "ADD": ("AddOptions", {}),
    "SUB": ("SubOptions", {}),
    "MUL": ("MulOptions", {}),
    "DIV": ("DivOptions", {}),
    "L2_NORMALIZATION": ("L2NormOptions", {}),
    "CONCATENATION": ("ConcatenationOptions", {}),
    **dict.fromkeys(("MEAN", "SUM", "REDUCE_MAX", "REDUCE_PROD"), ("ReducerOptions", {})),
    "RESHAPE": ("ReshapeOptions", {}),
    "SQUEEZE": ("SqueezeOptions", {}),
    "STRIDED_SLICE": ("StridedSliceOptions", {}),
    "SPACE_TO_DEPTH": ("SpaceToDepthOptions", {}),
    "DEPTH_TO_SPACE": ("DepthToSpaceOptions", {}),
    "GATHER": ("GatherOptions", {}),
    "PACK": ("PackOptions", {}),
    "UNPACK": ("UnpackOptions", {}),
    "ONE_HOT": ("OneHotOptions", {"Axis": -1}),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": ("UnidirectionalSequenceLSTMOptions", {}),
}


@dataclass(kw_only=True)
class TensorSpec:
    shape: tuple[int, ...]
    type: int
    data: bytes = b""
    signature: tuple[int, ...] | None = None
    scales: Sequence[float] = ()
    zero_points: Sequence[int] = ()
    axis: int = 0
    sparsity: Mapping[str, Any] | None = None
    is_variable: bool = False
    buffer: int | None = None


@dataclass
class TfliteMaker:
    """Collects tensors and operators, and writes them as one file; ``version`` and others may be set to be wrong."""

    path: Path
    tensors: dict[str, TensorSpec] = field(default_factory=dict)
    operators: list[tuple[str, list[int], list[int], tuple[str, dict[str, Any]] | None]] = field(default_factory=list)
    version: int = 3
    num_subgraphs: int = 1
    identifier: bytes = b"TFL3"

    def tensor(self, name: str, shape: Sequence[int], type: str | int = "float32", **more: Any) -> str:
        """Declare a tensor that is computed, or an input."""
        number = type if isinstance(type, int) else _TYPES[np.dtype(type)]
        self.tensors[name] = TensorSpec(shape=tuple(shape), type=number, **more)
        return name

    def constant(self, name: str, values: Any, **more: Any) -> str:
        """Declare a constant; a tuple stands for float zeros of that shape."""
        array = np.zeros(values, np.float32) if isinstance(values, tuple) else np.asarray(values)
        more = {"data": array.tobytes(), **more}
        self.tensors[name] = TensorSpec(shape=array.shape, type=_TYPES[array.dtype], **more)
        return name

    def ints(self, name: str, values: Any) -> str:
        """Declare a constant of 32-bit integers, such as a shape."""
        return self.constant(name, np.asarray(values, dtype=np.int32))

    def op(self, op_type: str, inputs: Sequence[str], outputs: Sequence[str], **options: Any) -> None:
        """Append an operator; an input of '' is left out, options of None leave out the whole table."""
        names = list(self.tensors)
        places = [names.index(name) if name else -1 for name in inputs]
        known = _DEFAULTS.get(op_type)
        table = None if known is None or options.get("table", "") is None else (known[0], {**known[1], **options})
        self.operators.append((op_type, places, [names.index(name) for name in outputs], table))

    def save(self, inputs: Sequence[str], outputs: Sequence[str]) -> Path:
        self.path.write_bytes(self.build(inputs, outputs))
        return self.path

    def load(self, inputs: Sequence[str], outputs: Sequence[str], **options: Any) -> Network:
        return load_tflite(self.save(inputs, outputs), **{"fuse": False, **options})

    def weights(self) -> TfliteWeights:
        return TfliteWeights(self.path)

    def record(self, inputs: Sequence[str], outputs: Sequence[str]) -> ModelRecord:
        return read_model(self.save(inputs, outputs))

    def build(self, inputs: Sequence[str], outputs: Sequence[str]) -> bytes:
        builder = flatbuffers.Builder(1024)
        names = list(self.tensors)
        buffers = [_table(builder, "Buffer")]
        tensors = []
        for name, spec in self.tensors.items():
            buffers.append(_table(builder, "Buffer", Data=np.frombuffer(spec.data, np.uint8) if spec.data else None))
            tensors.append(_tensor(builder, name, spec, len(buffers) - 1))
        codes = [_op_code(builder, op_type) for op_type, *_ in self.operators]
        operators = [_operator(builder, index, *item[1:]) for index, item in enumerate(self.operators)]
        graph_fields: dict[str, Any] = {
            "Tensors": tensors,
            "Operators": operators,
            "Inputs": np.array([names.index(name) for name in inputs], np.int32),
            "Outputs": np.array([names.index(name) for name in outputs], np.int32),
        }
        graphs = [_table(builder, "SubGraph", **graph_fields) for _ in range(self.num_subgraphs)]
        model = _table(builder, "Model", Version=self.version, OperatorCodes=codes, Subgraphs=graphs, Buffers=buffers)
        builder.Finish(model, file_identifier=self.identifier)
        return bytes(builder.Output())


def _table(builder: Any, kind: str, **fields: Any) -> int:
    """Write a table: arrays and lists of offsets become vectors, texts strings; None is left out."""
    written = {}
    for name, value in fields.items():
        if isinstance(value, np.ndarray):
            written[name] = builder.CreateNumpyVector(value)
        elif isinstance(value, list):
            builder.StartVector(4, len(value), 4)
            for offset in reversed(value):
                builder.PrependUOffsetTRelative(offset)
            written[name] = builder.EndVector()
        elif isinstance(value, str):
            written[name] = builder.CreateString(value)
        elif value is not None:
            written[name] = value
    getattr(tflite, f"{kind}Start")(builder)
    for name, value in written.items():
        getattr(tflite, f"{kind}Add{name}")(builder, value)
    return int(getattr(tflite, f"{kind}End")(builder))


def _tensor(builder: Any, name: str, spec: TensorSpec, buffer: int) -> int:
    quantisation = None
    if len(spec.scales):
        quantisation = _table(
            builder,
            "QuantizationParameters",
            Scale=np.array(spec.scales, np.float32),
            ZeroPoint=np.array(spec.zero_points, np.int64) if len(spec.zero_points) else None,
            QuantizedDimension=spec.axis,
        )
    return _table(
        builder,
        "Tensor",
        Name=name,
        Shape=np.array(spec.shape, np.int32),
        ShapeSignature=None if spec.signature is None else np.array(spec.signature, np.int32),
        Type=spec.type,
        Buffer=buffer if spec.buffer is None else spec.buffer,
        Quantization=quantisation,
        Sparsity=None if spec.sparsity is None else _sparsity(builder, spec.sparsity),
        IsVariable=spec.is_variable,
    )


def _sparsity(builder: Any, sparsity: Mapping[str, Any]) -> int:
    """``levels`` holds a size for a dense level, and (segments, indices) for a compressed one."""
    levels = []
    for level in sparsity["levels"]:
        if isinstance(level, int):
            levels.append(_table(builder, "DimensionMetadata", Format=0, DenseSize=level))
            continue
        vectors = [_table(builder, "Uint8Vector", Values=np.array(values, np.uint8)) for values in level]
        levels.append(
            _table(
                builder,
                "DimensionMetadata",
                Format=1,
                ArraySegmentsType=tflite.SparseIndexVector.Uint8Vector,
                ArraySegments=vectors[0],
                ArrayIndicesType=tflite.SparseIndexVector.Uint8Vector,
                ArrayIndices=vectors[1],
            )
        )
    return _table(
        builder,
        "SparsityParameters",
        TraversalOrder=np.array(sparsity["order"], np.int32),
        BlockMap=np.array(sparsity.get("block_map", ()), np.int32),
        DimMetadata=levels,
    )


def _op_code(builder: Any, op_type: str) -> int:
    number = getattr(tflite.BuiltinOperator, op_type, None)
    if number is None:
        custom = tflite.BuiltinOperator.CUSTOM
        return _table(builder, "OperatorCode", DeprecatedBuiltinCode=custom, BuiltinCode=custom, CustomCode=op_type)
    return _table(builder, "OperatorCode", DeprecatedBuiltinCode=min(number, 127), BuiltinCode=number)


def _operator(
    builder: Any, index: int, inputs: list[int], outputs: list[int], table: tuple[str, dict[str, Any]] | None
) -> int:
    fields: dict[str, Any] = {}
    if table is not None:
        arrays = {
            name: np.array(value, np.int32) if isinstance(value, tuple | list) else value
            for name, value in table[1].items()
        }
        fields = {
            "BuiltinOptionsType": getattr(tflite.BuiltinOptions, table[0]),
            "BuiltinOptions": _table(builder, table[0], **arrays),
        }
    return _table(
        builder,
        "Operator",
        OpcodeIndex=index,
        Inputs=np.array(inputs, np.int32),
        Outputs=np.array(outputs, np.int32),
        **fields,
    )


@pytest.fixture
def model(tmp_path: Path) -> TfliteMaker:
    return TfliteMaker(tmp_path / "model.tflite")
