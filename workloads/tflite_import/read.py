"""Reading the file: records of its main graph, or one error that says what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tflite
from tflite.utils import BUILTIN_OPCODE2NAME

from workloads.errors import NetworkError
from workloads.tflite_import.flatbuffer import array, integers, reading, tables, text
from workloads.tflite_import.options import read_options
from workloads.tflite_import.read_tensors import read_tensors
from workloads.tflite_import.records import Bytes, ModelRecord, OperatorRecord

IDENTIFIER = b"TFL3"
VERSION = 3
_HEADER_BYTES = 8
_CUSTOM = int(tflite.BuiltinOperator.CUSTOM)
_LEFT_OUT = -1


def read_model(path: Path) -> ModelRecord:
    """Return what the file says of its main graph.

    Raises
    ------
    NetworkError
        When the file is missing, truncated, not TensorFlow Lite, of another version than 3, or refers to tensors or
        buffers that it does not have.
    """
    content = _content(path)
    with reading("its header"):
        model = tflite.Model.GetRootAs(content, 0)
        version = int(model.Version())
    if version != VERSION:
        raise NetworkError(f"schema version is {version}, expected {VERSION}")
    with reading("its list of graphs"):
        graphs = tables(model, "Subgraphs")
    if not graphs:
        raise NetworkError("truncated or corrupt: it holds no graph")
    record = _read_graph(model, graphs[0], content, len(graphs))
    if not record.operators:
        raise NetworkError("its main graph holds no operators: there is nothing to cost")
    _check_references(record)
    return record


def _content(path: Path) -> bytes:
    if not path.exists():
        raise NetworkError("no such file")
    if not path.is_file():
        raise NetworkError("not a file")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NetworkError(f"cannot be read: {error.strerror}") from None
    if len(content) < _HEADER_BYTES:
        raise NetworkError(f"not a TensorFlow Lite file, or a truncated one: it has {len(content)} bytes")
    found = content[4:_HEADER_BYTES]
    if found != IDENTIFIER:
        raise NetworkError(f"not a TensorFlow Lite file: its identifier is {found!r}, expected {IDENTIFIER!r}")
    return content


def _read_graph(model: Any, graph: Any, content: bytes, num_subgraphs: int) -> ModelRecord:
    with reading("its table of operator types"):
        op_types = [_op_type(code) for code in tables(model, "OperatorCodes")]
    with reading("its list of tensors"):
        listed = tables(graph, "Tensors")
    with reading("its list of operators"):
        operators = tables(graph, "Operators")
    with reading("the inputs and outputs of its main graph"):
        inputs, outputs = integers(graph, "Inputs"), integers(graph, "Outputs")
    return ModelRecord(
        tensors=read_tensors(listed),
        operators=tuple(_read_operator(index, item, op_types) for index, item in enumerate(operators)),
        inputs=inputs,
        outputs=outputs,
        buffers=_read_buffers(model, content),
        num_subgraphs=num_subgraphs,
    )


def _op_type(code: Any) -> str:
    """Return the operator's name; old files keep the number in a field of one byte, newer ones in one of four."""
    number = max(int(code.BuiltinCode()), int(code.DeprecatedBuiltinCode()))
    if number == _CUSTOM:
        return text(code.CustomCode()) or "CUSTOM"
    return str(BUILTIN_OPCODE2NAME.get(number, f"builtin operator {number}"))


def _read_operator(index: int, operator: Any, op_types: Sequence[str]) -> OperatorRecord:
    with reading(f"operator {index}"):
        code = int(operator.OpcodeIndex())
        inputs, outputs = integers(operator, "Inputs"), integers(operator, "Outputs")
    if code >= len(op_types):
        raise NetworkError(f"operator {index}: its type is number {code} of a table of {len(op_types)}")
    op_type = op_types[code]
    with reading(f"the options of operator {index} ({op_type})"):
        options = read_options(operator, op_type, index)
    return OperatorRecord(index=index, op_type=op_type, inputs=inputs, outputs=outputs, options=options)


def _read_buffers(model: Any, content: bytes) -> tuple[Bytes, ...]:
    with reading("its list of buffers"):
        listed = tables(model, "Buffers")
    buffers = []
    for index, item in enumerate(listed):
        with reading(f"buffer {index}"):
            offset, size = int(item.Offset()), int(item.Size())
            inside = array(item, "Data").view(np.uint8)
        buffers.append(_outside(index, offset, size, content) if offset > 1 else inside)
    return tuple(buffers)


def _outside(index: int, offset: int, size: int, content: bytes) -> Bytes:
    """Return a buffer of a large file, whose content lies behind the flatbuffer."""
    if offset + size > len(content):
        raise NetworkError(
            f"buffer {index}: takes bytes {offset} to {offset + size} of a file of {len(content)}: truncated"
        )
    return np.frombuffer(content, dtype=np.uint8, count=size, offset=offset)


def _check_references(record: ModelRecord) -> None:
    """Raise when a tensor names a buffer, or an operator or the graph a tensor, that is not there."""
    for tensor in record.tensors:
        if not 0 <= tensor.buffer < len(record.buffers):
            raise NetworkError(
                f"tensor {tensor.name!r}: its content is in buffer {tensor.buffer} of {len(record.buffers)}"
            )
    count = len(record.tensors)
    for operator in record.operators:
        _check_tensors(f"{operator} reads", (item for item in operator.inputs if item != _LEFT_OUT), count)
        _check_tensors(f"{operator} makes", operator.outputs, count)
    _check_tensors("an input of the main graph is", record.inputs, count)
    _check_tensors("an output of the main graph is", record.outputs, count)


def _check_tensors(who: str, indices: Iterable[int], count: int) -> None:
    for index in indices:
        if not 0 <= index < count:
            raise NetworkError(f"{who} tensor {index} of {count}")
