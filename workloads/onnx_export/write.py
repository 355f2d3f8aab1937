"""A copy of an ONNX file that holds compressed weights."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from workloads.errors import NetworkError
from workloads.onnx_export.compressed_weight import CompressedWeight, WrittenModel, WrittenWeight
from workloads.onnx_export.integer_nodes import INT4_IR_VERSION
from workloads.onnx_export.model_editor import ModelEditor
from workloads.onnx_export.model_files import (
    check_target,
    num_file_bytes,
    raise_opset,
    read_whole_model,
    write_whole_model,
)
from workloads.onnx_export.store import Writing, store_values
from workloads.onnx_import.read import opset_versions
from workloads.onnx_import.weights import OnnxWeights


def write_compressed_onnx(
    source: Path,
    target: Path,
    weights: Iterable[CompressedWeight],
    *,
    sparse_initialisers: bool = False,
    opset: int | None = None,
) -> WrittenModel:
    """Write a copy of an ONNX file in which the weights named hold other values.

    Weights that the file stores as integers stay integers where the values are on the file's own grid (pruning alone
    leaves them there). Constants that the graph computes (transposed, cast, scaled) are written as they are used, and
    the nodes that computed them go. Local functions are written inlined. The target appears whole or not at all, and
    replaces a file of that name.

    Parameters
    ----------
    source, target : Path
        The target's external data, if any, goes into ``<target>.data``.
    weights : iterable of CompressedWeight
        Those that are not named stay as they are. Consumed one by one.
    sparse_initialisers : bool
        Store weights as sparse initialisers where that takes fewer bytes. Few runtimes read them.
    opset : int, optional
        Raise the default operator set to this one first, with ``onnx.version_converter``. int4 needs 21; without it
        integers of 4 bits and less are stored as int8, and a note says so.

    Raises
    ------
    NetworkError
        When the target is the source, the source cannot be read, a weight is unknown or its values cannot be
        expressed by the file's operators (names the weight), the operator set cannot be raised, or the result does
        not pass ``onnx.checker``.
    """
    source, target = Path(source), Path(target)
    try:
        model, data_files = read_whole_model(source)
    except NetworkError as error:
        raise type(error)(f"{source}: {error}") from None
    check_target(source, target, data_files)
    if opset is not None:
        model = raise_opset(model, opset, source)
    writing = Writing(
        source=OnnxWeights(source),
        editor=ModelEditor(model),
        opset=opset_versions(model).get("", 0),
        sparse=sparse_initialisers,
    )
    try:
        for weight in weights:
            _write_weight(writing, weight)
    except NetworkError as error:
        raise type(error)(f"{source}: {error}") from None
    writing.editor.prune()
    if "int4" in writing.stored_as.values():
        model.ir_version = max(int(model.ir_version), INT4_IR_VERSION)
    num_bytes_before = num_file_bytes(source, *data_files)
    written_files = write_whole_model(model, target, external=bool(data_files))
    return WrittenModel(
        path=target,
        num_bytes_before=num_bytes_before,
        num_bytes_after=num_file_bytes(*written_files),
        weights=tuple(WrittenWeight(name=name, stored_as=text) for name, text in writing.stored_as.items()),
        notes=_notes(writing),
    )


def _write_weight(writing: Writing, weight: CompressedWeight) -> None:
    """Put one weight into the copy; ``writing`` is modified in place."""
    name = weight.name
    if name in writing.stored_as:
        raise NetworkError(f"weight {name!r}: given twice")
    before = writing.source.load(name)
    if before is None:
        raise NetworkError(f"weight {name!r}: the file holds no values for a constant of that name")
    if before.shape != weight.values.shape:
        raise NetworkError(
            f"weight {name!r}: compressed values have shape {list(weight.values.shape)}, the file has "
            f"{list(before.shape)}: a compression that changes the graph (channel pruning, low rank) "
            "cannot be written as values alone"
        )
    if weight.integer is None and np.array_equal(before, weight.values):
        writing.stored_as[name] = "unchanged"
        return
    writing.stored_as[name] = store_values(writing, weight)


def _notes(writing: Writing) -> tuple[str, ...]:
    if not writing.num_widened:
        return ()
    return (
        f"{writing.num_widened} weights of 4 bits or less are stored as int8: int4 needs operator set 21 "
        f"and one scale a filter, the file has operator set {writing.opset}",
    )
